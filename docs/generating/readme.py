"""The README's verdicts, its tables and its picture."""

from generating.blocks import filled
from generating.examples import MANY, QUICK
from generating.pictures import speedup_curve
from generating.tables import when_it_dies
from lightwork import report
from lightwork.analysis.scaling import CellScaling as StudyCell
from lightwork.analysis.scaling import StudyScaling, scale
from lightwork.core.estimate import Estimate
from lightwork.core.study import Results, Study
from lightwork.faults.fault import Fault
from lightwork.storage import results_json
from lightwork.text.settings import times

MANY_CHUNKSIZE = 64
PICTURED = "sleep_io sizes=csv_parse"
STORY_OF = (Fault.RAISE, Fault.KILL, Fault.KILL_IDLE, Fault.BAD_RESULT, Fault.BAD_ERROR)
STEPS = {
    "static": "the list split evenly",
    "map": "`Pool.map`",
    "imap_unordered": "`imap_unordered`",
    "queue": "a `Queue`",
}


def page(text: str) -> str:
    """The README with its generated blocks made anew."""
    found = results_json.load(QUICK)
    blocks = {"answer": answer(found), "story": story(found), "many": many_items(results_json.load(MANY))}
    return filled(text, {**blocks, "when-it-dies": when_it_dies(STORY_OF)})


def answer(found: Results) -> str:
    """The verdicts of the example run, as they stand on the terminal."""
    return "\n".join(["```text", *report.verdicts(found), "```"])


def story(found: Results) -> str:
    """Speedup over serial of every step of the story, waited for and computed."""
    waited, computed = (scale(found_in(found, label), cpus(found)) for label in (PICTURED, "csv_parse"))
    rows = [
        f"| {words} | {at(waited, name, 4)} | {at(waited, name, 8)} | {at(computed, name, 2)} |"
        for name, words in STEPS.items()
    ]
    head = "| speedup over serial, as measured | waited for, 4 workers | 8 workers | computed, 2 workers |"
    machine = f"Measured on {found.machine['usable_cpus']:g} cores ({found.machine['processor']}), Python "
    return "\n".join(
        [head, "| --- | --- | --- | --- |", *rows, "", f"{machine}{found.machine['python']}; medians, 95 % intervals."]
    )


def many_items(found: Results) -> str:
    """Speedup over serial of every strategy on very many short items, the fastest first; failed cells included."""
    (study,) = found.studies
    scaling = scale(study, cpus(found))
    (workers,) = {cell.cell.setting.workers for cell in scaling.cells if cell.parallel}
    speedups: dict[str, dict[int | None, StudyCell]] = {}
    for cell in scaling.cells:
        if cell.parallel:
            speedups.setdefault(cell.cell.setting.strategy, {})[cell.cell.setting.chunksize] = cell
    columns = (None, MANY_CHUNKSIZE)
    ranked = sorted(speedups, key=lambda name: -max(_point(cell) for cell in speedups[name].values()))
    rows = [f"| `{name}` | {' | '.join(_speedup(speedups[name].get(size)) for size in columns)} |" for name in ranked]
    head = f"| speedup over serial, {workers} workers | own chunksize | chunks of {MANY_CHUNKSIZE} |"
    work = f"{len(study.item_names):,} items (`{study.label}`), {scaling.serial_s.point:.1f} s serially"
    machine = f"{found.machine['usable_cpus']:g} cores ({found.machine['processor']})"
    told = f"{work}; {machine}, Python {found.machine['python']}; medians, 95 % intervals."
    return "\n".join([head, "| --- | --- | --- |", *rows, "", told])


def _point(cell: StudyCell) -> float:
    return cell.speedup.point if cell.speedup else 0.0


def _speedup(cell: StudyCell | None) -> str:
    if cell is None:
        return "-"
    return times(cell.speedup) if cell.speedup else "failed"


def at(scaling: StudyScaling, strategy: str, workers: int) -> str:
    """One cell's speedup with its interval."""
    wanted = (strategy, workers)
    cell = next(c for c in scaling.cells if (c.cell.setting.strategy, c.cell.setting.workers) == wanted)
    return figure(cell.speedup) if cell.speedup else "failed"


def figure(estimate: Estimate) -> str:
    """3.1x (3.0-3.3)."""
    return f"{estimate.point:.1f}x ({estimate.low:.1f}-{estimate.high:.1f})"


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
