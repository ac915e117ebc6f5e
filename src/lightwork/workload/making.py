"""Making: the items that a user's function returns or yields, or that a list in the user's module holds."""

from collections.abc import Iterable, Iterator
from resource import RUSAGE_SELF, getrusage
from time import monotonic
from typing import Any

from lightwork.errors import UsageError
from lightwork.workload.coroutine import plain
from lightwork.workload.user_module import name_of, own_command_line

# From an iterator, which may have no end.
MOST, MOST_S, MOST_KIB = 5_000_000, 10.0, 2**21
LOOK_S = 0.001  # between two looks at the memory


class FrameRows(list[Any]):
    """The rows of a data frame, each a dict."""


def made(reference: str, maker: Any) -> list[Any]:
    """The items. maker: what the reference names, a function or an iterable. Raises UsageError where these are none."""
    with own_command_line(name_of(reference)):
        thing = plain(maker)() if callable(maker) else maker
        return listed(reference, thing)


def listed(reference: str, thing: Any) -> list[Any]:
    """The items that a thing is or yields. Raises UsageError where it is none, or may never end."""
    if hasattr(thing, "itertuples") and hasattr(thing, "to_dict"):  # a data frame: its columns are no items
        return FrameRows(thing.to_dict("records"))
    if not isinstance(thing, Iterable) or isinstance(thing, str | bytes):
        raise UsageError(f"{reference} returned a {type(thing).__name__}: it must return a list of items")
    return _drawn(reference, thing) if isinstance(thing, Iterator) else list(thing)


def _drawn(reference: str, iterator: Iterator[Any]) -> list[Any]:
    """All that it yields. Raises UsageError where that is so much, or takes so long, that it may never end."""
    drawn: list[Any] = []
    began_s = look_s = monotonic()
    most_kib = getrusage(RUSAGE_SELF).ru_maxrss + MOST_KIB
    for item in iterator:
        drawn.append(item)
        now_s = monotonic()
        is_too_much = len(drawn) > MOST
        if now_s > look_s:
            look_s = now_s + LOOK_S
            is_too_much |= now_s - began_s > MOST_S or getrusage(RUSAGE_SELF).ru_maxrss > most_kib
        if is_too_much:
            raise UsageError(
                f"{reference.rpartition('/')[2]} still yields items after {MOST:,}, {MOST_S:g} s or "
                f"{MOST_KIB >> 20} GiB: let it end, as by itertools.islice"
            )
    return drawn
