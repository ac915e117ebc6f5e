"""The figures of a study that two runs are compared by: logarithms by block; pure.

The speedup of a parallel cell is taken inside a block, over both serial rounds: what slowed the whole block cancels
out. A cell's wall time contains how fast the machine was in this run, less what the speedometer takes out.

At equal CPU speed one exponent serves both runs, and nothing is added back for cells that slow their own cores, as
that test may decide differently in two runs of the same code. Instead the slowdown of a cell's spin against serial's
is a figure of its own: a cell in which it has measurably changed is compared as measured.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log, nan
from typing import Any

import numpy as np

from lightwork.analysis.basis import Basis
from lightwork.analysis.scaling import CellScaling, StudyScaling
from lightwork.analysis.speedometer import FEWEST_SPINS, Speedometer, read
from lightwork.comparison.pairing import Pair
from lightwork.core.round import Round
from lightwork.core.study import SERIAL, SERIAL_AGAIN

Column = Any  # a float array over the run's blocks, NaN where one lacks the figure


@dataclass(frozen=True)
class Figures:
    """One run's figures of a study, as they are compared.

    speedup: ln, by parallel cell. speed: minus the ln of wall seconds, by every cell, so that more is faster. spin: ln
    of a cell's spin over serial's, by parallel cell; empty as measured. twin: ln of the A/A twin's wall over the
    reference's.
    """

    speedup: Mapping[str, Column]
    speed: Mapping[str, Column]
    spin: Mapping[str, Column]
    twin: Column


@dataclass(frozen=True)
class BothRuns:
    """Figures of BASE and of NEW, of the same cells.

    equal_speed: whether they are at equal CPU speed, and walls_equal_speed: whether the walls are, too.
    as_measured: those of BASE and NEW as measured, whatever the others are.
    """

    base: Figures
    new: Figures
    as_measured: tuple[Figures, Figures]
    equal_speed: bool
    walls_equal_speed: bool


def figures_of(pair: Pair, *, same_interpreter: bool) -> BothRuns | None:
    """The figures of the pair's shared cells that are sound in both runs; None where a run has no reference.

    At equal CPU speed where both runs have such figures. Walls then too, if both ran on the same interpreter: the spin
    that tells the speed is itself Python code.
    """
    base, new = pair.base.scaling, pair.new.scaling
    if base is None or new is None:
        return None
    names = [name for name in pair.shared if _sound(base, name) and _sound(new, name)]
    raw = _figures(base, names, None, None), _figures(new, names, None, None)
    if not (Basis.of(base).equal_speed and Basis.of(new).equal_speed):
        return BothRuns(*raw, raw, equal_speed=False, walls_equal_speed=False)
    meter = _meter(base, new)
    across = meter if same_interpreter else None
    level = _figures(base, names, meter, across), _figures(new, names, meter, across)
    return BothRuns(*level, raw, equal_speed=True, walls_equal_speed=same_interpreter)


def _sound(scaling: StudyScaling, cell_id: str) -> bool:
    return any(cell.cell.cell_id == cell_id and cell.wall_s is not None for cell in scaling.cells)


def _meter(base: StudyScaling, new: StudyScaling) -> Speedometer:
    ours, theirs = read(base.study), read(new.study)
    nothing = {cell.cell.cell_id: 0.0 for cell in (*base.cells, *new.cells)}
    return Speedometer((ours.exponent + theirs.exponent) / 2, ours.reference_ln_ns, nothing)


def _figures(
    scaling: StudyScaling, names: Sequence[str], meter: Speedometer | None, across: Speedometer | None
) -> Figures:
    """meter: for ratios inside blocks; across: for walls; None leaves them as measured."""
    cells = {cell.cell.cell_id: cell for cell in scaling.cells}
    blocks = sorted({block for cell in cells.values() for block in cell.walls_s})
    parallel = [name for name in names if cells[name].parallel]
    twins = [_walls_ln(cells[name], blocks, meter) for name in (SERIAL, SERIAL_AGAIN) if name in cells]
    spins = [_spins_ln(cells[name], blocks) for name in (SERIAL, SERIAL_AGAIN) if name in cells]
    reference, spin = _middle(twins), _middle(spins)
    return Figures(
        {name: reference - _walls_ln(cells[name], blocks, meter) for name in parallel},
        {name: -_walls_ln(cells[name], blocks, across) for name in names},
        {name: _spins_ln(cells[name], blocks) - spin for name in parallel} if meter else {},
        twins[-1] - twins[0] if len(twins) > 1 else np.full(len(blocks), nan),
    )


def _middle(columns: Sequence[Column]) -> Column:
    table = np.vstack(columns)
    is_known = ~np.isnan(table)
    total, count = np.where(is_known, table, 0.0).sum(axis=0), is_known.sum(axis=0)
    return np.where(count > 0, total / np.maximum(count, 1), nan)


def _walls_ln(cell: CellScaling, blocks: Sequence[int], meter: Speedometer | None) -> Column:
    rounds = _rounds(cell)
    seconds = {
        block: meter.equal_speed_wall_s(round_) if meter else round_.wall_ns / 1e9 for block, round_ in rounds.items()
    }
    return np.array([log(seconds[block]) if block in seconds else nan for block in blocks])


def _spins_ln(cell: CellScaling, blocks: Sequence[int]) -> Column:
    spins = {block: round_.spin_ns for block, round_ in _rounds(cell).items() if round_.spins >= FEWEST_SPINS}
    return np.array([log(spins.get(block) or nan) for block in blocks])


def _rounds(cell: CellScaling) -> Mapping[int, Round]:
    return {round_.block: round_ for round_ in cell.cell.rounds if round_.block in cell.walls_s}
