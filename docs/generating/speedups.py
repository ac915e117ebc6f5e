"""Speedups of the saved example runs: the README's curve, and a table of all strategies on many short items."""

from generating.examples import MANY, QUICK
from generating.pictures import speedup_curve
from lightwork.analysis.scaling import CellScaling as StudyCell
from lightwork.analysis.scaling import scale
from lightwork.core.study import Results, Study
from lightwork.render.table import Column, Table, markdown
from lightwork.storage import results_json
from lightwork.text.quantities import times

MANY_CHUNKSIZE = 64
PICTURED = "sleep_io sizes=csv_parse"


def many_items() -> str:
    """Speedup over serial of every strategy on very many short items, the fastest first; failed cells included."""
    found = results_json.load(MANY)
    (study,) = found.studies
    scaling = scale(study, cpus(found))
    (workers,) = {cell.cell.setting.workers for cell in scaling.cells if cell.parallel}
    speedups: dict[str, dict[int | None, StudyCell]] = {}
    for cell in scaling.cells:
        if cell.parallel:
            speedups.setdefault(cell.cell.setting.strategy, {})[cell.cell.setting.chunksize] = cell
    columns = (None, MANY_CHUNKSIZE)
    ranked = sorted(speedups, key=lambda name: -max(_point(cell) for cell in speedups[name].values()))
    heads = (
        Column(f"speedup over serial, {workers} workers", is_code=True),
        "own chunksize",
        f"chunks of {MANY_CHUNKSIZE}",
    )
    rows = [(name, *(_speedup(speedups[name].get(size)) for size in columns)) for name in ranked]
    work = f"{len(study.item_names):,} items (`{study.label}`), {scaling.serial_s.point:.1f} s serially"
    machine = f"{found.machine['usable_cpus']:g} cores ({found.machine['processor']})"
    told = f"{work}; {machine}, Python {found.machine['python']}; medians, 95 % intervals."
    return f"{markdown(Table.of_words(heads, rows))}\n{told}"


def _point(cell: StudyCell) -> float:
    return cell.speedup.point if cell.speedup else 0.0


def _speedup(cell: StudyCell | None) -> str:
    if cell is None:
        return "-"
    return times(cell.speedup) if cell.speedup else "failed"


def found_in(found: Results, label: str) -> Study:
    """The study of this label."""
    return next(study for study in found.studies if study.label == label)


def cpus(found: Results) -> float:
    """The cores that the example run could use."""
    return float(found.machine["usable_cpus"])


def picture() -> bytes:
    """The speedup curve of the pictured study."""
    found = results_json.load(QUICK)
    return speedup_curve(found, found_in(found, PICTURED))
