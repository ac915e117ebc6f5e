"""A plan: the recommended setting, its evidence and its limits; pure.

    scaling -> candidates -> the best -> those not measurably slower -> fewest workers, simplest: the chosen
    one
                                |
                                +-- not measurably faster than serial: nothing is chosen

"Measurably" always means: the 95 % interval of the ratio inside blocks lies on one side of 1, and the ratio's
median is farther from 1 than the noise floor.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from lightwork.analysis.basis import Basis
from lightwork.analysis.bounds import limits_of
from lightwork.analysis.remedies import LITTLE, Finding, largest_loss
from lightwork.analysis.scaling import CellScaling, StudyScaling
from lightwork.analysis.warnings import cautions
from lightwork.core.estimate import Estimate
from lightwork.core.losses import Losses
from lightwork.core.setting import ORDERS, POOLS, START_METHODS, Setting
from lightwork.core.study import SERIAL
from lightwork.strategies import rank
from lightwork.text.quantities import number
from lightwork.text.settings import counted, gain, instruction, named, percent, times

AS_GOOD = 0.05  # of the best
PRIOR_BLOCKS = 3  # that a prediction counts as
NO_LARGER = "no larger worker count was measured"


@dataclass(frozen=True)
class Foretold:
    """A cell's predicted speedup, and the low end of its band."""

    speedup: float
    low: float


@dataclass(frozen=True)
class Plan:
    """The verdict on one study, in parts and in sentences.

    chosen: the recommended cell; None means "cannot tell" or "stay serial": `sentence` says which and why.
    speedup: the chosen cell's own, at equal CPU speed where the study has such figures, else as measured.
    sentence: "use 6 workers, imap_unordered, chunksize 1, largest first: 5.1x (4.8-5.3) over serial".
    reason: what limits it, or what limits the best setting when none was chosen; "" when none has a figure.
    loss: the largest loss of that same setting with its figure, and lever: what removes it; both "" where its losses
    are not known, lever where little is lost.
    next_workers: what the next worker count buys. equals: ids of cells that are not distinguishable from the
    chosen one. warnings: what could overturn it (few blocks, busy machine, failed cells).
    """

    label: str
    chosen: CellScaling | None
    speedup: Estimate | None
    sentence: str
    reason: str
    loss: str
    lever: str
    next_workers: str
    equals: tuple[str, ...]
    warnings: tuple[str, ...]


def recommend(
    scaling: StudyScaling,
    losses: Mapping[str, Losses] | None = None,
    expected: Mapping[str, Foretold] | None = None,
) -> Plan:
    """The setting with the fewest workers among those not measurably slower than the best one.

    On a tie: the simpler strategy, all cores before some, the given order before others, a fresh pool before
    a warm one, fork before other start methods, the default chunksize before others, the smaller before the larger.

    losses: by cell_id, of all rounds pooled; name the largest and its lever. expected: predicted speedups by cell_id.
    With them, what few blocks can't tell apart is as good only where measurement and prediction together put it within
    AS_GOOD of the best; see `_pooled`. And what they can't tell from serial is faster where measurement and prediction
    agree that it is; see `_agree`.

    The best of many noisy cells looks better than it is: of 20 settings that are all as fast as serial, the
    best one's interval lies above 1 in 11 to 31 % of studies (simulated: 3 to 20 blocks, 5 % normal and
    two-speed noise). Against that stands the noise floor, the far end of the A/A twin's interval: with it,
    some setting is chosen in 0.3 to 3 %. And what is reported is the chosen cell's own interval, which must
    itself clear serial.
    """
    basis, expected = Basis.of(scaling), expected or {}
    best = max(basis.candidates, key=lambda cell: basis.speedup(cell).point, default=None)
    chosen = _choose(basis, best, expected) if best else None
    finding = _finding(basis, chosen or best, losses or {}, recommended=chosen is not None)
    return Plan(
        label=scaling.study.label,
        chosen=chosen,
        speedup=basis.speedup(chosen) if chosen else None,
        sentence=_use(basis, chosen) if chosen else _choose_none(basis, best),
        reason=_reason(basis, chosen or best),
        loss=finding.sentence if finding else "",
        lever=finding.lever if finding else "",
        next_workers=_next_workers(basis, chosen, losses or {}) if chosen else "",
        equals=_equals(basis, chosen) if chosen else (),
        warnings=(*cautions(basis), *_agreed(basis, chosen, expected)),
    )


def _choose(basis: Basis, best: CellScaling, expected: Mapping[str, Foretold]) -> CellScaling | None:
    """The most modest cell that is faster than serial and not measurably slower than the best."""
    faster = [
        cell
        for cell in basis.candidates
        if basis.faster_than_serial(cell) or _agree(basis, cell, expected.get(cell.cell.cell_id))
    ]
    if best not in faster:
        return None
    good = [cell for cell in faster if _is_as_good(basis, cell, best, expected)]
    if all(cell.cell.cell_id in expected for cell in good):
        pooled = {cell.cell.cell_id: _pooled(basis.speedup(cell), expected[cell.cell.cell_id].speedup) for cell in good}
        good = [cell for cell in good if pooled[cell.cell.cell_id] >= (1 - AS_GOOD) * max(pooled.values())]
    return min(good, key=lambda cell: modesty(cell.cell.setting))


def _is_as_good(basis: Basis, cell: CellScaling, best: CellScaling, expected: Mapping[str, Foretold]) -> bool:
    """Whether a cell is not told apart from the best, by blocks enough to tell or else by its prediction.

    Two common blocks carry no interval: without this a cell that lost most of its rounds would be as good as any.
    """
    known = cell is best or cell.cell.cell_id in expected or basis.can_compare(best, cell)
    return known and basis.compare(best, cell) != "faster"


def _agree(basis: Basis, cell: CellScaling, foretold: Foretold | None) -> bool:
    """Whether every measured block was faster than serial, and all of the predicted band is.

    On a noisy machine a few blocks carry so wide an interval that twice the speed can't be told from none, or none at
    all. But n blocks all faster by chance are one study in 2^n, and the prediction comes from other rounds. Where no
    block could be measured it is recommended by itself: a block that agrees with it must not undo that.
    """
    if foretold is None or foretold.low <= 1:
        return False
    serial = next(basis.walls_s(one) for one in basis.scaling.cells if one.cell.cell_id == SERIAL)
    own_s = basis.walls_s(cell)
    both = own_s.keys() & serial.keys()
    return bool(both) and all(own_s[block] < serial[block] for block in both)


def _agreed(basis: Basis, chosen: CellScaling | None, expected: Mapping[str, Foretold]) -> list[str]:
    """That the chosen cell is faster by both kinds of evidence together only."""
    if chosen is None or basis.faster_than_serial(chosen):
        return []
    blocks, low = counted(basis.speedup(chosen).n, "block"), expected[chosen.cell.cell_id].low
    told = f"{blocks} alone can't tell this from serial on so noisy a machine: it is faster in each of them"
    return [f"{told}, and by the prediction, which says at least {number(low)}x"]


def _pooled(measured: Estimate, expected: float) -> float:
    """The speedup by what was measured and what was foretold together, in the mean of logs.

    A prediction counts as PRIOR_BLOCKS measured ones: of a few short rounds the median is no better known.
    """
    weight = measured.n / (measured.n + PRIOR_BLOCKS)
    return float(measured.point**weight * expected ** (1 - weight))


def modesty(setting: Setting) -> tuple[int, ...]:
    """The order of preference among settings that are as good, the smallest first; see `recommend`."""
    return (
        setting.workers,
        rank(setting.strategy),
        setting.cores is not None,
        ORDERS.index(setting.order),
        POOLS.index(setting.pool),
        START_METHODS.index(setting.start_method),
        setting.chunksize or 0,
    )


def _equals(basis: Basis, chosen: CellScaling) -> tuple[str, ...]:
    return tuple(
        cell.cell.cell_id
        for cell in basis.candidates
        if cell is not chosen and basis.can_compare(cell, chosen) and basis.compare(cell, chosen) == "equal"
    )


def _use(basis: Basis, chosen: CellScaling) -> str:
    deciding = times(basis.speedup(chosen))
    if not basis.equal_speed or chosen.speedup is None:
        return f"use {instruction(chosen.cell)}: {deciding} over serial"
    return (
        f"use {instruction(chosen.cell)}: {deciding} over serial at equal CPU speed, "
        f"{times(chosen.speedup)} as measured"
    )


def _choose_none(basis: Basis, best: CellScaling | None) -> str:
    if best is None:
        tried = any(cell.parallel for cell in basis.scaling.cells)
        return f"cannot tell: {'every parallel setting failed' if tried else 'no parallel setting was measured'}"
    speedup = basis.speedup(best)
    has = f"the best, {named(best.cell)}, has {times(speedup)}"
    if speedup.low is None:
        return f"cannot tell: {counted(speedup.n, 'block')} can't carry an interval; {has}"
    if basis.slower_than_serial(best):
        return f"stay serial: even the best setting, {named(best.cell)}, is measurably slower: {times(speedup)}"
    return (
        "cannot tell: no setting is measurably faster than serial; "
        f"{has}, and the noise floor is {percent(basis.noise_floor)}"
    )


def _reason(basis: Basis, cell: CellScaling | None) -> str:
    return limits_of(basis.scaling, cell, basis.speedup(cell).point) if cell else ""


def _finding(
    basis: Basis, cell: CellScaling | None, losses: Mapping[str, Losses], *, recommended: bool = False
) -> Finding | None:
    known = losses.get(cell.cell.cell_id) if cell else None
    return largest_loss(basis.scaling, cell.cell, known, recommended=recommended) if cell and known else None


def _next_workers(basis: Basis, chosen: CellScaling, losses: Mapping[str, Losses]) -> str:
    larger = _next_larger(basis, chosen)
    if larger is None:
        return NO_LARGER
    few, many = chosen.cell.setting.workers, counted(larger.cell.setting.workers, "worker")
    if larger.failed:
        return f"{many} failed in {len(larger.failed)} of {len(larger.cell.tried)} rounds"
    step = basis.ratio(larger, chosen)
    if step is None:
        return f"{many} were not measured in the same blocks"
    if step.low is None:
        return f"{many}: {times(step)} of it, in too few common blocks to tell ({step.n})"
    verdict = basis.compare(larger, chosen)
    if verdict == "faster":
        return f"{few} -> {many} gains {gain(step)}"
    judged = "measurably slower" if verdict == "slower" else "not measurably better"
    finding = _finding(basis, larger, losses)
    why = f"; {finding.sentence}" if finding and finding.share >= LITTLE else ""
    return f"{many}: {times(step)} of it: {judged}{why}"


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
