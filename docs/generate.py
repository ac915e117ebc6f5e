"""Write the figures in README.md, the picture beside it and docs/validation.md from the runs saved in docs/example/.

`python docs/generate.py` after a change to the analysis, or with a newly saved run in its place; a test fails when
what stands there is stale.
"""

import re
import tempfile
from pathlib import Path

from manyhands import report, results
from manyhands.intervals import Estimate
from manyhands.results import Results
from manyhands.scaling import StudyScaling, scale
from manyhands.validation import saved, table

DOCS = Path(__file__).parent
EXAMPLE = DOCS / "example" / "quick.json"
VALIDATION = DOCS / "example" / "validation.json"
PICTURED = "sleep_io sizes=csv_parse"
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
    found = results.load(EXAMPLE)
    path = DOCS.parent / "README.md"
    path.write_text(readme(path.read_text(), found))
    (DOCS / "speedup.svg").write_bytes(picture(found))
    path = DOCS / "validation.md"
    path.write_text(validation(path.read_text(), saved.load(VALIDATION)))


if __name__ == "__main__":
    main()
