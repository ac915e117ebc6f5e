"""Changes: what became another over the runs, from when on, and no more than can be told; pure.

A speedup has changed where the intervals of two runs, each widened by its own run's noise floor, do not meet. It is
compared with the run after the last such change, not against its neighbour, so that a slow drift adds up to a change.
Where a run recommends nothing, the setting recommended before is compared with itself: a speedup that is all gone
leaves nothing to recommend. A recommended setting may be another although nothing can be told apart; then the change
says so.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import isfinite

from lightwork.core.estimate import Estimate
from lightwork.history.line import Line, Point
from lightwork.history.reference import Reference, can_be_held, following, ours, pair, recommended_in, still_measured
from lightwork.history.run import SettingFigures, Standing, Word
from lightwork.text.quantities import counted, duration, times
from lightwork.text.quantities import sentence as capitalised
from lightwork.text.settings import named

ARROW = "\N{RIGHTWARDS ARROW}"
NOTHING_TOLD = "no measurable change"
NOT_BEFORE = " (the new setting was not measured before)"


class Kind(StrEnum):
    """What it is that changed."""

    OTHER = "other work"
    LACKING = "not comparable"  # the old setting was not asked for
    VERDICT = "verdict"
    WORKERS = "workers"
    SETTING = "setting"
    GRID = "settings measured"  # what is recommended now was not asked for before
    SPEEDUP = "speedup"


@dataclass(frozen=True)
class Change:
    """A change at the run of this place, in words: "recommended workers 4 -> 8".

    speedup: the new one, where that is what changed.
    """

    place: int
    kind: Kind
    words: str
    speedup: Estimate | None = None


@dataclass(frozen=True)
class Story:
    """All changes of a line, oldest first, and of how many runs any could be told.

    held: runs that were compared with one before; open: for every run that could not be, what it would be compared
    with.
    """

    changes: tuple[Change, ...]
    held: int
    open: tuple[Reference, ...]


def changes(line: Line) -> tuple[Change, ...]:
    """All changes of a line, oldest first. Nothing is compared across a change of the work or of the machine."""
    return story(line).changes


def story(line: Line) -> Story:
    """The line's runs, each compared with one before it."""
    events: list[Change] = []
    held, left = 0, []
    before: Standing | None = None
    reference = latest = None
    for place, point in enumerate(line.points):
        standing = point.standing
        if standing is None:
            continue
        if point.broken:
            events.append(_broken(line, place, point, before))
            before = reference = latest = None
        if standing.settled:  # thin evidence is a gap, and no other verdict
            events += [Change(place, kind, words) for kind, words in _verdict(before, standing)]
            before = standing
        reference = still_measured(standing, reference, latest)
        change = None
        if reference and can_be_held(line, reference, point):
            held += 1
            change = _speedup(line, reference, point, place)
            events += [change] if change else []
        elif reference:
            left.append(reference)
        reference = following(reference, point, changed=change is not None)
        latest = recommended_in(point) or latest
    return Story(tuple(events), held, tuple(left))


def sentence(line: Line) -> str:
    """What changed first and when, the first change of the speedup, and how many more there are."""
    measured = sum(point.standing is not None for point in line.points)
    line_story = story(line)
    events = line_story.changes
    if measured == 1:
        return "Measured in one run only: nothing to compare."
    if not any(point.standing.settled for point in line.points if point.standing):
        return f"Nothing to compare: none of {counted(measured, 'run')} has a recommendation."
    if not events:
        return _unchanged(line_story, measured)
    first = [change for change in events if change.place == events[0].place]
    later = [change for change in events if change not in first]
    faster = next((change for change in events if change.kind is Kind.SPEEDUP), None)
    parts = [_change_words(line, first)]
    shown = line_story.held and not any(change.kind in (Kind.SPEEDUP, Kind.GRID) for change in events)
    parts += [f"the speedup has {NOTHING_TOLD}"] if shown else []
    if faster in later:
        parts.append(_change_words(line, [faster]))
        later.remove(faster)
    parts += [f"{counted(len(later), 'more change')} in the table"] if later else []
    parts += [_open(line_story)] if line_story.open else []
    return f"{capitalised('; '.join(parts))}."


def _unchanged(line_story: Story, measured: int) -> str:
    """What can be said where nothing changed: no more than of the runs that could be compared with another."""
    if not line_story.open:
        return f"{capitalised(NOTHING_TOLD)} in {counted(measured, 'run')}."
    if not line_story.held:
        return f"Nothing to compare: {_open(line_story)}."
    return f"{capitalised(NOTHING_TOLD)} in {counted(measured - len(line_story.open), 'run')}; {_open(line_story)}."


def _open(line_story: Story) -> str:
    """How many runs can't be compared with what was before, and for want of which setting's figures."""
    cells = {reference.cell_id: reference.figures.cell for reference in line_story.open if reference.figures}
    setting = named(next(iter(cells.values()))) if len(cells) == 1 else "the settings recommended before"
    return f"{counted(len(line_story.open), 'run')} cannot be compared with earlier runs: no interval of {setting}"


def gaps(line: Line) -> str:
    """In how many runs nothing is recommended, by word: "Cannot tell in 2 of 9 runs."; "" where there is no gap."""
    words = Counter(point.word for point in line.points if point.word is not Word.USE)
    counts = ", ".join(f"{word} in {count}" for word, count in words.items())
    return f"{capitalised(counts)} of {counted(len(line.points), 'run')}." if counts else ""


def apart(estimate: Estimate, its_floor: float, other: Estimate, others_floor: float) -> bool:
    """Whether two intervals, each widened by its noise floor, do not meet; never where one of the four is missing."""
    ends = (estimate.low, estimate.high, other.low, other.high)
    if None in ends or not (isfinite(its_floor) and isfinite(others_floor)):
        return False
    low, high, other_low, other_high = (float(end) for end in ends if end is not None)
    below = high * (1 + its_floor) < other_low * (1 - others_floor)
    return below or other_high * (1 + others_floor) < low * (1 - its_floor)


def _broken(line: Line, place: int, point: Point, before: Standing | None) -> Change:
    """Why nothing is compared from here on; where for want of a setting, what is recommended instead."""
    if point.other or point.standing is None:
        return Change(place, Kind.OTHER, point.other)
    speedup, worded = line.speedup(point), _worded(point.standing)
    if before and worded == _worded(before) and point.standing.chosen:
        worded = named(point.standing.chosen.cell)
    there = f"{worded}, {times(speedup.point)}" if speedup else worded
    return Change(place, Kind.LACKING, f"not comparable: {point.lacking}; recommended there: {there}")


def _change_words(line: Line, at_one_run: Sequence[Change]) -> str:
    if at_one_run[0].kind is Kind.LACKING:  # names its run itself
        return at_one_run[0].words
    words = " and ".join(change.words for change in at_one_run)
    return f"{words}, at {line.points[at_one_run[0].place].run.named}"


def _verdict(before: Standing | None, after: Standing) -> list[tuple[Kind, str]]:
    if before is None:
        return []
    old, new = before.chosen, after.chosen
    if old is None or new is None:
        same = before.word == after.word
        return [] if same else [(Kind.VERDICT, f"recommended {_worded(before)} {ARROW} {_worded(after)}")]
    was_measured = new.cell.cell_id in before.cells
    if old.cell.setting.workers != new.cell.setting.workers:
        few, many = old.cell.setting.workers, new.cell.setting.workers
        words = f"recommended workers {few} {ARROW} {many}{_as_good(old, after)}{'' if was_measured else NOT_BEFORE}"
        return [(Kind.WORKERS if was_measured else Kind.GRID, words)]
    if old.cell.cell_id != new.cell.cell_id and old.cell.cell_id not in after.as_good:
        words = f"recommended setting {named(old.cell)} {ARROW} {named(new.cell)}{_as_good(old, after)}"
        return [(Kind.SETTING, words) if was_measured else (Kind.GRID, f"{words}{NOT_BEFORE}")]
    return []


def _worded(standing: Standing) -> str:
    if standing.chosen is None:
        return "serial"
    return counted(standing.chosen.cell.setting.workers, "worker")


def _as_good(old: SettingFigures, after: Standing) -> str:
    return " (the old setting is not measurably different there)" if old.cell.cell_id in after.as_good else ""


def _speedup(line: Line, reference: Reference, point: Point, place: int) -> Change | None:
    """The change of the speedup with what it came from; None where none can be told.

    A setting that one of the two runs does not recommend is named.
    """
    old, new = pair(line, reference, point)
    if old is None or new is None or not apart(old, line.noise_floor(reference.point), new, line.noise_floor(point)):
        return None
    new_one = recommended_in(point)
    usual = reference.recommended and new_one is not None and new_one.cell_id == ours(reference, point)
    whose = "" if usual or reference.figures is None else f" of {named(reference.figures.cell)}"
    words = f"speedup{whose} {times(old)} {ARROW} {times(new)}{_because(reference, point)}"
    return Change(place, Kind.SPEEDUP, words, new)


def _because(reference: Reference, point: Point) -> str:
    """That serial takes another time, and whether the setting does: a speedup also rises if serial gets slower."""
    old, new = reference.point.standing, point.standing
    its = new.cells.get(ours(reference, point)) if new else None
    if old is None or new is None or reference.figures is None or its is None:
        return ""
    floors = (old.noise_floor, new.noise_floor)
    serial = _times(old.serial_s, new.serial_s, floors)
    if not serial:
        return ""
    setting_time = _times(reference.figures.wall_s, its.wall_s, floors) or f"has {NOTHING_TOLD}"
    return f" (serial time {serial}; the setting's own {setting_time})"


def _times(old: Estimate | None, new: Estimate | None, floors: tuple[float, float]) -> str:
    if old is None or new is None or not apart(old, floors[0], new, floors[1]):
        return ""
    return f"{duration(old.point)} {ARROW} {duration(new.point)}"
