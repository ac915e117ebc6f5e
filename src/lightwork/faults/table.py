"""The table of a run of `lightwork faults`: a row for every strategy, a column for every fault; pure."""

from collections.abc import Collection, Sequence

from lightwork.faults import fault as registry
from lightwork.faults.fault import Fault
from lightwork.faults.outcome import Case, Ending, spread
from lightwork.faults.saved import Faults
from lightwork.render.table import Column, Entry, Table
from lightwork.text.quantities import counted, duration, plain

NOT_TRIED = Entry("-", kind="none")
SOON_S = 0.01
KNOWN = (Ending.RAISES, Ending.DIES)  # when the caller knew is then worth telling
SAID = {
    Ending.COMPLETES: "completes",
    Ending.RAISES: "raises",
    Ending.HANGS: "HANGS",
    Ending.LOSES: "LOSES ITEMS",
    Ending.DIES: "caller dies",
    Ending.NEVER: "can't happen",
}
KINDS = {  # CSS classes
    Ending.COMPLETES: "fine",
    Ending.RAISES: "told",
    Ending.HANGS: "bad",
    Ending.LOSES: "bad",
    Ending.DIES: "bad",
    Ending.NEVER: "none",
}


def table(run: Faults, *, brief: bool = False) -> Table:
    """The whole table, strategies in the order in which they were recorded. brief: without the items' numbers."""
    faults = faults_in(run)
    by_place = {(case.strategy, case.fault): case for case in run.cases}
    names = dict.fromkeys(case.strategy for case in run.cases)
    rows = [
        (Entry(plain(name)), *(entry(by_place.get((name, fault.name)), brief=brief) for fault in faults))
        for name in names
    ]
    return Table.of_words(
        (Column("strategy", is_code=True), *(fault.short for fault in faults)),
        rows,
        notes=notes(run, faults, brief=brief),
    )


def faults_in(faults: Faults) -> list[Fault]:
    """The faults that were recorded, in their own order."""
    recorded = {case.fault for case in faults.cases}
    return [fault for name, fault in registry.faults().items() if name in recorded]


def entry(case: Case | None, *, brief: bool = False) -> Entry:
    """How it ended, when the caller knew, and what else is known, as "raises, 30 ms, 9 not done"."""
    if case is None:
        return NOT_TRIED
    when = [moment(case.knew_s)] if case.knew_s is not None and case.ending in KNOWN else []
    more = [] if brief or case.ending is Ending.NEVER else facts(case)
    return Entry(SAID[case.ending], details=(*when, *more), kind=KINDS[case.ending])


def moment(seconds: float) -> str:
    """When the caller knew, no finer than it matters: "at once", "70 ms", "1.2 s"."""
    return "at once" if seconds < SOON_S else rough_duration(seconds)


def rough_duration(seconds: float) -> str:
    """A duration of which the unit matters most, as "70 ms" or "1.2 s"."""
    return f"{seconds:.1f} s" if seconds >= 1 else f"{seconds * 1e3:.0f} ms"


def facts(case: Case) -> list[str]:
    """What the ledger and the process table say beside the ending."""
    undone = len(case.running) + len(case.never) + len(case.raised)
    sentences = [f"{undone} not done"] if undone else []
    sentences += [f"{len(case.redone)} done twice"] if case.redone else []
    sentences += [f"{len(case.again)} begun again"] if case.again and not case.redone else []
    if case.left_behind:
        sentences.append(f"{case.left_behind} process{'es' if case.left_behind > 1 else ''} left")
    return sentences + (["not recovered"] if case.recovered is False else [])


def notes(run: Faults, faults: Sequence[Fault], *, brief: bool = False) -> list[str]:
    """How to read the table, what was done, and on what."""
    machine = run.machine
    made = [f"{fault.short}: {fault.long}." for fault in faults]
    has_times = any(case.knew_s is not None and case.ending in KNOWN for case in run.cases)
    first = run.cases[0]
    return [
        (
            f"{run.items} items of 20 ms, {counted(first.workers, 'worker')}, each strategy's own chunksize and "
            f"first start method; the fault strikes item {run.victim}, once. Python {machine['python']} on "
            f"{machine['processor']}; lightwork {run.version}, {run.saved_at}."
        ),
        *(["Time: from the fault until the caller knew of it; at once: within 10 ms."] * has_times),
        *(["Items not done: as the ledger has them, not the strategy."] * (not brief)),
        *(
            [hang_note({case.deadline_s for case in run.cases})]
            * any(case.ending is Ending.HANGS for case in run.cases)
        ),
        *_recovered(run),
        *made,
        *(f"{name} is not included: {why}" for name, why in run.left_out.items()),
    ]


def hang_note(deadlines_s: Collection[float]) -> str:
    """What it means that a round hangs, with the deadlines that there were."""
    return (
        f"HANGS: still running at its deadline, 2 s and five times what the strategy takes without a fault "
        f"({duration(min(deadlines_s))} to {duration(max(deadlines_s))}); ended then, with all its processes."
    )


def _recovered(faults: Faults) -> list[str]:
    """How many interrupted rounds could be completed; nothing where that was not tried."""
    tried = [case for case in faults.cases if case.recovered is not None]
    if not tried:
        return []
    done = sum(case.recovered is True for case in tried)
    return [
        (
            f"Resumed {counted(len(tried), 'interrupted round')}, running only what was not done: {done} then had all "
            "of their work."
        )
    ]


def details(faults: Faults) -> list[str]:
    """A line for every case, with the items by name of their state and the exception."""
    return [
        f"{plain(case.strategy)}, {case.fault}: {_detail(case)}"
        for case in faults.cases
        if case.ending is not Ending.NEVER
    ]


def _detail(case: Case) -> str:
    parts = [f"{name} {spread(indices)}" for name, indices in _states(case) if indices]
    return "; ".join([entry(case).line, *parts, *([plain(case.error)] if case.error else [])])


def _states(case: Case) -> list[tuple[str, tuple[int, ...]]]:
    return [
        ("done", case.done), ("running", case.running), ("never started", case.never), ("raised", case.raised),
        ("begun again", case.again), ("done twice", case.redone), ("run again to recover", case.run_again),
    ]  # fmt: skip
