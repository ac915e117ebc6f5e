"""A recommendation: the setting to use, its evidence and its limits, as values; pure.

    scaling -> candidates -> the best -> those not measurably slower -> fewest workers, simplest: the chosen
    one
                                |
                                +-- not measurably faster than serial: nothing is chosen

"Measurably" always means: the 95 % interval of the ratio inside blocks lies on one side of 1, and the ratio's
median is farther from 1 than the noise floor.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from lightwork.analysis.basis import Basis, Difference
from lightwork.analysis.bounds import lowest_bound
from lightwork.analysis.preference import as_good, preference
from lightwork.analysis.remedies import largest_loss
from lightwork.analysis.scaling import CellScaling, StudyScaling
from lightwork.analysis.warnings import warnings_of
from lightwork.core.estimate import Estimate
from lightwork.core.losses import Losses
from lightwork.core.remedy import LargestLoss
from lightwork.core.study import SERIAL
from lightwork.core.verdict import Doubt, LowestBound, NextStep, StepOutcome, Verdict, VerdictKind
from lightwork.core.warnings import ByPredictionToo, VerdictWarning

PRIOR_BLOCKS = 3  # that a prediction counts as


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


def recommend(
    scaling: StudyScaling,
    losses: Mapping[str, Losses] | None = None,
    expected: Mapping[str, Estimate] | None = None,
) -> Recommendation:
    """The setting with the fewest workers among those not measurably slower than the best one.

    Ties go by `preference`: the simpler strategy first.

    losses: by cell_id, of all rounds pooled; name the largest and its remedies. expected: predicted speedups by
    cell_id. With them, what few blocks can't tell apart is as good only where measurement and prediction together put
    it within AS_GOOD of the best; see `_pooled`. And what they can't tell from serial is faster where measurement and
    prediction agree that it is; see `_agree`.

    The best of many noisy cells looks better than it is: of 20 settings that are all as fast as serial, the
    best one's interval lies above 1 in 11 to 31 % of studies (simulated: 3 to 20 blocks, 5 % normal and
    two-speed noise). Against that stands the noise floor, the far end of the A/A twin's interval: with it,
    some setting is chosen in 0.3 to 3 %. And what is reported is the chosen cell's own interval, which must
    itself clear serial.
    """
    basis, expected = Basis.of(scaling), expected or {}
    best = max(basis.candidates, key=lambda cell: basis.speedup(cell).point, default=None)
    chosen = _choose(basis, best, expected) if best else None
    judged = chosen or best
    return Recommendation(
        label=scaling.study.label,
        verdict=_use(basis, chosen) if chosen else _choose_none(basis, best),
        chosen=chosen,
        bound=lowest_bound(scaling, judged, basis.speedup(judged).point) if judged else None,
        loss=_loss(basis, judged, losses or {}, recommended=chosen is not None) if judged else None,
        next_step=_next_step(basis, chosen, losses or {}) if chosen else None,
        equals=_equals(basis, chosen) if chosen else (),
        warnings=(*warnings_of(basis), *_by_prediction_too(basis, chosen, expected)),
    )


def _choose(basis: Basis, best: CellScaling, expected: Mapping[str, Estimate]) -> CellScaling | None:
    """Of the cells that are faster than serial and not measurably slower than the best, the one to prefer."""
    faster = [
        cell
        for cell in basis.candidates
        if basis.faster_than_serial(cell) or _agree(basis, cell, expected.get(cell.cell.cell_id))
    ]
    if best not in faster:
        return None
    good = [cell for cell in faster if _is_as_good(basis, cell, best, expected)]
    if all(cell.cell.cell_id in expected for cell in good):
        good = as_good(good, lambda cell: _pooled(basis.speedup(cell), expected[cell.cell.cell_id].point))
    return min(good, key=lambda cell: preference(cell.cell.setting))


def _is_as_good(basis: Basis, cell: CellScaling, best: CellScaling, expected: Mapping[str, Estimate]) -> bool:
    """Whether a cell is as good as the best, by blocks enough to tell or else by its prediction.

    Two common blocks carry no interval: without this a cell that lost most of its rounds would be as good as any.
    """
    can_tell = cell is best or cell.cell.cell_id in expected or basis.can_compare(best, cell)
    return can_tell and basis.compare(best, cell) is not Difference.FASTER


def _agree(basis: Basis, cell: CellScaling, prediction: Estimate | None) -> bool:
    """Whether every measured block was faster than serial, and all of the predicted band is.

    On a noisy machine a few blocks have a wide interval or none, and hide even twice the speed. But n blocks are all
    faster by chance in one study of 2^n, and the prediction comes from other rounds. Where no block could be measured
    the prediction alone recommends a setting: a block that agrees with it must not undo that.
    """
    if prediction is None or prediction.low is None or prediction.low <= 1:
        return False
    serial_s = next(basis.walls_s(reference) for reference in basis.scaling.cells if reference.cell.cell_id == SERIAL)
    walls_s = basis.walls_s(cell)
    both = walls_s.keys() & serial_s.keys()
    return bool(both) and all(walls_s[block] < serial_s[block] for block in both)


def _by_prediction_too(
    basis: Basis, chosen: CellScaling | None, expected: Mapping[str, Estimate]
) -> list[ByPredictionToo]:
    """That the chosen cell is faster by both kinds of evidence together only."""
    if chosen is None or basis.faster_than_serial(chosen):
        return []
    least = expected[chosen.cell.cell_id].low
    return [ByPredictionToo(basis.speedup(chosen).n, least)] if least is not None else []


def _pooled(measured: Estimate, expected: float) -> float:
    """The speedup by measurement and prediction together, in the mean of logs.

    A prediction counts as PRIOR_BLOCKS measured ones: of a few short rounds the median is no better known.
    """
    weight = measured.n / (measured.n + PRIOR_BLOCKS)
    return float(measured.point**weight * expected ** (1 - weight))


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
