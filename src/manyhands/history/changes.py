"""Changes: what became another over the runs, from when on, and no more than can be told; pure.

A speedup has changed where the intervals of two runs, each widened by its own run's noise floor, do not meet. It is
held against the run after the last such change, not against its neighbour, so that a slow drift adds up to a change.
A recommended setting may be another although nothing can be told apart; then the change says so.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import isfinite

from manyhands.history.line import Line, Point
from manyhands.history.run import Chosen, Standing, Word
from manyhands.intervals import Estimate
from manyhands.text import counted, duration, with_interval
from manyhands.text import sentence as capitalised
from manyhands.wording import named

ARROW = "\N{RIGHTWARDS ARROW}"
NOTHING_TOLD = "no change that can be told"


class Kind(StrEnum):
    """What it is that changed."""

    OTHER = "other work"
    VERDICT = "verdict"
    WORKERS = "workers"
    SETTING = "setting"
    SPEEDUP = "speedup"


@dataclass(frozen=True)
class Change:
    """A change at the run of this place, in words: "recommended workers 4 -> 8"."""

    place: int
    kind: Kind
    words: str


def changes(line: Line) -> tuple[Change, ...]:
    """All changes of a line, oldest first. Nothing is compared across a change of the work or of the machine."""
    found: list[Change] = []
    before: Standing | None = None
    reference: Point | None = None
    for place, point in enumerate(line.points):
        standing = point.standing
        if standing is None:
            continue
        if point.other:
            found.append(Change(place, Kind.OTHER, point.other))
            before = reference = None
        if standing.word in (Word.UNKNOWN, Word.NOTHING):
            continue  # thin evidence is a gap, and no other verdict
        found += [Change(place, kind, words) for kind, words in _verdict(before, standing)]
        if reference and (words := _speedup(line, reference, point)):
            found.append(Change(place, Kind.SPEEDUP, words))
            reference = point
        reference = reference or (point if line.speedup(point) else None)
        before = standing
    return tuple(found)


def sentence(line: Line) -> str:
    """What changed first and when, the first change of the speedup, and how many more there are."""
    measured = sum(point.standing is not None for point in line.points)
    found = changes(line)
    if measured == 1:
        return "Measured in one run only: nothing to compare."
    if not found:
        return f"{capitalised(NOTHING_TOLD)} in {counted(measured, 'run')}."
    first = [change for change in found if change.place == found[0].place]
    later = [change for change in found if change not in first]
    faster = next((change for change in found if change.kind is Kind.SPEEDUP), None)
    parts = [_told(line, first)]
    parts += [f"the speedup shows {NOTHING_TOLD}"] if faster is None else []
    if faster in later:
        parts.append(_told(line, [faster]))
        later.remove(faster)
    parts += [f"{counted(len(later), 'more change')} in the table"] if later else []
    return f"{capitalised('; '.join(parts))}."


def gaps(line: Line) -> str:
    """In how many runs nothing is recommended, by word: "Cannot tell in 2 of 9 runs."; "" where there is no gap."""
    words = Counter(point.word for point in line.points if point.word is not Word.USE)
    told = ", ".join(f"{word} in {count}" for word, count in words.items())
    return f"{capitalised(told)} of {counted(len(line.points), 'run')}." if told else ""


def apart(one: Estimate, its_floor: float, other: Estimate, others_floor: float) -> bool:
    """Whether two intervals, each widened by its noise floor, do not meet; never where one of the four is missing."""
    ends = (one.low, one.high, other.low, other.high)
    if None in ends or not (isfinite(its_floor) and isfinite(others_floor)):
        return False
    low, high, other_low, other_high = (float(end) for end in ends if end is not None)
    below = high * (1 + its_floor) < other_low * (1 - others_floor)
    return below or other_high * (1 + others_floor) < low * (1 - its_floor)


def _told(line: Line, at_one_run: Sequence[Change]) -> str:
    words = " and ".join(change.words for change in at_one_run)
    return f"{words}, at {line.points[at_one_run[0].place].run.named}"


def _verdict(before: Standing | None, after: Standing) -> list[tuple[Kind, str]]:
    """What is recommended now and was not before."""
    if before is None:
        return []
    old, new = before.chosen, after.chosen
    if old is None or new is None:
        same = before.word == after.word
        return [] if same else [(Kind.VERDICT, f"recommended {_worded(before)} {ARROW} {_worded(after)}")]
    if old.cell.setting.workers != new.cell.setting.workers:
        few, many = old.cell.setting.workers, new.cell.setting.workers
        return [(Kind.WORKERS, f"recommended workers {few} {ARROW} {many}{_as_good(old, after)}")]
    if old.cell.cell_id != new.cell.cell_id and old.cell.cell_id not in after.as_good:
        words = f"recommended setting {named(old.cell)} {ARROW} {named(new.cell)}{_as_good(old, after)}"
        return [(Kind.SETTING, words)]
    return []


def _worded(standing: Standing) -> str:
    if standing.chosen is None:
        return "serial"
    return counted(standing.chosen.cell.setting.workers, "worker")


def _as_good(old: Chosen, after: Standing) -> str:
    """What is known of the old setting in the new run."""
    if old.cell.cell_id in after.as_good:
        return " (the old setting is not measurably different there)"
    return "" if old.cell.cell_id in after.measured else " (the old setting was not measured there)"


def _speedup(line: Line, reference: Point, point: Point) -> str:
    """The change of the speedup with what it came from; "" where none can be told."""
    old, new = line.speedup(reference), line.speedup(point)
    if old is None or new is None or not apart(old, line.noise_floor(reference), new, line.noise_floor(point)):
        return ""
    return f"speedup {with_interval(old)} {ARROW} {with_interval(new)}{_because(reference, point)}"


def _because(reference: Point, point: Point) -> str:
    """That serial takes another time, and whether the setting does: a speedup also rises when serial gets slower."""
    old, new = reference.standing, point.standing
    if old is None or new is None or old.chosen is None or new.chosen is None:
        return ""
    floors = (old.noise_floor, new.noise_floor)
    serial = _times(old.serial_s, new.serial_s, floors)
    if not serial:
        return ""
    own = _times(old.chosen.wall_s, new.chosen.wall_s, floors) or f"shows {NOTHING_TOLD}"
    return f" (serial time {serial}; the setting's own {own})"


def _times(old: Estimate | None, new: Estimate | None, floors: tuple[float, float]) -> str:
    """A wall time's change; "" where none can be told."""
    if old is None or new is None or not apart(old, floors[0], new, floors[1]):
        return ""
    return f"{duration(old.point)} {ARROW} {duration(new.point)}"
