"""Left out: a serial run and its sample without the items that failed, or were not run."""

from bisect import bisect_left
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

from lightwork.launch.finished import Finished, summary
from lightwork.ledger.table import HEADER, LIFE, ROW_BYTES, Ledger
from lightwork.planning.sample import Sample


def without(sample: Sample, numbers: Collection[int], weights: Sequence[float]) -> Sample:
    """The sample, and all that it is about, without some of the sampled items, by their numbers in it.

    weights: of all items. One that was stood for by an item left out is stood for by the one nearest to it by weight.
    Raises ValueError where no item would be left to stand for any.
    """
    shorter = only(sample, [number for number in range(len(sample.chosen)) if number not in numbers], weights)
    gone = sorted(sample.chosen[number] for number in numbers)
    gone_set = set(gone)
    stands_for = tuple(number for place, number in enumerate(shorter.stands_for) if place not in gone_set)
    return Sample(tuple(place - bisect_left(gone, place) for place in shorter.chosen), stands_for)


def only(sample: Sample, numbers: Sequence[int], weights: Sequence[float]) -> Sample:
    """The sample of the same items with only some of those that were drawn, by their numbers in it.

    weights, ValueError: as in `without`.
    """
    if not numbers:
        raise ValueError("every item of the sample would be left out")
    rank = {number: place for place, number in enumerate(numbers)}
    by_weight = sorted(numbers, key=lambda number: weights[sample.chosen[number]])
    marks = [weights[sample.chosen[number]] for number in by_weight]

    def heir(place: int) -> int:
        return by_weight[min(bisect_left(marks, weights[place]), len(marks) - 1)]

    stands_for = [rank[number if number in rank else heir(place)] for place, number in enumerate(sample.stands_for)]
    return Sample(tuple(sample.chosen[number] for number in numbers), tuple(stands_for))


def rows_without(finished: Finished, numbers: Collection[int], folder: Path) -> Finished:
    """A round and its ledger without the rows of some of its items. folder: for a moment, to read it again."""
    if not numbers:
        return finished
    ledger = finished.ledger
    magic, items, slots, *rest = HEADER.unpack_from(ledger, 0)
    body = HEADER.size + slots * LIFE.size
    remaining = [
        ledger[body + number * ROW_BYTES : body + (number + 1) * ROW_BYTES]
        for number in range(items)
        if number not in numbers
    ]
    fewer = HEADER.pack(magic, len(remaining), slots, *rest) + ledger[HEADER.size : body] + b"".join(remaining)
    path = folder / "kept"
    path.write_bytes(fewer)
    try:
        rows = Ledger(str(path)).rows()
    finally:
        path.unlink()
    return replace(finished, round=replace(finished.round, **summary(rows)), ledger=fewer)
