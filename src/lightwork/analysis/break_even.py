"""Break-even: from what job length on workers pay at all, by start method and pool lifetime; pure.

    losses of a cell's rounds -> F, start-up and teardown a lane; S, the speedup in between -> a job takes F + T / S

A job is the same work, longer or shorter; its length T is what it takes serially.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from math import inf, isinf
from statistics import median

from lightwork.analysis.scaling import StudyScaling
from lightwork.core.estimate import Estimate, median_interval
from lightwork.core.losses import Losses
from lightwork.core.setting import POOLS, START_METHODS, Setting
from lightwork.core.study import SERIAL, Cell

LITTLE = 0.05  # of a job's length: how much longer a fresh pool may make it
NS_PER_S = 1e9


@dataclass(frozen=True)
class BreakEven:
    """Of one setting that was measured.

    fixed_s: start-up and teardown of a round, the mean over its lanes. speedup: of what lies in between, the median.
    pays_from_s: from what serial seconds on the setting is faster than serial, inf where never, None where that can't
    be told, as it speeds nothing up in some block. alike_from_s: from what serial seconds on a fresh pool makes the job
    less than LITTLE longer than a warm one; None for a warm one. Each is taken within its block, and intervals are over
    blocks.
    """

    setting: Setting
    fixed_s: Estimate
    speedup: float
    pays_from_s: Estimate | None
    alike_from_s: Estimate | None


def pays_from_s(fixed_s: float, speedup: float) -> float:
    """The job length T at which F + T / S = T: T = F x S / (S - 1). inf where S is not above 1; 0 where F is 0."""
    return fixed_s * speedup / (speedup - 1) if speedup > 1 else inf


def alike_from_s(fresh_s: float, warm_s: float, speedup: float, little: float = LITTLE) -> float:
    """The job length T at which F_fresh + T / S = (1 + little) x (F_warm + T / S), at least 0.

    T = S x (F_fresh - (1 + little) x F_warm) / little; both have the same S, that of the work between start-up and
    teardown.
    """
    return max(speedup * (fresh_s - (1 + little) * warm_s) / little, 0.0)


def break_evens(scaling: StudyScaling) -> list[BreakEven]:
    """Of every setting that was measured by two start methods or pool lifetimes at least, alike settings together.

    A warm pool that was not measured beside a fresh one counts as one without start-up and teardown. Rounds that were
    disturbed are left out.
    """
    alike: dict[Setting, list[Cell]] = {}
    excluded: dict[str, Mapping[int, float]] = {}
    for scaled in scaling.cells:
        if scaled.cell.setting.strategy != SERIAL and not scaled.failed and scaled.cell.losses:
            alike.setdefault(replace(scaled.cell.setting, start_method="fork", pool="fresh"), []).append(scaled.cell)
            excluded[scaled.cell.cell_id] = scaled.disturbed
    groups = [
        {
            cell.setting: {
                block: losses for block, losses in cell.losses.items() if block not in excluded[cell.cell_id]
            }
            for cell in cells
        }
        for cells in alike.values()
        if len(cells) > 1
    ]
    return [_break_even(setting, group) for group in groups for setting in sorted(group, key=_place) if group[setting]]


def _place(setting: Setting) -> tuple[int, int]:
    return START_METHODS.index(setting.start_method), POOLS.index(setting.pool)


def _break_even(setting: Setting, group: Mapping[Setting, dict[int, Losses]]) -> BreakEven:
    losses, warm = group[setting], group.get(replace(setting, pool="warm"), {})
    usual_s = median(map(_fixed_s, warm.values())) if warm else 0.0
    warm_s = {block: _fixed_s(warm[block]) if block in warm else usual_s for block in losses}
    pays_s = [pays_from_s(_fixed_s(lost), _speedup(lost)) for lost in losses.values()]
    alike_s = [alike_from_s(_fixed_s(lost), warm_s[block], _speedup(lost)) for block, lost in losses.items()]
    return BreakEven(
        setting,
        _estimate(map(_fixed_s, losses.values())),
        median(map(_speedup, losses.values())),
        _estimate(pays_s) if all(map(isinf, pays_s)) or not any(map(isinf, pays_s)) else None,
        None if setting.pool == "warm" else _estimate(alike_s),
    )


def _fixed_s(losses: Losses) -> float:
    return (losses.start_up_ns + losses.teardown_ns) / losses.lanes / NS_PER_S


def _speedup(losses: Losses) -> float:
    """Useful work (or item time, where no serial ledger tells it) over the wall time between start-up and teardown."""
    between_ns = (losses.budget_ns - losses.start_up_ns - losses.teardown_ns) / losses.lanes
    return (losses.item_ns if losses.useful_ns is None else losses.useful_ns) / between_ns if between_ns else 0.0


def _estimate(values: Iterable[float]) -> Estimate:
    """The median with its interval, which there is not where a block has 0 or inf."""
    per_block = list(values)
    if all(0 < value < inf for value in per_block):
        return median_interval(per_block)
    return Estimate(median(per_block), None, None, len(per_block), f"{len(per_block)} blocks, of which some have none")
