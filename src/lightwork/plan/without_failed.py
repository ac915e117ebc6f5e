"""Left out: a serial run and its sample without the items that failed."""

from bisect import bisect_left
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

from lightwork.launch.finished import Finished, summary
from lightwork.ledger.table import HEADER, LIFE, ROW_BYTES, Ledger
from lightwork.plan.sample import Sample


def without(sample: Sample, numbers: Collection[int], weights: Sequence[float]) -> Sample:
    """The sample, and all that it is about, without some of the sampled items, by their numbers in it.

    weights: of all items. One that was stood for by an item left out is stood for by the one nearest to it by weight.
    Raises ValueError where no item would be left to stand for any.
    """
    remaining = [number for number in range(len(sample.chosen)) if number not in numbers]
    if not remaining:
        raise ValueError("every item of the sample would be left out")
    if len(remaining) == len(sample.chosen):
        return sample
    gone = {sample.chosen[number] for number in numbers}
    rank = {number: place for place, number in enumerate(remaining)}
    by_weight = sorted(remaining, key=lambda number: weights[sample.chosen[number]])
    marks = [weights[sample.chosen[number]] for number in by_weight]

    def heir(place: int) -> int:
        return by_weight[min(bisect_left(marks, weights[place]), len(marks) - 1)]

    stands_for = [
        rank[number if number in rank else heir(place)]
        for place, number in enumerate(sample.stands_for)
        if place not in gone
    ]
    earlier = sorted(gone)
    chosen = [place - bisect_left(earlier, place) for place in (sample.chosen[number] for number in remaining)]
    return Sample(tuple(chosen), tuple(stands_for))


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
    return Finished(replace(finished.round, **summary(rows)), fewer)
