"""The second table of `lightwork faults --shared`: a row for every way of sharing a state; pure."""

from collections.abc import Sequence

from lightwork.faults.outcome import Ending
from lightwork.faults.saved import Faults
from lightwork.faults.sharing.accidents import ACCIDENTS, SharedFault
from lightwork.faults.sharing.outcome import SharedCase, Worth
from lightwork.faults.table import KINDS, KNOWN, NOT_TRIED, SAID, hang_note, moment
from lightwork.render.table import Column, Entry, Table
from lightwork.text.quantities import counted, plain

WORTH = {Worth.HALF: "HALF-WRITTEN", Worth.LOST: "UPDATES LOST", Worth.GONE: "state gone"}


def shared_table(run: Faults, *, brief: bool = False) -> Table:
    """The whole table, methods in the order in which they were recorded. brief: without counts of updates."""
    accidents = accidents_in(run.shared)
    by_place = {(case.method, case.accident): case for case in run.shared}
    rows = [
        (
            Entry(plain(name)),
            *(shared_entry(by_place.get((name, accident.name)), brief=brief) for accident in accidents),
        )
        for name in dict.fromkeys(case.method for case in run.shared)
    ]
    heads: list[Column | str] = [Column("shared state", is_code=True), *(accident.short for accident in accidents)]
    return Table.of_words(heads, rows, notes=shared_notes(run, accidents))


def accidents_in(cases: Sequence[SharedCase]) -> list[SharedFault]:
    """The accidents that were recorded, in their own order."""
    recorded = {case.accident for case in cases}
    return [accident for name, accident in ACCIDENTS.items() if name in recorded]


def shared_entry(case: SharedCase | None, *, brief: bool = False) -> Entry:
    """How it ended, when the caller knew, and what the state is worth, as "raises, 50 ms, HALF-WRITTEN"."""
    if case is None:
        return NOT_TRIED
    when = [moment(case.knew_s)] if case.knew_s is not None and case.ending in KNOWN else []
    worth = [WORTH.get(case.worth, case.worth)] if case.worth is not Worth.UNKNOWN else []
    more = [f"{counted(case.unfinished, 'update')} of unfinished items"] if case.unfinished and not brief else []
    left = [f"{counted(case.left_behind, 'process')} left"] if case.left_behind else []
    left += [f"{counted(case.blocks_left, 'block')} left"] if case.blocks_left else []
    ending = "WRONG STATE" if case.ending is Ending.LOSES else SAID[case.ending]
    is_bad = case.worth in (Worth.HALF, Worth.LOST) or left
    kind = "bad" if is_bad else KINDS[case.ending]
    return Entry(ending, details=(*when, *worth, *more, *left), kind=kind)


def shared_notes(run: Faults, accidents: Sequence[SharedFault]) -> list[str]:
    """How to read the table, what was done, and on what."""
    first, endings = run.shared[0], {case.ending for case in run.shared}
    worths = {case.worth for case in run.shared}
    return [
        (
            f"24 items of 10 updates to one state, {counted(first.workers, 'worker')} of {first.strategy}, which "
            f"waits for all of them; the accident strikes once, in item 9. Python {run.machine['python']} on "
            f"{run.machine['processor']}; lightwork {run.version}, {run.saved_at}."
        ),
        *(["Time: from the accident until the caller knew of it; at once: within 10 ms."] * bool(endings & {*KNOWN})),
        *([_LOCKS, hang_note({case.deadline_s for case in run.shared})] * (Ending.HANGS in endings)),
        *([_LEFT] * any(case.ending is Ending.HANGS and case.worth is not Worth.UNKNOWN for case in run.shared)),
        *([_WHOLE] * (Worth.WHOLE in worths)),
        *([_HALF] * (Worth.HALF in worths)),
        *([_NOTHING] * (Worth.NOTHING in worths)),
        *([_GONE] * (Worth.GONE in worths)),
        *(f"{accident.short}: {accident.long}." for accident in accidents),
        *(f"{name} is not included: {why}" for name, why in run.shared_left_out.items()),
    ]


def shared_details(run: Faults) -> list[str]:
    """A line for every case, with the exception."""
    return [
        "; ".join(
            [
                f"{plain(case.method)}, {case.accident}: {shared_entry(case).line}",
                *[plain(case.error)] * bool(case.error),
            ]
        )
        for case in run.shared
        if case.ending is not Ending.NEVER
    ]


_LOCKS = (
    "A lock is not given back when its holder is killed: the others wait for it forever, and whoever waits for them. "
    "Wait with a timeout, or use merge or sqlite."
)
_LEFT = (
    "After a hang only a block of shared memory can still be read: it stays in /dev/shm when all of its processes were "
    "killed (lightwork removes it)."
)
_WHOLE = (
    "whole: every update of the items that were done is there, and none in part. Updates of an item that was not done "
    "may be there too (--details counts them): run again, they would count twice."
)
_HALF = "HALF-WRITTEN: an update is there in part."
_NOTHING = "nothing shared: results alone carry the counts, so running items again is safe."
_GONE = "state gone: with the process that had it, and all that was done before."
