"""Methods of one job: what each reaches under its best setting, and what it lost; pure.

A workload's `method` makes a study of each, so they were not measured in the same blocks: what is claimed of two holds
for all that both medians' intervals allow. Times are compared with each other, never speedups: each method has a serial
run of its own.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import inf

from lightwork.analysis.batching import METHOD, label_without_method
from lightwork.analysis.scaling import CellScaling, StudyScaling
from lightwork.core.estimate import Estimate
from lightwork.core.round import Outcome, Round
from lightwork.core.study import Study

CLEAR = 1.05  # times as fast, by both intervals: less is not claimed
UPDATES, LOST = "updates", "lost_updates"  # what a check counted


@dataclass(frozen=True)
class LostUpdates:
    """What the round that lost most of them lost."""

    lost: int
    sent: int


@dataclass(frozen=True)
class MethodScaling:
    """One method. best: its fastest setting with workers that did the work; None without, or where updates were lost.

    by_workers: by worker count, the fastest of those with so many. updates: of a round, or its items. lost: None
    for none. failure: why its first failed round failed, "" without one.
    """

    method: str
    study: Study
    best: CellScaling | None
    by_workers: Mapping[int, CellScaling]
    updates: int
    lost: LostUpdates | None = None
    failure: str = ""

    def rate(self, cell: CellScaling) -> Estimate:
        """Updates, or items, a second of one of its cells. Raises ValueError for a cell without a time."""
        wall_s = cell.wall_s
        if wall_s is None:
            raise ValueError(f"{cell.cell.cell_id} has no time")
        ends = (wall_s.high, wall_s.low)
        low, high = (self.updates / end if end else None for end in ends)
        return Estimate(self.updates / wall_s.point, low, high, wall_s.n, wall_s.method)


@dataclass(frozen=True)
class MethodComparison:
    """The methods of one job, the fastest first, those that failed last. label: the job's, without its method.

    counts_updates: whether its check counts them, or items are counted instead.
    """

    label: str
    counts_updates: bool
    methods: tuple[MethodScaling, ...]

    @property
    def ranked(self) -> tuple[MethodScaling, ...]:
        """Those that did the work."""
        return tuple(each for each in self.methods if each.best)

    def faster_than(self, study: Study) -> Estimate | None:
        """How many times as fast the fastest method is as this study's, where that is clear; None elsewhere."""
        this = next((method for method in self.ranked if method.study is study), None)
        if this is None or this is self.ranked[0]:
            return None
        ratio = self.ratio(self.ranked[0], this)
        return ratio if ratio.low is not None and ratio.low >= CLEAR else None

    def ratio(self, fast: MethodScaling, slow: MethodScaling) -> Estimate:
        """How many times the updates a second of the slow one the fast one makes, as far as both intervals allow."""
        assert fast.best is not None
        assert slow.best is not None
        many, few = fast.rate(fast.best), slow.rate(slow.best)
        low, high = _over(many.low, few.high), _over(many.high, few.low)
        return Estimate(many.point / few.point, low, high, min(many.n, few.n), "two medians' intervals")


def compare(scalings: Sequence[StudyScaling]) -> list[MethodComparison]:
    """The comparison for every group of studies that differ in their method alone."""
    groups: dict[str, list[StudyScaling]] = {}
    for scaling in scalings:
        if METHOD in scaling.study.parameters:
            groups.setdefault(label_without_method(scaling.study), []).append(scaling)
    return [_comparison(label, group) for label, group in groups.items() if len(group) > 1]


def _comparison(label: str, group: Sequence[StudyScaling]) -> MethodComparison:
    counts = [_updates(scaling.study) for scaling in group]
    counts_updates = all(counts)
    methods = [
        _method(scaling, count if counts_updates else len(scaling.study.item_names))
        for scaling, count in zip(group, counts, strict=True)
    ]
    return MethodComparison(label, counts_updates, tuple(sorted(methods, key=_place)))


def _place(method: MethodScaling) -> tuple[bool, float]:
    return method.best is None, -method.rate(method.best).point if method.best else 0.0


def _method(scaling: StudyScaling, updates: int) -> MethodScaling:
    by_workers: dict[int, CellScaling] = {}
    for cell in scaling.cells:
        workers = cell.cell.setting.workers
        if cell.parallel and _wall_s(cell) < (_wall_s(by_workers[workers]) if workers in by_workers else inf):
            by_workers[workers] = cell
    failed = [round_ for cell in scaling.cells if cell.parallel for round_ in cell.failed]
    if lost := _lost(failed):
        by_workers = {}  # one that loses updates in some rounds is wrong in all of them
    return MethodScaling(
        str(scaling.study.parameters[METHOD]), scaling.study, min(by_workers.values(), key=_wall_s, default=None),
        dict(sorted(by_workers.items())), updates, lost, failed[0].reason if failed else "",
    )  # fmt: skip


def _wall_s(cell: CellScaling) -> float:
    return cell.wall_s.point if cell.wall_s else inf


def _lost(failed: Sequence[Round]) -> LostUpdates | None:
    """The most that a failed round lost; None where none counted."""
    lost = [
        LostUpdates(round_.evidence[LOST], round_.evidence[UPDATES])
        for round_ in failed
        if round_.outcome is Outcome.WRONG and LOST in round_.evidence
    ]
    return max(lost, key=lambda each: each.lost, default=None)


def _updates(study: Study) -> int:
    """How many a serial round of the study made; 0 where its check counts none."""
    return next(_counted(study.serial.rounds), 0)


def _counted(rounds: Sequence[Round]) -> Iterator[int]:
    for round_ in rounds:
        updates = round_.evidence.get(UPDATES)
        if round_.ok and isinstance(updates, int):
            yield updates


def _over(many: float | None, few: float | None) -> float | None:
    return many / few if many is not None and few else None
