"""A saved run as a page with charts, a summary and a CSV file."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lightwork.core.study import Results

if TYPE_CHECKING:
    from lightwork.faults.saved import Faults
    from lightwork.planning.saved import SavedPlan


def verdicts(results: Results) -> list[str]:
    """Lines for a terminal: each study's label with its verdict, and below it, set in, the largest loss.

    Studies that differ in their method alone are compared at the end.
    """
    from lightwork.analysis.judged_study import judge
    from lightwork.report.answer import answer, comparisons
    from lightwork.report.methods import labelled_sentences

    lines, judged = [], judge(results, {})
    for study_answer in map(answer, judged):
        lines.append(f"{study_answer.label}: {study_answer.sentence}")
        lines += [f"    {study_answer.loss}"] if study_answer.loss else []
    return lines + labelled_sentences(judged) + comparisons(judged)


def render(
    results: Results,
    ledgers: Mapping[str, Any],
    out: Path,
    faults: "Faults | None" = None,
    *,
    plans: "Sequence[SavedPlan]" = (),
    figures: bool = False,
) -> Path:
    """Write the report into the folder `out`, which is made where it is absent; returns its index.html.

    `ledgers` holds a structured array per ledger name; rounds without one merely have no timeline.
    faults: what `lightwork faults` has saved, for a section of its own. plans: to stand beside what they predicted.
    figures: whether every picture becomes a file. Raises UsageError for a plan of none of these studies.
    It never measures, and the same results give the same bytes.
    """
    from lightwork.report.page import write_report

    return write_report(results, ledgers, out, faults, plans=plans, figures=figures)
