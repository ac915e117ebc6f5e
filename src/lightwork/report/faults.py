"""The page's section on what happens when something dies: of a saved run of `lightwork faults`; pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from lightwork.faults.fault import Fault
from lightwork.faults.outcome import Case, Ending
from lightwork.faults.saved import Faults
from lightwork.faults.table import KNOWN, NOT_TRIED, SAID, coarse, facts, faults_in, moment, notes
from lightwork.text.quantities import plain, sentence

KINDS = {
    Ending.COMPLETES: "fine",
    Ending.RAISES: "told",
    Ending.HANGS: "bad",
    Ending.LOSES: "bad",
    Ending.DIES: "bad",
}
TOLD = {
    Ending.COMPLETES: "completes under",
    Ending.RAISES: "raises under",
    Ending.HANGS: "hangs for ever under",
    Ending.LOSES: "items are lost in silence under",
    Ending.DIES: "takes the caller along under",
}
TOLD_OF = ("kill", "hang")  # a sentence each


@dataclass(frozen=True)
class FaultSheet:
    """heads: a fault each. rows: a strategy and, for each fault, how it ends, facts, and a class.

    findings, notes: sentences.
    """

    heads: tuple[str, ...]
    rows: tuple[tuple[str, tuple[tuple[str, tuple[str, ...], str], ...]], ...]
    findings: tuple[str, ...]
    notes: tuple[str, ...]


def fault_sheet(found: Faults) -> FaultSheet:
    """The matrix as the page shows it."""
    faults = faults_in(found)
    by_place = {(case.strategy, case.fault): case for case in found.cases}
    names = dict.fromkeys(case.strategy for case in found.cases)
    rows = tuple((plain(name), tuple(_entry(by_place.get((name, fault.name))) for fault in faults)) for name in names)
    findings = tuple(finding(found.cases, fault) for fault in faults if fault.name in TOLD_OF)
    return FaultSheet(tuple(fault.short for fault in faults), rows, findings, tuple(notes(found, faults)))


def finding(cases: Sequence[Case], fault: Fault) -> str:
    """One sentence on one fault: which strategies end in which way."""
    seen = [case for case in cases if case.fault == fault.name]
    parts = [_part([case for case in seen if case.ending is ending], len(seen)) for ending in TOLD]
    return f"{sentence(fault.long)}: {'; '.join(part for part in parts if part)}."


def _part(alike: Sequence[Case], of: int) -> str:
    """Those that end alike, of so many."""
    if not alike:
        return ""
    names = "every strategy" if len(alike) == of > 1 else ", ".join(plain(case.strategy) for case in alike)
    told = f"{TOLD[alike[0].ending]} {names}"
    times_s = [case.knew_s for case in alike if case.knew_s is not None]
    if alike[0].ending is not Ending.RAISES or not times_s:
        return told
    return f"{told} (after {coarse(min(times_s))} to {coarse(max(times_s))})"


def _entry(case: Case | None) -> tuple[str, tuple[str, ...], str]:
    if case is None:
        return NOT_TRIED, (), "none"
    known = [moment(case.knew_s)] if case.knew_s is not None and case.ending in KNOWN else []
    told = [] if case.ending is Ending.NEVER else known + facts(case)
    return SAID[case.ending], tuple(told), KINDS.get(case.ending, "none")
