"""A prediction: what a setting would bring, from one serial ledger; pure.

    serial ledger + calibration + traits -> replay of every setting -> Prediction

A prediction is no measurement: it says what to measure, and what it would cost to have measured the rest.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from lightwork.core.estimate import Estimate
from lightwork.core.setting import Setting, arrange
from lightwork.replay import gil as lock
from lightwork.replay.calibration import Calibration
from lightwork.replay.costs import Costs
from lightwork.replay.demands import Demands, demands_of
from lightwork.replay.engine import replay
from lightwork.replay.many_items import Reducer, is_many
from lightwork.replay.traits import NO_TRAITS, Traits
from lightwork.strategies import chunksize_in_force, in_force

if TYPE_CHECKING:
    from numpy.typing import NDArray

BAND = 0.2  # relative; nine of ten plans hold the wall time, memory-bound work apart (docs/validation.md)
SERIAL = Setting("serial")
FAR, FAR_BAND = 4, 0.25  # past so many workers a core
LOCKED_BAND = 0.4  # of threads that compute by turns: what they lose at the lock varies most


@dataclass(frozen=True)
class Prediction:
    """A setting's predicted round. speedup: over the serial round's predicted wall, with its band.

    chunksize: the one in force. lost: predicted speedup lost by cause, against the serial items.
    """

    setting: Setting
    chunksize: int | None
    wall_s: float
    speedup: Estimate
    lost: Mapping[str, float]

    def limited_to(self, speedup: float) -> "Prediction":
        """The same where something lets no more than this speedup through."""
        if speedup >= self.speedup.point:
            return self
        ratio = speedup / self.speedup.point
        low, high = self.band
        return replace(self, wall_s=self.wall_s / ratio, speedup=Estimate(speedup, low * ratio, high * ratio))

    def over(self, times: float) -> "Prediction":
        """The same over a serial run of which this one's items take so many times as long."""
        low, high = self.band
        return replace(self, speedup=Estimate(self.speedup.point / times, low / times, high / times))

    @property
    def band(self) -> tuple[float, float]:
        """The ends of the speedup's band. Raises ValueError where it has none."""
        if self.speedup.low is None or self.speedup.high is None:
            raise ValueError(f"the predicted speedup {self.speedup.point} has no band")
        return self.speedup.low, self.speedup.high

    @property
    def wall_band_s(self) -> tuple[float, float]:
        """The ends of the wall's band: it is the speedup's, both are relative to the same serial wall."""
        (low, high), serial_s = self.band, self.wall_s * self.speedup.point
        return serial_s / high, serial_s / low


def predict(
    settings: Iterable[Setting],
    serial_items: "NDArray[Any]",
    weights: Sequence[float],
    cores: float,
    calibration: Calibration,
    spin_ns: float | None = None,
    seed: int = 1,
    gil: bool = True,
    traits: Traits = NO_TRAITS,
) -> list[Prediction]:
    """Every setting's prediction, in the order given.

    serial_items: the ledger of all items run serially (or of those that stand for them). weights: of the items, for
    the order largest first. cores: that a round may use. spin_ns: the serial round's spin, which says how fast the
    cores were. gil: whether Python has its global lock, so that threads compute one after the other.
    Very many items are replayed in bundles (lightwork.replay.many_items).
    Raises UsageError for a strategy that was not calibrated.
    """
    if not is_many(len(serial_items)):
        serial_s = _serial_s(serial_items, calibration, cores, spin_ns, traits)
        work = _Work(serial_items, weights, cores, serial_s, seed, gil, traits)
        return _predict_each({setting: calibration.of(setting, spin_ns) for setting in settings}, work)
    reducer, predictions = Reducer(serial_items, weights, seed, calibration), []
    alone = reducer.of(SERIAL)
    serial_s = _serial_s(alone.rows, alone.calibration, cores, spin_ns, traits.in_bundles(alone.items))
    for setting in settings:
        calibration.of(setting, spin_ns)  # or it says what is missing
        few = reducer.of(setting)
        work = _Work(few.rows, [1.0] * len(few.rows), cores, serial_s, seed, gil, traits.in_bundles(few.items))
        (prediction,) = _predict_each({few.setting: few.calibration.of(few.setting, spin_ns)}, work)
        chunksize = chunksize_in_force(setting, len(serial_items))
        predictions.append(replace(prediction, setting=setting, chunksize=chunksize))
    return predictions


def _serial_s(
    serial_items: "NDArray[Any]", calibration: Calibration, cores: float, spin_ns: float | None, traits: Traits
) -> float:
    """What the serial round takes, replayed, what comes before its first item included."""
    replayed = replay(demands_of(serial_items), SERIAL, cores, calibration.of(SERIAL, spin_ns), traits.apart_ns)
    return (replayed.makespan_ns + traits.initializer.wall_ns) / 1e9


def _predict_each(costs: Mapping[Setting, Costs], work: "_Work") -> list[Prediction]:
    """Predictions of these settings, each with its costs, the items replayed one by one."""
    count = len(work.serial_items)
    predictions: dict[Setting, Prediction] = {}
    for setting, setting_costs in costs.items():
        explicit = in_force(setting, count)
        predictions[explicit] = predictions.get(explicit) or _predict(explicit, work, setting_costs)
    return [replace(predictions[in_force(setting, count)], setting=setting) for setting in costs]


@dataclass(frozen=True, eq=False)
class _Work:
    """What all predictions have in common; serial_s: what the serial round takes."""

    serial_items: "NDArray[Any]"
    weights: Sequence[float]
    cores: float
    serial_s: float
    seed: int
    gil: bool
    traits: Traits

    def demands(self, setting: Setting) -> Demands:
        """What the items ask for beside what each worker of this setting pays once, in the setting's order."""
        asked = self.traits.demands(setting, self.serial_items)
        return asked.take(arrange(range(len(asked)), setting.order, self.weights.__getitem__, self.seed))

    def usable(self, setting: Setting) -> float:
        """On how many cores the setting's items can compute at a time."""
        return lock.usable(min(self.cores, setting.cores or self.cores), setting, self.gil, self.traits.thread_cores)


def _predict(setting: Setting, work: _Work, costs: Costs) -> Prediction:
    count, usable, traits = len(work.serial_items), work.usable(setting), work.traits
    replayed = replay(work.demands(setting), setting, usable, traits.costs(setting, costs, count), traits.apart_ns)
    wall_s = replayed.makespan_ns / 1e9
    speedup = work.serial_s / wall_s
    shares_lock = setting.workers > 1 and lock.holds(setting, work.gil)
    band = LOCKED_BAND if shares_lock else _band(setting.workers, usable)
    return Prediction(
        setting,
        chunksize_in_force(setting, count),
        wall_s,
        Estimate(speedup, speedup * (1 - band), speedup * (1 + band)),
        {str(cause): float(lost) for cause, lost in replayed.losses(work.serial_items).lost_speedup().items()},
    )


def _band(workers: int, cores: float) -> float:
    """How far off a prediction is taken to be, relative to it."""
    return FAR_BAND if workers > FAR * max(cores, 1) else BAND
