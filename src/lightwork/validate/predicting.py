"""Predicting: what a plan would have said of every round that was measured, by the planner's own code; pure.

    serial ledger of the block at the usual speed, what its probes show of contention -> predict() -> plain
    the same, its computing as dear as in the round predicted -------------------------> predict() -> conditional

A prediction can't know how fast the cores will be. Dividing that out tells the model's own error from the machine's
unsteadiness (docs/method.md). Given the items' own CPU time, what a setting itself makes them cost is divided out as
well, and need not be predicted; given the spin's, it is not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from lightwork.replay.calibration import Calibration
from lightwork.replay.contention import NO_CONTENTION, Contention, Probe, contention_of, probe_setting
from lightwork.replay.cpu_speed import at_speed, unrest, usual_speed, usual_spin_ns
from lightwork.replay.prediction import Prediction, predict
from lightwork.validate.comparison import Held, MeasuredRound, PredictedWall, SerialRun, Tried

PROBES = (probe_setting(2), probe_setting(4))  # of every block
Tables = Mapping[str, Any]  # a numpy table by ledger name


def with_predictions(held: Held, tables: Tables, cores: float, calibration: Calibration, seed: int) -> Held:
    """The same with every trial's predictions made, or made again. Raises KeyError for a ledger that is not there."""
    block = {run.block: _Block(run, tables, held.weights, cores, calibration, seed) for run in held.serial}
    plain = {run.block: block[run.block].plain([cell.setting for cell in held.cells]) for run in held.serial}
    cells = []
    for number, cell in enumerate(held.cells):
        trials = [
            replace(block[trial.block].given(cell, trial), plain=plain[trial.block][number]) for trial in cell.trials
        ]
        cells.append(replace(cell, trials=tuple(trials)))
    return replace(held, serial=tuple(block[run.block].run for run in held.serial), cells=tuple(cells))


class _Block:
    """A block's serial ledger and contention, and what is predicted from them."""

    def __init__(
        self,
        run: SerialRun,
        tables: Tables,
        weights: Sequence[float],
        cores: float,
        calibration: Calibration,
        seed: int,
    ) -> None:
        first = tables[run.ledger]
        self.serial = [first, *([tables[run.twin]] if run.twin else [])]
        self.weights, self.cores, self.calibration, self.seed = weights, cores, calibration, seed
        self.usual = usual_speed(first, self.serial)
        self.rows, self.spin_ns = at_speed(first, self.usual), usual_spin_ns(self.serial)
        self.probes = [tables[name] for name in run.probes]
        self.contention = self._contention(run, tables)
        share, inflation = self.contention.exclusive_share, self.contention.cpu_inflation
        self.run = replace(run, exclusive_share=share, cpu_inflation=inflation)

    def plain(self, settings: Sequence[Any]) -> list[PredictedWall]:
        """What a plan made from this block says of the settings."""
        restless = unrest(self.serial, self.probes)
        return [
            predicted_wall(prediction.widened(restless))
            for prediction in self._predictions(settings, 1.0, self.spin_ns, self.contention)
        ]

    def given(self, cell: Tried, trial: MeasuredRound) -> MeasuredRound:
        """The trial with what is predicted for it, given how fast it was."""
        settings, spin_ns = [cell.setting], trial.spin_ns
        # Items that were dearer because others ran are so already.
        not_twice = replace(self.contention, cpu_inflation=1.0)
        (conditional,) = self._predictions(settings, trial.item_factor / self.usual, spin_ns, not_twice)
        if not (spin_ns and self.spin_ns):
            return replace(trial, conditional=predicted_wall(conditional), by_spin=None)
        (by_spin,) = self._predictions(settings, spin_ns / self.spin_ns, spin_ns, self.contention)
        return replace(trial, conditional=predicted_wall(conditional), by_spin=predicted_wall(by_spin))

    def _predictions(
        self, settings: Sequence[Any], factor: float, spin_ns: float | None, contention: Contention
    ) -> list[Prediction]:
        rows = at_speed(self.rows, factor)
        return predict(settings, rows, self.weights, self.cores, self.calibration, spin_ns, self.seed, contention)

    def _contention(self, run: SerialRun, tables: Tables) -> Contention:
        if not (run.twin and run.probes):
            return NO_CONTENTION
        probes = [Probe(setting, tables[name]) for setting, name in zip(PROBES, run.probes, strict=True)]
        costs = self.calibration.of(PROBES[0], self.spin_ns)
        return contention_of(self.serial, probes, self.cores, costs)


def predicted_wall(prediction: Prediction) -> PredictedWall:
    """A prediction's makespan with the band that its speedup has."""
    return PredictedWall(prediction.wall_s, *prediction.wall_band_s)
