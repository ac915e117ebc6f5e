"""Spreads: how far predictions are off, as the belief takes it (lightwork.analysis.belief); pure.

    error of a setting = log(measured / predicted), the median over blocks
    common             = its mean over all settings of one kind and worker count; single = what is left of it

Standard deviations about 0, told by medians (1.4826 times the median size), so that few predictions that are far off,
which measuring finds out, don't decide how all others are weighed.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from math import log, sqrt
from statistics import fmean, median

from lightwork.analysis.belief import PriorSpread
from lightwork.replay.traits import kind_of
from lightwork.validate.comparison import Held, Tried

NORMAL = 1.4826  # a normal distribution's standard deviation, over the median of its sizes


def spread_in(studies: Iterable[Held]) -> PriorSpread | None:
    """The spreads of predictions that know what the probes showed; None where too little was measured to tell."""
    everything = list(studies)
    groups = [errors for held in everything for errors in _groups(held)]
    several = [errors for errors in groups if len(errors) > 1]
    singles = [
        (error - fmean(errors)) * sqrt(len(errors) / (len(errors) - 1)) for errors in several for error in errors
    ]
    twins = [log(run.again_s / run.wall_s) / sqrt(2) for held in everything for run in held.serial if run.again_s]
    if not (singles and twins):
        return None
    return PriorSpread(_spread([fmean(errors) for errors in groups]), _spread(singles), _spread(twins))


def _groups(held: Held) -> Iterator[Sequence[float]]:
    """The errors of the settings of each kind and worker count."""
    groups: dict[tuple[str, int], list[float]] = defaultdict(list)
    for cell in held.cells:
        if (error := _error(cell)) is not None:
            groups[kind_of(cell.setting), cell.setting.workers].append(error)
    yield from groups.values()


def _error(cell: Tried) -> float | None:
    errors = [log(trial.wall_s / trial.learned.wall_s) for trial in cell.trials if trial.learned]
    return median(errors) if errors else None


def _spread(errors: Sequence[float]) -> float:
    return NORMAL * median(map(abs, errors))
