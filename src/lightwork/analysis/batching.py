"""Methods side by side: what one writer stores by the best of them against what many store by the worst; pure.

A workload's `method` makes a study of each, so these were not measured in the same blocks: the interval is the widest
that the two walls' own intervals allow, and a difference within it is not claimed.
"""

from collections.abc import Iterator, Mapping, Sequence

from lightwork.analysis.scaling import CellScaling, StudyScaling
from lightwork.core.estimate import Estimate
from lightwork.core.study import Study
from lightwork.core.verdict import BatchingVerdict
from lightwork.text.quantities import counted

METHOD, ROWS = "method", "rows"  # a parameter, and what a check counted
SINGLE_WRITER = "single_writer"  # a strategy


def compare(scalings: Sequence[StudyScaling]) -> list[BatchingVerdict]:
    """The comparison for every group of studies that differ in their method alone and count their rows."""
    groups: dict[str, list[StudyScaling]] = {}
    for scaling in scalings:
        if METHOD in scaling.study.parameters and _rows(scaling.study):
            groups.setdefault(label_without_method(scaling.study), []).append(scaling)
    return [batching_verdict for label, group in groups.items() for batching_verdict in _compare(label, group)]


def _compare(label: str, group: Sequence[StudyScaling]) -> Iterator[BatchingVerdict]:
    ranked = sorted(group, key=lambda scaling: _rows(scaling.study) / scaling.serial_s.point)
    worst, best = ranked[0], ranked[-1]
    many = _most_workers(worst)
    if worst is best or many is None or many.wall_s is None:
        return
    rows = _rows(best.study) / _rows(worst.study)
    ratio = _over(many.wall_s, best.serial_s, rows)
    few, by_many = (str(scaling.study.parameters[METHOD]) for scaling in (best, worst))
    yield BatchingVerdict(label, few, by_many, many.cell.setting.workers, ratio)


def _most_workers(scaling: StudyScaling) -> CellScaling | None:
    """The cell with the most writers, the fastest of those; None where no cell with two did its work."""
    able = [cell for cell in scaling.cells if cell.parallel and cell.wall_s and cell.cell.setting.workers > 1]
    return max(
        (cell for cell in able if cell.cell.setting.strategy != SINGLE_WRITER),  # its workers parse
        key=lambda cell: (cell.cell.setting.workers, -cell.wall_s.point if cell.wall_s else 0),
        default=None,
    )


def _over(slow_s: Estimate, fast_s: Estimate, rows: float) -> Estimate:
    """The ratio slow / fast x rows, between the farthest that both intervals allow."""
    point, count = rows * slow_s.point / fast_s.point, min(slow_s.n, fast_s.n)
    if slow_s.low is None or slow_s.high is None or fast_s.low is None or fast_s.high is None:
        return Estimate(point, None, None, count, "too few blocks for an interval")
    low, high = rows * slow_s.low / fast_s.high, rows * slow_s.high / fast_s.low
    return Estimate(point, low, high, count, f"two medians' intervals, {counted(count, 'block')}")


def _rows(study: Study) -> int:
    """How many rows a serial round of the study stored; 0 where its check counts none."""
    stored = next((round_.evidence.get(ROWS) for round_ in study.serial.rounds if round_.ok), None)
    return stored if isinstance(stored, int) else 0


def label_without_method(study: Study) -> str:
    """What studies share that differ in their method alone."""
    words: Mapping[str, object] = study.parameters
    return study.label.replace(f" {METHOD}={words[METHOD]}", "")
