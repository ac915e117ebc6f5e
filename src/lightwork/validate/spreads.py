"""Spreads: how far predictions are off, as the belief takes it (lightwork.analysis.belief); pure.

    error of a setting = log(measured / predicted) at equal CPU speed, the median over blocks
    common             = its mean over all settings of one kind and worker count; single = what is left of it

Standard deviations about 0, told by medians (1.4826 times the median size), so that few predictions that are far off,
which measuring finds out, don't decide how all others are weighed.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import log, sqrt
from statistics import fmean, median

from lightwork.analysis.belief import PriorSpread
from lightwork.replay.traits import kind_of
from lightwork.validate.comparison import Held, SerialRun, Tried

NORMAL = 1.4826  # a normal distribution's standard deviation, over the median of its sizes


def spread_in(studies: Iterable[Held]) -> PriorSpread | None:
    """The spreads of predictions that know what the probes showed; None where too little was measured to tell."""
    everything = list(studies)
    groups = [errors for held in everything for errors in _groups(held)]
    several = [errors for errors in groups if len(errors) > 1]
    singles = [
        (error - fmean(errors)) * sqrt(len(errors) / (len(errors) - 1)) for errors in several for error in errors
    ]
    twins = [twin for held in everything for run in held.serial if (twin := _twin_error(run)) is not None]
    if not (singles and twins):
        return None
    return PriorSpread(_spread([fmean(errors) for errors in groups]), _spread(singles), _spread(twins))


def _groups(held: Held) -> Iterator[Sequence[float]]:
    """The errors of the settings of each kind and worker count."""
    groups: dict[tuple[str, int], list[float]] = defaultdict(list)
    runs = {run.block: run for run in held.serial}
    for cell in held.cells:
        if (error := _error(cell, runs)) is not None:
            groups[kind_of(cell.setting), cell.setting.workers].append(error)
    yield from groups.values()


def _twin_error(run: SerialRun) -> float | None:
    """Of one of two equal rounds, of which the difference tells that of both."""
    first_s, again_s = (run.level_s, run.again_level_s) if run.level_s else (run.wall_s, run.again_s)
    return log(again_s / first_s) / sqrt(2) if again_s else None


def _error(cell: Tried, runs: Mapping[int, SerialRun]) -> float | None:
    errors = [
        log(runs[trial.block].at_its_speed_s(trial) / trial.learned.wall_s) for trial in cell.trials if trial.learned
    ]
    return median(errors) if errors else None


def _spread(errors: Sequence[float]) -> float:
    return NORMAL * median(map(abs, errors))
