"""A comparison: rounds of one setting beside what was predicted for them; plain data.

PredictedWall (a makespan with its band) beside MeasuredRound, three times: as a plan would have it, from the serial
round of the same block; given what this round's items cost in CPU time; given how fast its cores were
"""

import statistics
from dataclasses import dataclass, field

from lightwork.core.setting import Setting


@dataclass(frozen=True)
class PredictedWall:
    """A predicted makespan with its band, seconds."""

    wall_s: float
    low_s: float
    high_s: float

    def error(self, measured_s: float) -> float:
        """By what share of the measured time the prediction is too long; negative where it is too short."""
        return self.wall_s / measured_s - 1

    def holds(self, measured_s: float) -> bool:
        """Whether the band contains this time."""
        return self.low_s <= measured_s <= self.high_s


@dataclass(frozen=True)
class MeasuredRound:
    """One measured round and what was predicted for it.

    wall_s: as measured; level_s: at equal CPU speed (lightwork.analysis.speedometer), None where no speed was read.
    item_factor: CPU time of the round's items over that of the same items in the block's serial round. spin_ns: of the
    round's fixed spin, None where too few were run. plain: from the block's serial round alone, as a plan is made;
    conditional: given the item factor; by_spin: given the spin's instead, None where it is not known.
    """

    block: int
    wall_s: float
    level_s: float | None
    item_factor: float
    spin_ns: float | None
    plain: PredictedWall | None = None
    conditional: PredictedWall | None = None
    by_spin: PredictedWall | None = None


@dataclass(frozen=True)
class Tried:
    """A setting with its trials, and why others of its rounds failed. chunksize: the one in force."""

    setting: Setting
    chunksize: int | None
    trials: tuple[MeasuredRound, ...]
    failures: tuple[str, ...] = ()

    @property
    def wall_s(self) -> float:
        """The median makespan. Raises StatisticsError without trials."""
        return statistics.median(trial.wall_s for trial in self.trials)


@dataclass(frozen=True)
class SerialRun:
    """A block's serial round and its A/A twin: wall times as measured and at equal CPU speed; seconds.

    again_s, again_level_s: the twin's, None where it has none. spin_ns: as in MeasuredRound. ledger, twin, probe: names
    of the
    saved ledgers that the block's predictions are made from, the serial round's, its twin's ("" where there is none)
    and those of all probes, none where one failed. exclusive_share, cpu_inflation: what these show of contention
    (lightwork.replay.contention).
    """

    block: int
    wall_s: float
    level_s: float | None
    again_s: float | None
    again_level_s: float | None
    spin_ns: float | None
    ledger: str
    twin: str = ""
    probes: tuple[str, ...] = ()
    exclusive_share: float = 0.0
    cpu_inflation: float = 1.0


@dataclass(frozen=True)
class Choice:
    """What a plan recommended for this workload, made within a part of the grid's time.

    setting: None where it said to stay serial, or could not tell. spent_s: what it took; budget_s: what it was allowed.
    trouble: why there is no plan, "" where there is one.
    """

    setting: Setting | None
    spent_s: float
    budget_s: float
    trouble: str = ""


@dataclass(frozen=True)
class Held:
    """One workload, compared with what was predicted for it.

    name: of its case; label: with the parameters that are not at their defaults. grid_s: how long measuring the grid
    took. finished: False where it was interrupted. trouble: why it has no figures, "" where it has some.
    """

    name: str
    label: str
    items: int
    weights: tuple[float, ...] = field(repr=False)
    serial: tuple[SerialRun, ...]
    cells: tuple[Tried, ...]
    grid_s: float
    finished: bool
    choice: Choice | None = None
    trouble: str = ""

    @property
    def trials(self) -> list[tuple[Tried, MeasuredRound]]:
        """Every trial beside its setting."""
        return [(cell, trial) for cell in self.cells for trial in cell.trials]
