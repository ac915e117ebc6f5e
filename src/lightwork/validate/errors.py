"""Errors: how far predictions lie from what was measured, beside how far measuring lies from itself; pure.

plain         a plan's prediction before it measures, against a round of the same block
learned       the same once the block's probes were measured
conditional   the same, given besides what the round's items cost in CPU time
A/A           the serial round against the same again in the same block: the noise floor
"""

import math
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import TypeVar

from lightwork.validate.comparison import Held, MeasuredRound, PredictedWall, Tried

FAR = 0.9  # the share of errors that the second figure covers
Key = TypeVar("Key", bound=Hashable)
Seen = tuple[Held, Tried, MeasuredRound]


@dataclass(frozen=True)
class Spread:
    """Relative errors: how many, the median and the 90th percentile without sign, the median with it."""

    n: int
    median: float
    far: float
    bias: float


@dataclass(frozen=True)
class Accuracy:
    """A group of rounds. None where there is nothing to tell.

    plain, learned, conditional: errors of the three predictions. learned_in_band: the share of plans (one for every
    block) whose band holds the setting's median wall time. conditional_in_band: the share of rounds that lie in the
    band given the items' CPU time.
    """

    plain: Spread | None
    learned: Spread | None
    conditional: Spread | None
    learned_in_band: float | None
    conditional_in_band: float | None


def spread_of(errors: Sequence[float]) -> Spread | None:
    """The spread of signed relative errors, None of none. The percentile is an error that was seen (nearest rank)."""
    if not errors:
        return None
    sizes = sorted(map(abs, errors))
    return Spread(len(sizes), median(sizes), far_of(sizes), median(errors))


def far_of(ascending: Sequence[float]) -> float:
    """The 90th percentile of values in order: one that is among them (nearest rank)."""
    return ascending[math.ceil(FAR * len(ascending)) - 1]


def accuracy_of(seen: Iterable[Seen]) -> Accuracy:
    """The accuracy over these trials."""
    everything = list(seen)

    def errors(prediction_of: Callable[[MeasuredRound], PredictedWall | None]) -> list[float]:
        return [
            predicted_wall.error(trial.wall_s)
            for _, _, trial in everything
            if (predicted_wall := prediction_of(trial)) is not None
        ]

    learned = [trial.learned.holds(cell.wall_s) for _, cell, trial in everything if trial.learned]
    given = [trial.conditional.holds(trial.wall_s) for _, _, trial in everything if trial.conditional]
    return Accuracy(
        spread_of(errors(lambda trial: trial.plain)),
        spread_of(errors(lambda trial: trial.learned)),
        spread_of(errors(lambda trial: trial.conditional)),
        _share(learned),
        _share(given),
    )


def seen_in(studies: Iterable[Held]) -> list[Seen]:
    """Every trial with its setting and workload."""
    return [(held, cell, trial) for held in studies for cell, trial in held.trials]


def grouped(seen: Iterable[Seen], key: Callable[[Held, Tried], Key]) -> dict[Key, list[Seen]]:
    """The trials by group, in the order in which the groups first come."""
    groups: dict[Key, list[Seen]] = defaultdict(list)
    for trial in seen:
        groups[key(trial[0], trial[1])].append(trial)
    return dict(groups)


def noise_floor(studies: Iterable[Held], *, level: bool = False) -> Spread | None:
    """The spread of the A/A pairs; level: at equal CPU speed. None where there is no pair."""
    pairs = [
        (run.level_s, run.again_level_s) if level else (run.wall_s, run.again_s)
        for held in studies
        for run in held.serial
    ]
    return spread_of([again_s / first_s - 1 for first_s, again_s in pairs if first_s and again_s])


def _share(marks: Sequence[bool]) -> float | None:
    return sum(marks) / len(marks) if marks else None
