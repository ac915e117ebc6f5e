"""Predicting: what a plan would have said of every round that was measured, by the planner's own code; pure.

    serial ledger of the block -> predict() ---------------------------------------------------> plain
    the same, and the traits that the block's probes show ------------------------> predict() -> learned
    the same, with its computing as dear as in the round that is predicted -------> predict() -> conditional

A prediction can't know how fast the cores will be. Dividing that out tells the model's own error from the machine's
unsteadiness (docs/method.md).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from lightwork.core.setting import Setting
from lightwork.planning.job_profile import JobProfile
from lightwork.planning.learning import Seen, traits_of
from lightwork.planning.predictor import Predictor
from lightwork.replay.calibration import Calibration
from lightwork.replay.cpu_speed import at_speed
from lightwork.replay.demands import own_ns
from lightwork.replay.traits import NO_TRAITS, Traits, without_warm_up
from lightwork.validate.comparison import Held, MeasuredRound, PredictedWall, ProbeRound, SerialRun

Tables = Mapping[str, Any]  # a numpy table by ledger name


def with_predictions(held: Held, tables: Tables, cores: float, calibration: Calibration, seed: int) -> Held:
    """The same with every trial's predictions made, or made again. Raises KeyError for a ledger that is not there."""
    blocks = {run.block: _Block(run, held, tables, cores, calibration, seed) for run in held.serial}
    settings = [cell.setting for cell in held.cells]
    walls = {number: (block.plain(settings), block.learned(settings)) for number, block in blocks.items()}
    cells = []
    for place, cell in enumerate(held.cells):
        trials = []
        for trial in cell.trials:
            plain, learned = (some[place] for some in walls[trial.block])
            conditional = blocks[trial.block].given(cell.setting, trial)
            trials.append(replace(trial, plain=plain, learned=learned, conditional=conditional))
        cells.append(replace(cell, trials=tuple(trials)))
    return replace(held, cells=tuple(cells))


class _Block:
    """A block's serial ledger, what its probes show, and what is predicted from them."""

    def __init__(
        self,
        run: SerialRun,
        held: Held,
        tables: Tables,
        cores: float,
        calibration: Calibration,
        seed: int,
    ) -> None:
        rows, weights, self.calibration = tables[run.ledger], held.weights, calibration
        self.job = JobProfile(rows, rows, weights, weights, cores, run.spin_ns, run.gil, seed)
        trials = {cell.setting: trial for cell, trial in held.trials if trial.block == run.block}
        self.run, self.probes = run, [(trials[probe.setting], _seen(probe, trials, tables)) for probe in run.probes]
        self.traits = self._learned()
        self.traits_given = self._learned_given() if self.probes else self.traits

    def plain(self, settings: Sequence[Setting]) -> list[PredictedWall]:
        """What a plan says before it has measured anything."""
        return self._predicted(settings, NO_TRAITS, self.job.rows)

    def learned(self, settings: Sequence[Setting]) -> list[PredictedWall]:
        """What it says once it has measured the probes."""
        return self._predicted(settings, self.traits, self.job.rows)

    def given(self, setting: Setting, trial: MeasuredRound) -> PredictedWall:
        """What it would say if it knew what computing costs in this round."""
        factor = trial.item_factor / self._paid_again(setting)
        (wall,) = self._predicted([setting], self.traits_given, at_speed(self.job.rows, factor))
        return wall

    def _learned(self) -> Traits:
        """What the probes show, as a plan takes it: at the serial round's speed."""
        seen = [replace(each, wall_ns=self.run.at_its_speed_s(trial) * 1e9) for trial, each in self.probes]
        return traits_of(self.job, seen, self.calibration, self.run.wall_s * 1e9) if seen else NO_TRAITS

    def _learned_given(self) -> Traits:
        """What they show where it is known what computing cost in each: a limit is what that does not explain."""
        parts = []
        for trial, each in self.probes:
            rows = at_speed(self.job.rows, trial.item_factor / self._paid_again(each.setting))
            longer = float(own_ns(rows).sum() / own_ns(self.job.rows).sum())
            job = replace(self.job, rows=rows, sample=rows)
            parts.append(traits_of(job, [each], self.calibration, longer * self.run.wall_s * 1e9))
        cores = next((part.thread_cores for part in parts if part.thread_cores is not None), None)
        return replace(self.traits, thread_cores=cores, limits=tuple(limit for part in parts for limit in part.limits))

    def _paid_again(self, setting: Setting) -> float:
        """CPU time of the items as this setting's workers are predicted to need it, each warming up, over serially."""
        rows, warm_up = self.job.rows, self.traits.warm_up(setting)
        serial_ns = float(rows["cpu_ns"].sum())
        later_ns = float(without_warm_up(rows, warm_up)["cpu_ns"].sum())
        return (later_ns + setting.workers * warm_up.cpu_ns) / serial_ns if serial_ns else 1.0

    def _predicted(self, settings: Sequence[Setting], traits: Traits, rows: Any) -> list[PredictedWall]:
        predictor = Predictor(rows, self.job.weights, self.job, self.calibration, traits)
        return [PredictedWall(each.wall_s, *each.wall_band_s) for each in predictor.of(settings)]


def _seen(probe: ProbeRound, trials: Mapping[Setting, MeasuredRound], tables: Tables) -> Seen:
    return Seen(probe.setting, trials[probe.setting].wall_s * 1e9, tables[probe.ledger])
