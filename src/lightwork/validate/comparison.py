"""A comparison: rounds of one setting beside what was predicted for them; plain data.

PredictedWall (a wall time with its band) beside MeasuredRound, three times: from the serial round of the same block
alone; with what the block's probes taught; given besides what this round's items cost in CPU time
"""

import statistics
from dataclasses import dataclass, field

from lightwork.core.setting import Setting


@dataclass(frozen=True)
class PredictedWall:
    """A predicted wall time with its band, seconds."""

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
    item_factor: CPU time of the round's items over that of the same items in the block's serial round. plain: from the
    block's serial round alone, as a plan says before it measures; learned: with the traits that the block's probes
    show; conditional: with these, and given the item factor.
    """

    block: int
    wall_s: float
    level_s: float | None
    item_factor: float
    plain: PredictedWall | None = None
    learned: PredictedWall | None = None
    conditional: PredictedWall | None = None


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
class ProbeRound:
    """A round of a block, among its trials, that shows the job's traits. ledger: the name of its saved one."""

    setting: Setting
    ledger: str


@dataclass(frozen=True)
class SerialRun:
    """A block's serial round and its A/A twin: wall times as measured and at equal CPU speed; seconds.

    again_s, again_level_s: the twin's, None where it has none. spin_ns: of the round's fixed spin, None where too few
    were run; gil: whether Python had its lock. ledger: the name of the saved one that predictions are made from;
    probes: the block's, none where one failed.
    """

    block: int
    wall_s: float
    level_s: float | None
    again_s: float | None
    again_level_s: float | None
    spin_ns: float | None
    gil: bool
    ledger: str
    probes: tuple[ProbeRound, ...] = ()

    def at_its_speed_s(self, trial: MeasuredRound) -> float:
        """The trial's wall time at the CPU speed of this round; as measured where no speed is known."""
        if trial.level_s is None or self.level_s is None:
            return trial.wall_s
        return trial.level_s * self.wall_s / self.level_s

    @property
    def ledgers(self) -> tuple[str, ...]:
        """The names of all that predictions for this block are made from."""
        return (self.ledger, *(probe.ledger for probe in self.probes))


@dataclass(frozen=True)
class Choice:
    """What a plan recommended for this workload. setting: None to stay serial. spent_s: what planning took."""

    setting: Setting | None
    spent_s: float


@dataclass(frozen=True)
class Held:
    """One workload, compared with what was predicted for it.

    name: of its case; label: with the parameters that are not at their defaults. spent_s: planning and measuring.
    finished: False where it was interrupted. trouble: why it has no figures, "" where it has some.
    """

    name: str
    label: str
    items: int
    weights: tuple[float, ...] = field(repr=False)
    serial: tuple[SerialRun, ...]
    cells: tuple[Tried, ...]
    spent_s: float
    finished: bool
    choice: Choice | None = None
    trouble: str = ""

    @property
    def trials(self) -> list[tuple[Tried, MeasuredRound]]:
        """Every trial beside its setting."""
        return [(cell, trial) for cell in self.cells for trial in cell.trials]
