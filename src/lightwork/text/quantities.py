"""Words and numbers fit for a page: names of items made inert, quantities with their unit.

Item names come from file systems and users: they may hold terminal escapes, newlines, markup or text that
runs from right to left. `plain` makes those visible; escaping markup is then each format's own work.
"""

import math
from datetime import datetime, timedelta

from lightwork.core.estimate import Estimate

MINUS = "\N{MINUS SIGN}"
DURATIONS = ((60.0, "min", 1 / 60), (1.0, "s", 1.0), (1e-3, "ms", 1e3), (1e-6, "\N{MICRO SIGN}s", 1e6))
DECIMAL_LOST_AT = (100, 10)
TWO_FIGURES_BELOW = 9.95  # a duration from here on has no decimal
SMALL_SHARE = 0.1  # a share below may have a decimal
SMALL_RATIO, LARGE_RATIO = 2, 100  # a ratio has two decimals below the first, none from the second on
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
    """Seconds in the unit that reads best: `1.2 s`, `16 ms`."""
    value, unit = _scaled(seconds)
    if not math.isfinite(value) or value == 0:
        return "unknown" if value else "0 s"
    return f"{value:,.{1 if abs(value) < TWO_FIGURES_BELOW else 0}f} {unit}"


def _scaled(seconds: float) -> tuple[float, str]:
    for least, unit, factor in DURATIONS:
        if abs(seconds) >= least * (2 if unit == "min" else 1):
            return seconds * factor, unit
    return seconds * 1e9, "ns"


def tick(seconds: float) -> str:
    """A duration for an axis: no digits that say nothing."""
    if seconds == 0:
        return "0"
    value, unit = _scaled(seconds)
    digits = number(value)
    return f"{digits.rstrip('0').rstrip('.') if '.' in digits else digits} {unit}"


def size(byte_count: float) -> str:
    """Bytes in binary units."""
    for least, unit in SIZES:
        if byte_count >= least:
            return f"{number(byte_count / least)} {unit}"
    return f"{byte_count:,.0f} B"


def percent(share: float) -> str:
    """A share as `16 %`, with a decimal below 10 % where it tells something: `3.9 %`, `5 %`."""
    if not math.isfinite(share):
        return "unknown"
    digits = f"{100 * share:.{1 if abs(share) < SMALL_SHARE else 0}f}"
    return f"{digits.removesuffix('.0')} %"


def times(ratio: float | Estimate) -> str:
    """A ratio as `5.1x`, an estimate with its interval: `5.1x (4.8-5.3)`; below 2 as `1.02x (0.95-1.10)`."""
    if isinstance(ratio, Estimate):
        return f"{times(ratio.point)} ({between(ratio)})"
    return f"{ratio:,.{_decimals(ratio)}f}x" if math.isfinite(ratio) else number(ratio)


def between(ratio: Estimate) -> str:
    """The interval alone, with as many decimals as the point has."""
    if ratio.low is None or ratio.high is None:
        return "no interval"
    decimals = _decimals(ratio.point)
    return "-".join(f"{end:,.{decimals}f}" if math.isfinite(end) else number(end) for end in (ratio.low, ratio.high))


def _decimals(ratio: float) -> int:
    return 2 if ratio < SMALL_RATIO else 1 if ratio < LARGE_RATIO else 0


def gain(ratio: Estimate) -> str:
    """A ratio above 1 as `35 % (30-41)`."""
    if ratio.low is None or ratio.high is None:
        return f"{percent(ratio.point - 1)} (no interval)"
    return f"{100 * (ratio.point - 1):.0f} % ({100 * (ratio.low - 1):.0f}-{100 * (ratio.high - 1):.0f})"


def seconds_with_interval(estimate: Estimate) -> str:
    """A wall time as `10.3 s (10.1-10.4)`: three figures, so that a narrow interval still shows."""
    value, unit = _scaled(estimate.point)
    if estimate.low is None or estimate.high is None or not math.isfinite(value) or value == 0:
        return f"{duration(estimate.point)} (no interval)"
    low, high = (number(end * value / estimate.point) for end in (estimate.low, estimate.high))
    return f"{number(value)} {unit} ({low}-{high})"


def counted(count: float, noun: str) -> str:
    """`1 block`, `1,200 blocks`, `1.5 cores`."""
    number = f"{count:,}" if isinstance(count, int) else f"{count:,.6g}"
    return f"{number} {noun}{'' if count == 1 else 's'}"


def lines(text: str, most: int) -> str:
    """The last lines of an output or traceback, each made plain."""
    text_lines = text.splitlines()
    return "\n".join(
        plain(line) for line in (["(the end of it)"] if len(text_lines) > most else []) + text_lines[-most:]
    )


def moment(written: str) -> str:
    """A moment in ISO form to the minute, as `2026-11-28 22:16 UTC`; what is none stays as it is."""
    try:
        parsed = datetime.fromisoformat(written)
    except ValueError:
        return plain(written)
    zone = " UTC" if parsed.utcoffset() == timedelta(0) else f" {parsed:%z}".rstrip()
    return f"{parsed:%Y-%m-%d %H:%M}{zone}"


def sentence(text: str) -> str:
    """The text with a capital at its start, as it stands alone on a page."""
    inert = plain(text)
    return inert[:1].upper() + inert[1:]
