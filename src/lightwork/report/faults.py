"""The page's section on what happens when something dies: of a saved run of `lightwork faults`; pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from lightwork.faults.fault import Fault
from lightwork.faults.outcome import Case, Ending
from lightwork.faults.saved import Faults
from lightwork.faults.table import faults_in, rough_duration, table
from lightwork.render.table import Table
from lightwork.text.quantities import plain, sentence

TITLE = "What each strategy does under each fault"
CAPTION = "One row per strategy, one column per fault. Recorded separately, by lightwork faults."
TOLD = {
    Ending.COMPLETES: "completes under",
    Ending.RAISES: "raises under",
    Ending.HANGS: "hangs forever under",
    Ending.LOSES: "silently loses items under",
    Ending.DIES: "kills the caller under",
}
TOLD_OF = ("kill", "hang")  # a sentence each


@dataclass(frozen=True)
class FaultSection:
    """What the page says of faults: findings, a sentence each, and the whole table."""

    findings: tuple[str, ...]
    table: Table


def fault_section(faults: Faults) -> FaultSection:
    """The matrix as the page shows it."""
    findings = tuple(finding(faults.cases, fault) for fault in faults_in(faults) if fault.name in TOLD_OF)
    return FaultSection(findings, replace(table(faults), title=TITLE, caption=CAPTION))


def finding(cases: Sequence[Case], fault: Fault) -> str:
    """One sentence on one fault: which strategies end in which way."""
    seen = [case for case in cases if case.fault == fault.name]
    parts = [_part([case for case in seen if case.ending is ending], len(seen)) for ending in TOLD]
    return f"{sentence(fault.long)}: {'; '.join(part for part in parts if part)}."


def _part(alike: Sequence[Case], of: int) -> str:
    if not alike:
        return ""
    names = "every strategy" if len(alike) == of > 1 else ", ".join(plain(case.strategy) for case in alike)
    ending = f"{TOLD[alike[0].ending]} {names}"
    times_s = [case.knew_s for case in alike if case.knew_s is not None]
    if alike[0].ending is not Ending.RAISES or not times_s:
        return ending
    return f"{ending} (after {rough_duration(min(times_s))} to {rough_duration(max(times_s))})"
