"""The speedometer: every round's wall time at equal CPU speed; pure.

Cores change speed during a measurement, and neither steal nor throttling shows it. So every worker runs a fixed spin
between items, about 1 % of the time: its CPU time shows how fast the core was while the items ran.

    log wall = level of the cell + b * log spin      within every cell, b common to the study

A round's wall time is divided by (spin / reference) ** b: a control variate (Lavenberg & Welch 1981). b is fitted on
deviations from each cell's mean, then shrunk towards the CPU share of the item time. Items that need more CPU do not
move the spin, so they are not corrected. If a cell's own workers slow the spin, a test against the serial cell finds
it, and that part is added back.
"""

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lightwork.core.round import Round
from lightwork.core.study import SERIAL, Cell, Study

FEWEST_SPINS = 10  # a round's mean over fewer says too little of its speed
PRIOR_ROUNDS = 4.0  # rounds' worth of trust in the CPU share against the fitted exponent
SLOWER_BY_ITSELF_T = 3.0  # standard errors by which a cell's spin must differ from serial's to be its own doing

Walls = dict[tuple[str, int], float]


@dataclass(frozen=True)
class Speedometer:
    """How a study's walls follow its spins.

    exponent: b. reference_ln_ns: log of the spin to which all rounds are brought. own_ln: by cell, the log of
    the slowdown of the spin that the setting itself causes; 0 where the test finds none.
    """

    exponent: float
    reference_ln_ns: float
    own_ln: Mapping[str, float]

    def equal_speed_wall_s(self, round_: Round) -> float:
        """The wall time that this round would have had at the reference speed, seconds."""
        if not _has_speed(round_):
            return round_.wall_ns / 1e9
        deviation = _ln_spin(round_) - self.reference_ln_ns - self.own_ln[round_.cell_id]
        return round_.wall_ns / 1e9 * math.exp(-self.exponent * deviation)


def equal_speed_walls_s(study: Study) -> Walls | None:
    """Seconds at equal CPU speed by (cell, block), for every round that has a time.

    None where no round has spins enough to tell a speed, or there is no serial cell to hold the others against: then
    there are no such figures.
    """
    rounds = [round_ for cell in study.cells for round_ in cell.rounds if round_.ok]
    if not any(map(_has_speed, rounds)) or not any(cell.cell_id == SERIAL for cell in study.cells):
        return None
    meter = read(study)
    return {(round_.cell_id, round_.block): meter.equal_speed_wall_s(round_) for round_ in rounds}


def read(study: Study) -> Speedometer:
    """The study's speedometer; its exponent is 0 where rounds have too few spins to tell a speed."""
    timed = {cell.cell_id: [round_ for round_ in cell.rounds if _has_speed(round_)] for cell in study.cells}
    everything = [round_ for rounds in timed.values() for round_ in rounds]
    if not everything:
        return Speedometer(0.0, 0.0, {})
    reference = statistics.median(_ln_spin(round_) for round_ in everything)
    values = {cell.cell_id: _own_slowdown_ln(cell, study.serial) for cell in study.cells}
    return Speedometer(_exponent(list(timed.values())), reference, values)


def _has_speed(round_: Round) -> bool:
    return round_.ok and round_.spin_ns is not None and round_.spins >= FEWEST_SPINS


def _ln_spin(round_: Round) -> float:
    return math.log(round_.spin_ns or math.nan)


def _exponent(cells: Sequence[Sequence[Round]]) -> float:
    """b: least squares on deviations from each cell's means, shrunk towards the items' CPU share, in 0..1."""
    pairs = []
    for rounds in cells:
        if len(rounds) > 1:
            xs, ys = [_ln_spin(round_) for round_ in rounds], [math.log(round_.wall_ns) for round_ in rounds]
            mean_x, mean_y = statistics.fmean(xs), statistics.fmean(ys)
            pairs += [(x - mean_x, y - mean_y) for x, y in zip(xs, ys, strict=True)]
    everything = [round_ for rounds in cells for round_ in rounds]
    share = statistics.median(round_.item_cpu_ns / round_.item_wall_ns for round_ in everything)
    variation = sum(x * x for x, _ in pairs)
    if not variation:
        return min(max(share, 0.0), 1.0)
    fitted = sum(x * y for x, y in pairs) / variation
    weight = len(pairs) / (len(pairs) + PRIOR_ROUNDS)
    return min(max(weight * fitted + (1 - weight) * share, 0.0), 1.0)


def _own_slowdown_ln(cell: Cell, serial: Cell) -> float:
    """The mean log ratio of the cell's spin to serial's in the same blocks, if it is clearly not chance."""
    references = {round_.block: _ln_spin(round_) for round_ in serial.rounds if _has_speed(round_)}
    ratios = [_ln_spin(f) - references[f.block] for f in cell.rounds if _has_speed(f) and f.block in references]
    if len(ratios) < 3:  # noqa: PLR2004  no spread to test with
        return 0.0
    mean, error = statistics.fmean(ratios), statistics.stdev(ratios) / math.sqrt(len(ratios))
    return mean if abs(mean) > SLOWER_BY_ITSELF_T * error else 0.0
