"""The efficiency factors of every setting, after the POP Centre of Excellence, and Karp and Flatt's fraction; pure."""

from collections.abc import Mapping

from lightwork.analysis.basis import ranked
from lightwork.analysis.scaling import CellScaling, StudyScaling, karp_flatt
from lightwork.core.losses import Losses
from lightwork.render.table import Column, Entry, Table, figures
from lightwork.report.rows import row_name
from lightwork.text.quantities import percent, plain

TITLE = "Efficiency factors"
CAPTION = (
    "As defined by the POP Centre of Excellence: each factor is what one kind of loss leaves. Excluded rounds do not "
    "count."
)
COLUMNS = (
    Column("setting"),
    figures(
        "load balance",
        "mean of the workers' item times over the busiest worker's; low: some workers had too little to do.",
    ),
    figures(
        "communication efficiency",
        "the busiest worker's item time over wall time; low: even that worker waited a lot.",
    ),
    figures("parallel efficiency", "the product of the two: the share of the workers' time that ran items."),
    figures(
        "computation scalability",
        "serial over parallel time of the same items; below 100 %: they took longer in parallel.",
    ),
    figures(
        "global efficiency",
        "parallel efficiency times computation scalability: speedup over workers, with all losses.",
    ),
    figures(
        "serial fraction",
        "Karp and Flatt's, from the speedup alone; constant: part of the work is serial; rising with the workers: "
        "overhead; above 100 %: slower than serial.",
    ),
)


def factors_table(scaling: StudyScaling, losses: Mapping[str, Losses], parts: Mapping[str, str]) -> Table | None:
    """The factors of every cell that may be compared, the fastest first; None where no losses are known.

    parts: by cell id, what a cell is called that stands out.
    """
    cells = [cell for cell in reversed(ranked(scaling)) if cell.cell.cell_id in losses]
    rows = tuple((row_name(cell.cell, parts), *_figures(cell, losses[cell.cell.cell_id])) for cell in cells)
    return Table(COLUMNS, rows, f"{TITLE}, {plain(scaling.study.label)}", CAPTION) if rows else None


def _figures(cell: CellScaling, losses: Losses) -> tuple[Entry, ...]:
    factors = losses.factors()
    shares = (
        factors.load_balance,
        factors.communication,
        factors.parallel_efficiency,
        factors.computation_scalability,
        factors.global_efficiency,
        _serial_fraction(cell),
    )
    return tuple(Entry.of(share, percent) for share in shares)


def _serial_fraction(cell: CellScaling) -> float | None:
    workers = cell.cell.setting.workers
    if cell.speedup is None or workers == 1:
        return None
    return karp_flatt(cell.speedup.point, workers)
