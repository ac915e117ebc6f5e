"""Write what follows from other files: figures in README.md and docs/ from docs/example/, the results' schema.

`python docs/generate.py` after a change to the analysis, or with a newly saved run in its place; a test fails when
what stands there is stale.
"""

import re
import tempfile
from dataclasses import replace
from pathlib import Path

from manyhands import report, results, results_schema, tabular
from manyhands.faults import saved as saved_faults
from manyhands.faults import table as faults_table
from manyhands.faults.fault import Fault
from manyhands.handing_over import saved as handing_over
from manyhands.handing_over import table as costs_table
from manyhands.intervals import Estimate
from manyhands.results import Results
from manyhands.scaling import CellScaling as StudyCell
from manyhands.scaling import StudyScaling, scale
from manyhands.validation import saved, table
from manyhands.wording import times

DOCS = Path(__file__).parent
EXAMPLE = DOCS / "example" / "quick.json"
VALIDATION = DOCS / "example" / "validation.json"
COSTS = DOCS / "example" / "costs.json"
FAULTS = DOCS / "example" / "faults.json"
MANY = DOCS / "example" / "many.json"
MANY_CHUNKSIZE = 64
PICTURED = "sleep_io sizes=csv_parse"
STORY_OF = (Fault.RAISE, Fault.KILL, Fault.KILL_IDLE, Fault.BAD_RESULT, Fault.BAD_ERROR)
STEPS = {
    "static": "the list split evenly",
    "map": "`Pool.map`",
    "imap_unordered": "`imap_unordered`",
    "queue": "a `Queue`",
}


def readme(text: str, found: Results) -> str:
    """The README with its generated blocks made anew."""
    return filled(text, {"answer": answer(found), "story": story(found)})


def validation(text: str, found: saved.Validation) -> str:
    """docs/validation.md with its tables made anew."""
    return filled(text, {"tables": table.markdown(found)})


def costs(text: str, found: handing_over.Costs) -> str:
    """docs/costs.md with its table made anew."""
    return filled(text, {"costs": costs_table.markdown(found)})


def faults(text: str, found: saved_faults.Faults) -> str:
    """docs/faults.md, or the README, with its table made anew."""
    blocks = {"faults": tabular.markdown(faults_table.table(found)), "when-it-dies": when_it_dies(found)}
    return filled(text, blocks)


def when_it_dies(found: saved_faults.Faults) -> str:
    """What the usual strategies and the executors do under the faults that tell them apart."""
    kept = tuple(case for case in found.cases if case.fault in STORY_OF)
    made = faults_table.table(replace(found, cases=kept), brief=True)
    machine = f"Python {found.machine['python']}; from the fault until the caller knew."
    return tabular.markdown(tabular.Table(made.heads, made.rows, ())).rstrip() + f"\n\n{machine}"


def many(text: str, found: Results) -> str:
    """The README with its table of very many short items made anew."""
    return filled(text, {"many": many_items(found)})


def filled(text: str, blocks: dict[str, str]) -> str:
    """The text with the blocks of these names in the place of what stands there."""
    for name, block in blocks.items():
        pattern = rf"(<!-- generated: {name} -->\n).*?(<!-- end -->)"
        text = re.sub(pattern, lambda match, block=block: f"{match[1]}{block}\n{match[2]}", text, flags=re.DOTALL)
    return text


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


def found_in(found: Results, label: str) -> results.Study:
    """The study of this label."""
    return next(study for study in found.studies if study.label == label)


def cpus(found: Results) -> float:
    """The cores that the example run could use."""
    return float(found.machine["usable_cpus"])


def picture(found: Results) -> bytes:
    """The speedup curve of the pictured study."""
    only = results.Results((found_in(found, PICTURED),), found.machine)
    with tempfile.TemporaryDirectory() as folder:
        report.render(only, {}, Path(folder))
        (path,) = Path(folder).glob("speedup-*.svg")
        return path.read_bytes()


def main() -> None:
    """Write what is generated."""
    results_schema.FILE.write_text(results_schema.text())
    found = results.load(EXAMPLE)
    path = DOCS.parent / "README.md"
    path.write_text(readme(path.read_text(), found))
    (DOCS / "speedup.svg").write_bytes(picture(found))
    path = DOCS / "validation.md"
    path.write_text(validation(path.read_text(), saved.load(VALIDATION)))
    if COSTS.exists():
        path = DOCS / "costs.md"
        path.write_text(costs(path.read_text(), handing_over.load(COSTS)))
    for path in (DOCS / "faults.md", DOCS.parent / "README.md"):
        path.write_text(faults(path.read_text(), saved_faults.load(FAULTS)))
    if MANY.exists():
        path = DOCS.parent / "README.md"
        path.write_text(many(path.read_text(), results.load(MANY)))


if __name__ == "__main__":
    main()
