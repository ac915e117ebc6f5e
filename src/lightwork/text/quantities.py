"""Words and numbers fit for a page: names of items made inert, quantities with their unit.

Item names come from file systems and users: they may hold terminal escapes, newlines, markup or text that
runs from right to left. `plain` makes those visible; escaping markup is then each format's own work.
"""

import math
from datetime import datetime, timedelta

from lightwork.core.estimate import Estimate

TIMES = "\N{MULTIPLICATION SIGN}"
DASH = "\N{EN DASH}"
MINUS = "\N{MINUS SIGN}"
DURATIONS = ((60.0, "min", 1 / 60), (1.0, "s", 1.0), (1e-3, "ms", 1e3), (1e-6, "\N{MICRO SIGN}s", 1e6))
DECIMAL_LOST_AT = (100, 10)
WHOLE_PERCENT_FROM = 0.1
SIZES = ((2**40, "TiB"), (2**30, "GiB"), (2**20, "MiB"), (2**10, "KiB"))


def plain(name: object) -> str:
    """The name on one line, with every character that does not print (or turns the text round) written out."""
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode("ascii")
        for character in str(name)
    )


def short(name: object, length: int = 48) -> str:
    """The plain name, cut in its middle: both the start and the suffix of a path tell something."""
    text = plain(name)
    if len(text) <= length:
        return text
    tail = length // 2
    return f"{text[: length - tail - 1]}\N{HORIZONTAL ELLIPSIS}{text[-tail:]}"


def number(value: float) -> str:
    """Three figures, never in powers of ten where a reader would have to count zeros."""
    if not math.isfinite(value):
        return "unbounded" if value > 0 else "unknown"
    decimals = sum(abs(value) < limit for limit in DECIMAL_LOST_AT)
    return f"{value:,.{decimals}f}"


def duration(seconds: float) -> str:
    """Seconds in the unit that reads best."""
    if not math.isfinite(seconds):
        return "unknown"
    for least, unit, factor in DURATIONS:
        if abs(seconds) >= least * (2 if unit == "min" else 1):
            return f"{number(seconds * factor)} {unit}"
    return "0 s" if seconds == 0 else f"{number(seconds * 1e9)} ns"


def tick(seconds: float) -> str:
    """A duration for an axis: no digits that say nothing."""
    if seconds == 0:
        return "0"
    value, unit = duration(seconds).rsplit(" ", 1)
    return f"{value.rstrip('0').rstrip('.') if '.' in value else value} {unit}"


def size(byte_count: float) -> str:
    """Bytes in binary units."""
    for least, unit in SIZES:
        if byte_count >= least:
            return f"{number(byte_count / least)} {unit}"
    return f"{byte_count:,.0f} B"


def percent(fraction: float) -> str:
    """A fraction as a percentage; one decimal where it is small."""
    if not math.isfinite(fraction):
        return "unknown"
    return f"{fraction * 100:.{0 if abs(fraction) >= WHOLE_PERCENT_FROM else 1}f} %"


def times(value: float) -> str:
    """A speedup's point: 5.12x."""
    return f"{number(value)}{TIMES}"


def between(estimate: Estimate) -> str:
    """The interval alone, or why there is none."""
    if estimate.low is None or estimate.high is None:
        return "no interval: too few blocks"
    return f"{number(estimate.low)}{DASH}{number(estimate.high)}"


def with_interval(estimate: Estimate) -> str:
    """A speedup that does not travel alone: 5.12x (4.81-5.33)."""
    return f"{times(estimate.point)} ({between(estimate)})"


def seconds_with_interval(estimate: Estimate) -> str:
    """A wall time with its interval."""
    if estimate.low is None or estimate.high is None:
        return f"{duration(estimate.point)} (no interval: too few blocks)"
    return f"{duration(estimate.point)} ({duration(estimate.low)} to {duration(estimate.high)})"


def counted(count: int, noun: str) -> str:
    """`1 block`, `6 blocks`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def lines(text: str, most: int) -> str:
    """The last lines of an output or traceback, each made plain."""
    kept = text.splitlines()
    return "\n".join(plain(line) for line in (["(the end of it)"] if len(kept) > most else []) + kept[-most:])


def moment(written: str) -> str:
    """A moment in ISO form to the minute, as `2026-11-28 22:16 UTC`; what is none stays as it is."""
    try:
        found = datetime.fromisoformat(written)
    except ValueError:
        return plain(written)
    zone = " UTC" if found.utcoffset() == timedelta(0) else f" {found:%z}".rstrip()
    return f"{found:%Y-%m-%d %H:%M}{zone}"


def sentence(text: str) -> str:
    """The text with a capital at its start, as it stands alone on a page."""
    inert = plain(text)
    return inert[:1].upper() + inert[1:]
