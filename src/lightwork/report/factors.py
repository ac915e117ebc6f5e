"""The efficiency factors of every setting, after the POP Centre of Excellence, and Karp and Flatt's fraction; pure."""

from collections.abc import Mapping

from lightwork.analysis.basis import ranked
from lightwork.analysis.scaling import CellScaling, StudyScaling, karp_flatt
from lightwork.core.losses import Losses
from lightwork.render.filters import Facets
from lightwork.render.sheet import Column, Figure, Sheet
from lightwork.text.quantities import percent
from lightwork.text.variants import cell_name

COLUMNS = (
    Column(
        "load balance", "the mean of the workers' item times over the busiest one's; low: some had too little to do."
    ),
    Column(
        "communication efficiency",
        "the busiest worker's item time over wall time; low: even it waited for its start, for work or for the end.",
    ),
    Column("parallel efficiency", "the product of these two: the share of the workers' time in which items ran."),
    Column(
        "computation scalability",
        "serial over parallel time of the same items; low: they took longer side by side, above 100 %: less long.",
    ),
    Column(
        "global efficiency",
        "parallel efficiency times computation scalability: speedup over workers, all losses in it.",
    ),
    Column(
        "serial fraction",
        "Karp and Flatt's, from the speedup alone; the same at all worker counts: part of the work stays serial, "
        "rising: overhead that grows with the workers, above 100 %: slower than serial.",
    ),
)


def factors_sheet(scaling: StudyScaling, losses: Mapping[str, Losses], parts: Mapping[str, str]) -> Sheet | None:
    """The factors of every cell that may be compared, the fastest first; None where no losses are known.

    parts: by cell id, what a cell is called that stands out.
    """
    cells = [cell for cell in reversed(ranked(scaling)) if cell.cell.cell_id in losses]
    rows = tuple(
        (cell_name(cell.cell), parts.get(cell.cell.cell_id, ""), _figures(cell, losses[cell.cell.cell_id]))
        for cell in cells
    )
    return Sheet(COLUMNS, rows, tuple(Facets.of(cell.cell) for cell in cells)) if rows else None


def _figures(cell: CellScaling, one: Losses) -> tuple[Figure, ...]:
    found = one.factors()
    shares = (
        found.load_balance,
        found.communication,
        found.parallel_efficiency,
        found.computation_scalability,
        found.global_efficiency,
        _serial_fraction(cell),
    )
    return tuple(Figure.of(share, percent) for share in shares)


def _serial_fraction(cell: CellScaling) -> float | None:
    workers = cell.cell.setting.workers
    if cell.speedup is None or workers == 1:
        return None
    return karp_flatt(cell.speedup.point, workers)
