"""Making: the items that a user's function returns or yields, or that a list in the user's module holds."""

from collections.abc import Iterable, Iterator
from resource import RUSAGE_SELF, getrusage
from time import monotonic
from typing import Any

from lightwork.errors import UsageError
from lightwork.workload.coroutine import plain

# From an iterator, which may have no end.
MOST, MOST_S, MOST_KIB = 5_000_000, 10.0, 2**21


class FrameRows(list[Any]):
    """The rows of a data frame, each a dict."""


def made(reference: str, maker: Any) -> list[Any]:
    """The items. maker: what the reference names, a function or an iterable. Raises UsageError where these are none."""
    thing = plain(maker)() if callable(maker) else maker
    if hasattr(thing, "itertuples") and hasattr(thing, "to_dict"):  # a data frame: its columns are no items
        return FrameRows(thing.to_dict("records"))
    if not isinstance(thing, Iterable) or isinstance(thing, str | bytes):
        raise UsageError(f"{reference} returned a {type(thing).__name__}: it must return a list of items")
    return _drawn(reference, thing) if isinstance(thing, Iterator) else list(thing)


def _drawn(reference: str, iterator: Iterator[Any]) -> list[Any]:
    """All that it yields. Raises UsageError where that is so much, or takes so long, that it may never end."""
    drawn: list[Any] = []
    give_up_s, most_kib = monotonic() + MOST_S, getrusage(RUSAGE_SELF).ru_maxrss + MOST_KIB
    for item in iterator:
        drawn.append(item)
        if len(drawn) > MOST or monotonic() > give_up_s or getrusage(RUSAGE_SELF).ru_maxrss > most_kib:
            raise UsageError(
                f"{reference.rpartition('/')[2]} still yields items after {len(drawn):,}: let it end after at most "
                f"{MOST:,} items, {MOST_S:g} s and {MOST_KIB >> 20} GiB, as by itertools.islice"
            )
    return drawn
