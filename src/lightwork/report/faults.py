"""The page's section on what happens when something dies: of a saved run of `lightwork faults`; pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from lightwork.faults.fault import Fault
from lightwork.faults.outcome import Case, Ending
from lightwork.faults.saved import Faults
from lightwork.faults.sharing.accidents import SharedFault
from lightwork.faults.sharing.outcome import SharedCase
from lightwork.faults.sharing.table import accidents_in, shared_table
from lightwork.faults.table import faults_in, rough_duration, table
from lightwork.render.table import Table
from lightwork.text.quantities import plain, sentence

TITLE = "What each strategy does under each fault"
CAPTION = "One row per strategy, one column per fault. Recorded separately, by lightwork faults."
SHARED_TITLE = "What becomes of a state that workers share"
SHARED_CAPTION = (
    "One row per way to share it, one column per accident. Recorded separately, by lightwork faults --shared."
)
TOLD = {
    Ending.COMPLETES: "completes under",
    Ending.RAISES: "raises under",
    Ending.HANGS: "hangs forever under",
    Ending.LOSES: "silently loses items under",
    Ending.DIES: "kills the caller under",
}
AnyCase = TypeVar("AnyCase", Case, SharedCase)
TOLD_OF = ("kill", "hang")  # a sentence each


@dataclass(frozen=True)
class FaultSection:
    """What the page says of faults: findings, a sentence each, and the whole tables that were recorded."""

    findings: tuple[str, ...]
    table: Table | None
    shared: Table | None = None


def fault_section(faults: Faults) -> FaultSection:
    """The matrix as the page shows it."""
    findings = [finding(faults.cases, fault) for fault in faults_in(faults) if fault.name in TOLD_OF]
    findings += [shared_finding(faults.shared, accident) for accident in accidents_in(faults.shared)]
    strategies = replace(table(faults), title=TITLE, caption=CAPTION) if faults.cases else None
    methods = replace(shared_table(faults), title=SHARED_TITLE, caption=SHARED_CAPTION) if faults.shared else None
    return FaultSection(tuple(findings), strategies, methods)


def finding(cases: Sequence[Case], fault: Fault) -> str:
    """One sentence on one fault: which strategies end in which way."""
    seen = [case for case in cases if case.fault == fault.name]
    parts = [
        _part([case for case in seen if case.ending is ending], len(seen), "every strategy", lambda case: case.strategy)
        for ending in TOLD
    ]
    return f"{sentence(fault.long)}: {'; '.join(part for part in parts if part)}."


def shared_finding(cases: Sequence[SharedCase], accident: SharedFault) -> str:
    """One sentence on one accident of a shared state: which ways to share it end in which way."""
    seen = [case for case in cases if case.accident == accident.name and case.ending in TOLD]
    parts = [
        _part([case for case in seen if case.ending is ending], len(seen), "every method", lambda case: case.method)
        for ending in TOLD
    ]
    return f"{sentence(accident.long)}: {'; '.join(part for part in parts if part)}."


def _part(alike: Sequence[AnyCase], of: int, all_of_them: str, name_of: Callable[[AnyCase], str]) -> str:
    if not alike:
        return ""
    names = all_of_them if len(alike) == of > 1 else ", ".join(plain(name_of(case)) for case in alike)
    ending = f"{TOLD[alike[0].ending]} {names}"
    times_s = [case.knew_s for case in alike if case.knew_s is not None]
    if alike[0].ending is not Ending.RAISES or not times_s:
        return ending
    return f"{ending} (after {rough_duration(min(times_s))} to {rough_duration(max(times_s))})"
