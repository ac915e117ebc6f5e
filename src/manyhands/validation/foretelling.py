"""Foretelling: what a plan would have said of every round that was measured, by the planner's own code; pure.

    serial ledger of the block, what its twin and a probe show of contention ---> predict() -> plain
    the same, its computing as dear as in the round foretold -------------------> predict() -> conditional

A prediction can't know how fast the cores will be. Dividing that out tells the model's own error from the machine's
unsteadiness (docs/method.md). Given the items' own CPU time, what a setting itself makes them cost is divided out as
well, and need not be predicted; given the spin's, it is not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from manyhands.planning.prediction import Prediction, predict
from manyhands.replay.calibration import Calibration
from manyhands.replay.contention import NO_CONTENTION, Contention, Probe, contention_of, probe_setting
from manyhands.validation.comparison import Foretold, Held, SerialRun, Trial, Tried

if TYPE_CHECKING:
    from numpy.typing import NDArray

Tables = Mapping[str, Any]  # a numpy table by ledger name


def foretell(held: Held, tables: Tables, cores: float, calibration: Calibration, seed: int) -> Held:
    """The same with every trial's predictions made, or made anew. Raises KeyError for a ledger that is not there."""
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
        self.rows, self.weights, self.cores, self.calibration = tables[run.ledger], weights, cores, calibration
        self.seed = seed
        self.contention = self._contention(run, tables)
        share, inflation = self.contention.exclusive_share, self.contention.cpu_inflation
        self.run = replace(run, exclusive_share=share, cpu_inflation=inflation)

    def plain(self, settings: Sequence[Any]) -> list[Foretold]:
        """What a plan made from this block says of the settings."""
        return self._said(settings, 1.0, self.run.spin_ns, self.contention)

    def given(self, cell: Tried, trial: Trial) -> Trial:
        """The trial with what is foretold of it, given how fast it was."""
        settings, spin_ns = [cell.setting], trial.spin_ns
        # Items that were dearer because others ran are so already.
        not_twice = replace(self.contention, cpu_inflation=1.0)
        (conditional,) = self._said(settings, trial.item_factor, spin_ns, not_twice)
        if not (spin_ns and self.run.spin_ns):
            return replace(trial, conditional=conditional, by_spin=None)
        (by_spin,) = self._said(settings, spin_ns / self.run.spin_ns, spin_ns, self.contention)
        return replace(trial, conditional=conditional, by_spin=by_spin)

    def _said(
        self, settings: Sequence[Any], factor: float, spin_ns: float | None, contention: Contention
    ) -> list[Foretold]:
        rows = at_speed(self.rows, factor)
        found = predict(settings, rows, self.weights, self.cores, self.calibration, spin_ns, self.seed, contention)
        return [foretold(one) for one in found]

    def _contention(self, run: SerialRun, tables: Tables) -> Contention:
        if not (run.twin and run.probe):
            return NO_CONTENTION
        setting = probe_setting()
        costs = self.calibration.of(setting, run.spin_ns)
        return contention_of(self.rows, tables[run.twin], [Probe(setting, tables[run.probe])], self.cores, costs)


def foretold(found: Prediction) -> Foretold:
    """A prediction's makespan with the band that its speedup has."""
    serial_s = found.wall_s * found.speedup
    return Foretold(found.wall_s, serial_s / found.high, serial_s / found.low)


def at_speed(rows: "NDArray[Any]", factor: float) -> "NDArray[Any]":
    """The rows where everything that computes takes so many times as long; what waits takes as long as before.

    Between items nothing but computing is done.
    """
    changed = rows.copy()
    wall_ns = rows["end_ns"] - rows["start_ns"]
    held_up_ns = np.minimum(np.maximum(rows["runqueue_ns"], 0), wall_ns)
    cpu_ns = np.minimum(rows["cpu_ns"], wall_ns - held_up_ns)
    changed["cpu_ns"], changed["spin_ns"] = np.rint(cpu_ns * factor), np.rint(rows["spin_ns"] * factor)
    order = np.argsort(rows["start_ns"], kind="stable")
    gaps_ns = np.rint((rows["start_ns"][order[1:]] - rows["end_ns"][order[:-1]]) * factor).astype(np.int64)
    walls_ns = (wall_ns + changed["cpu_ns"] - cpu_ns)[order]
    ends_ns = rows["start_ns"][order[:1]] + np.cumsum(walls_ns) + np.concatenate(([0], np.cumsum(gaps_ns)))
    changed["start_ns"][order], changed["end_ns"][order] = ends_ns - walls_ns, ends_ns
    return changed
