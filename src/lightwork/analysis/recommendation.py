"""A recommendation: the setting to use, its evidence and its limits, as values; pure.

    scaling -> candidates measurably faster than serial -> belief of each, drawn towards its like -> the preferred one
                                                   |
                                                   +-- none: nothing is chosen

"Measurably" always means: the 95 % interval of the ratio inside blocks lies on one side of 1, and the ratio's
median is farther from 1 than the noise floor.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import exp, inf, log
from statistics import fmean

from lightwork.analysis.basis import Basis, Difference
from lightwork.analysis.belief import Belief, Expectation, PriorSpread, Wall, believe
from lightwork.analysis.bounds import lowest_bound
from lightwork.analysis.preference import BelievedSpeedup, CpuLoad, preferred
from lightwork.analysis.remedies import largest_loss
from lightwork.analysis.scaling import CellScaling, StudyScaling
from lightwork.analysis.warnings import warnings_of
from lightwork.core.estimate import Estimate
from lightwork.core.losses import Losses
from lightwork.core.remedy import LargestLoss
from lightwork.core.study import SERIAL
from lightwork.core.verdict import Doubt, LowestBound, NextStep, StepOutcome, Verdict, VerdictKind
from lightwork.core.warnings import VerdictWarning
from lightwork.strategies import find, is_known

UNPREDICTED = PriorSpread(
    common=1.0, single=0.05, serial=1.0
)  # of cells of which nothing was predicted: alike by workers


@dataclass(frozen=True)
class Recommendation:
    """What to do about one study, by value; lightwork.text makes sentences of it.

    chosen: the cell to use; None unless the verdict is to use a setting. bound, loss: of the chosen cell, or of the
    best one where none is chosen; None where there is none, and the loss where its losses are not known. next_step:
    what the next worker count gives; None where none is chosen. equals: ids of cells that are not distinguishable from
    the chosen one. warnings: what could overturn it (few blocks, busy machine, failed cells).
    """

    label: str
    verdict: Verdict
    chosen: CellScaling | None
    bound: LowestBound | None
    loss: LargestLoss | None
    next_step: NextStep | None
    equals: tuple[str, ...]
    warnings: tuple[VerdictWarning, ...]

    @property
    def kind(self) -> VerdictKind:
        """Whether to use a setting, to stay serial, or that one cannot tell."""
        return self.verdict.kind

    @property
    def speedup(self) -> Estimate | None:
        """The chosen cell's: at equal CPU speed where the study has such figures, else as measured."""
        return self.verdict.speedup if self.chosen is not None else None


def recommend(scaling: StudyScaling, losses: Mapping[str, Losses] | None = None) -> Recommendation:
    """The preferred setting (lightwork.analysis.preference) of those that are measurably faster than serial.

    losses: by cell_id, of all rounds pooled; name the largest and its remedies.

    The best of many noisy cells looks better than it is. Against that stands the belief, which draws each cell towards
    those with as many workers of the same kind, and for "faster than serial" the noise floor, the far end of the A/A
    twin's interval. What is reported is the chosen cell's own interval, which must itself clear serial.
    """
    basis = Basis.of(scaling)
    best = max(basis.candidates, key=lambda cell: basis.speedup(cell).point, default=None)
    chosen = _choose(basis)
    judged = chosen or best
    return Recommendation(
        label=scaling.study.label,
        verdict=_use(basis, chosen) if chosen else _choose_none(basis, best),
        chosen=chosen,
        bound=lowest_bound(scaling, judged, basis.speedup(judged).point) if judged else None,
        loss=_loss(basis, judged, losses or {}, recommended=chosen is not None) if judged else None,
        next_step=_next_step(basis, chosen, losses or {}) if chosen else None,
        equals=_equals(basis, chosen) if chosen else (),
        warnings=tuple(warnings_of(basis)),
    )


def _choose(basis: Basis) -> CellScaling | None:
    """Of the cells that are faster than serial, the one to prefer by what is believed of all."""
    faster = [cell for cell in basis.candidates if basis.faster_than_serial(cell)]
    if not faster:
        return None
    belief, scaling = _belief(basis), basis.scaling
    speedups = {cell.cell.cell_id: belief.speedup(cell.cell.setting).point for cell in faster}
    best = max(faster, key=lambda cell: speedups[cell.cell.cell_id])
    judged = [
        BelievedSpeedup(cell.cell.setting, speedups[(best if _is_as_good(basis, cell, best) else cell).cell.cell_id])
        for cell in faster
    ]
    setting = preferred(judged, CpuLoad(min(scaling.cpu_share, 1.0), scaling.usable_cpus), inf)
    return next((cell for cell in faster if cell.cell.setting == setting), None)


def _is_as_good(basis: Basis, cell: CellScaling, best: CellScaling) -> bool:
    """Whether blocks can't tell a cell from the best: nothing was predicted that could."""
    return cell is best or (basis.can_compare(best, cell) and basis.compare(best, cell) is not Difference.FASTER)


def _belief(basis: Basis) -> Belief:
    """Of every candidate, each expected to be like those with as many workers of its kind."""
    serial = next(cell for cell in basis.scaling.cells if cell.cell.cell_id == SERIAL)
    groups: dict[tuple[str, int], list[CellScaling]] = {}
    for cell in basis.candidates:
        groups.setdefault(_alike(cell), []).append(cell)
    means_s = {
        key: _mean_s([wall_s for cell in cells for wall_s in basis.walls_s(cell).values()])
        for key, cells in groups.items()
    }
    expected = [
        Expectation(cell.cell.setting, _alike(cell)[0], means_s[_alike(cell)], UNPREDICTED) for cell in basis.candidates
    ]
    walls = [
        Wall(cell.cell.setting, block, wall_s)
        for cell in (serial, *basis.candidates)
        for block, wall_s in basis.walls_s(cell).items()
    ]
    first = Expectation(serial.cell.setting, SERIAL, _mean_s(list(basis.walls_s(serial).values())), UNPREDICTED)
    return believe(first, expected, walls)


def _alike(cell: CellScaling) -> tuple[str, int]:
    """The kind of a cell's workers, and their number."""
    setting = cell.cell.setting
    return find(setting.strategy).workers if is_known(setting.strategy) else setting.strategy, setting.workers


def _mean_s(walls_s: Sequence[float]) -> float:
    """The geometric mean."""
    return exp(fmean(map(log, walls_s)))


def _equals(basis: Basis, chosen: CellScaling) -> tuple[str, ...]:
    return tuple(
        cell.cell.cell_id
        for cell in basis.candidates
        if cell is not chosen and basis.can_compare(cell, chosen) and basis.compare(cell, chosen) is Difference.EQUAL
    )


def _use(basis: Basis, chosen: CellScaling) -> Verdict:
    as_measured = chosen.speedup if basis.equal_speed else None
    return Verdict(VerdictKind.USE, chosen.cell, basis.speedup(chosen), as_measured, noise_floor=basis.noise_floor)


def _choose_none(basis: Basis, best: CellScaling | None) -> Verdict:
    if best is None:
        was_tried = any(cell.parallel for cell in basis.scaling.cells)
        return Verdict(VerdictKind.CANNOT_TELL, doubt=Doubt.ALL_FAILED if was_tried else Doubt.NOT_MEASURED)
    speedup = basis.speedup(best)
    doubt = Doubt.FEW_BLOCKS if speedup.low is None else Doubt.WITHIN_NOISE
    if doubt is Doubt.WITHIN_NOISE and basis.slower_than_serial(best):
        return Verdict(VerdictKind.STAY_SERIAL, best.cell, speedup, noise_floor=basis.noise_floor)
    return Verdict(VerdictKind.CANNOT_TELL, best.cell, speedup, doubt=doubt, noise_floor=basis.noise_floor)


def _loss(
    basis: Basis, cell: CellScaling, losses: Mapping[str, Losses], *, recommended: bool = False
) -> LargestLoss | None:
    pooled = losses.get(cell.cell.cell_id)
    return largest_loss(basis.scaling, cell.cell, pooled, recommended=recommended) if pooled else None


def _next_step(basis: Basis, chosen: CellScaling, losses: Mapping[str, Losses]) -> NextStep:
    larger, workers = _next_larger(basis, chosen), chosen.cell.setting.workers
    if larger is None:
        return NextStep(StepOutcome.NOT_MEASURED, workers)
    setting = larger.cell.setting
    if larger.failed:
        failed, tried = len(larger.failed), len(larger.cell.tried)
        return NextStep(StepOutcome.FAILED, workers, setting, failed=failed, tried=tried)
    ratio = basis.ratio(larger, chosen)
    if ratio is None:
        return NextStep(StepOutcome.NO_COMMON_BLOCK, workers, setting)
    if ratio.low is None:
        return NextStep(StepOutcome.FEW_BLOCKS, workers, setting, ratio)
    outcome = StepOutcome(basis.compare(larger, chosen))
    loss = _loss(basis, larger, losses) if outcome is not StepOutcome.FASTER else None
    return NextStep(outcome, workers, setting, ratio, loss=None if loss is None or loss.is_little else loss)


def _next_larger(basis: Basis, chosen: CellScaling) -> CellScaling | None:
    """The same setting with the next larger number of workers that was run, failed or not."""
    setting = chosen.cell.setting
    larger = [
        cell
        for cell in basis.scaling.cells
        if cell.cell.rounds
        and cell.cell.setting.workers > setting.workers
        and replace(cell.cell.setting, workers=setting.workers) == setting
    ]
    return min(larger, key=lambda cell: cell.cell.setting.workers, default=None)
