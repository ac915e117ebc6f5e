"""The report of saved results: one page, its figures, a Markdown summary and a CSV; light to import."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from manyhands.results import Results


def verdicts(results: Results) -> list[str]:
    """One line per study for a terminal: its label and its plan's sentence."""
    from manyhands.report.judgement import judge, verdict

    found = (verdict(one) for one in judge(results, {}))
    return [f"{one.label}: {one.sentence}" for one in found]


def render(results: Results, ledgers: Mapping[str, Any], out: Path) -> Path:
    """Write the report into the folder `out`, which is made where it is absent; returns its index.html.

    `ledgers` holds a structured array per ledger name; rounds without one merely have no timeline.
    It never measures, and the same results give the same bytes.
    """
    from manyhands.report.page import write_report

    return write_report(results, ledgers, out)
