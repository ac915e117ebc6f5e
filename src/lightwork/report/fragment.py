"""The fragment: verdicts and speedup tables of saved results as HTML for a notebook, with styles of its own.

It loads nothing and runs nothing. Colours are those of the notebook around it, or see-through, so that it can be read
on light and on dark; it has no ids, since one notebook may show it many times.
"""

from dataclasses import dataclass
from pathlib import Path

from lightwork.analysis.judged_study import Judged, judge
from lightwork.core.study import Results, Study
from lightwork.render.table import Table
from lightwork.render.templates import rendered
from lightwork.report.answer import StudyAnswer, answer, comparisons
from lightwork.report.methods import labelled_sentences
from lightwork.report.speedups import FailedCell, failures, speedup_table
from lightwork.text.quantities import counted, plain, short

HERE = Path(__file__).parent

COMMIT = 12  # characters


@dataclass(frozen=True)
class Part:
    """A study's verdict, its speedups where it has some, and its failed cells."""

    verdict: StudyAnswer
    table: Table | None = None
    failures: tuple[FailedCell, ...] = ()


def fragment(results: Results) -> str:
    """Every study's verdict and table, below a line on the run."""
    judged = judge(results, {})
    parts = list(map(_part, judged))
    return rendered(
        "fragment.html",
        HERE,
        about=_about(results),
        parts=parts,
        compared=[*labelled_sentences(judged), *comparisons(judged)],
    )


def study_fragment(study: Study) -> str:
    """One study's, which knows nothing of the machine that it ran on."""
    (judged,) = judge(Results((study,), {}), {})
    return rendered("fragment.html", HERE, about="", parts=[_part(judged)], compared=[])


def _part(judged: Judged) -> Part:
    scaling, recommendation = judged.scaling, judged.recommendation
    if scaling is None or recommendation is None:
        return Part(answer(judged))
    return Part(answer(judged), speedup_table(scaling, recommendation), failures(scaling.cells))


def _about(results: Results) -> str:
    machine, commit = results.machine, str(results.commit.get("id") or "")
    cpus = machine.get("usable_cpus")
    dirty = " with uncommitted changes" if results.commit.get("dirty") is True else ""
    facts = [
        "1 study" if len(results.studies) == 1 else f"{len(results.studies)} studies",
        f"saved {short(results.saved_at)}" if results.saved_at else "",
        f"commit {short(commit, COMMIT)}{dirty}" if commit else "",
        counted(cpus, "usable CPU") if isinstance(cpus, int | float) else "",
        short(machine.get("processor") or ""),
        f"Python {short(machine['python'])}" if machine.get("python") else "",
    ]
    return plain("; ".join(part for part in facts if part))
