"""Arrangement: the lines of a script between its list of items and the work; pure.

    left out     del items[60], or a comprehension over the places that stay
    first        items.insert(0, items.pop(60)), or the items at some places before all others
    order        by file size, or shuffled
    cores        the affinity that the workers inherit

Places count from 0 in the list as its source gives it.
"""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Sequence
from textwrap import fill

from lightwork.core.setting import Setting

WIDTH = 88  # the line length of most formatters
NAMES = ("failing", "item", "longest", "others", "place")  # that the lines may bind


def arrangement(setting: Setting, *, files: bool, left_out: Collection[int], first: Sequence[int]) -> str:
    """The lines, each after a line break; "" where the items are handed out as they are.

    files: whether items are paths, so that their sizes can order them. left_out, first: places, see recipe().
    """
    lines = [
        *_without(sorted(set(left_out))),
        *_order(setting, files, _among_the_rest(first, left_out)),
        *_cores(setting),
    ]
    return "".join(f"\n    {line}" for line in lines)


def _without(places: Sequence[int]) -> Iterator[str]:
    """Leave the items at these places out."""
    if len(places) == 1:
        yield f"del items[{places[0]}]  # it failed"
    elif places:
        stay = "items = [item for place, item in enumerate(items) if place not in {}]".format
        inline = stay(f"{{{_listed(places)}}}")
        if len(inline) <= WIDTH - 4:
            yield inline
        else:
            yield f"failing = {_wrapped(places, '{}')}"
            yield stay("failing")


def _among_the_rest(first: Sequence[int], left_out: Collection[int]) -> list[int]:
    """Where the items at the first places stand once others are left out."""
    gone = sorted(set(left_out))
    return [place - bisect_left(gone, place) for place in first if place not in left_out]


def _order(setting: Setting, files: bool, first: Sequence[int]) -> Iterator[str]:
    """Put the items in their order; those that come first replace that of the setting."""
    if list(first) != list(range(len(first))):
        yield from _first(first)
    elif not first and setting.order == "shuffled":
        yield "items = random.sample(items, len(items))"
    elif not first and setting.order != "given":
        reverse = ", reverse=True" * (setting.order == "largest-first")
        yield (
            f"items = sorted(items, key=os.path.getsize{reverse})"
            if files
            else f"# By what makes an item slow: items = sorted(items, key=...{reverse})"
        )


def _first(places: Sequence[int]) -> Iterator[str]:
    """Move the items at these places to the front."""
    if len(places) == 1:
        yield f"items.insert(0, items.pop({places[0]}))  # the longest item first"
        return
    yield f"longest = {_wrapped(places, '[]')}"
    yield "others = sorted({*range(len(items))} - {*longest})"
    yield "items = [items[place] for place in longest + others]"


def _cores(setting: Setting) -> Iterator[str]:
    """Keep the script and its workers to so many cores."""
    if setting.cores:
        yield f"os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:{setting.cores}])"


def _listed(places: Iterable[int]) -> str:
    return ", ".join(map(str, places))


def _wrapped(places: Sequence[int], brackets: str) -> str:
    """A display of these places, on lines of its own where it is long."""
    listed = _listed(places)
    if len(listed) <= WIDTH - 20:
        return f"{brackets[0]}{listed}{brackets[1]}"
    indent = " " * 8
    return f"{brackets[0]}\n{fill(listed, WIDTH, initial_indent=indent, subsequent_indent=indent)}\n    {brackets[1]}"
