"""How a figure of one run stands to the same figure of another, with intervals that hold for all figures at once; pure.

    blocks x figures of both runs -> blocks dealt anew to the two runs, many times -> how far chance alone goes
                                                                                 -> every figure's ratio and interval

Two runs share no block, so no ratio can be taken inside one. What is compared is the mean over each run's blocks of
the logarithm of a figure, d = mean(NEW) - mean(BASE); exp(d) is the ratio of the geometric means. Its interval is

    exp(d +- c se),    se^2 = s_BASE^2 / n_BASE + s_NEW^2 / n_NEW      (Welch 1947)

with c from one measure of surprise for all figures of a comparison: the 95 % quantile of the largest |d / se| of any of
them, found by dealing whole blocks anew to the two runs, DEALS times, without replacement (Westfall & Young 1993, maxT;
Chung & Romano 2013 for the studentised statistic). So the intervals hold together: in 95 % of all comparisons every one
of them does. A block keeps all its figures wherever it goes, so that what they share (the serial reference) is taken
into account. Where nothing has changed, the blocks of both runs are exchangeable: 5 % is then the most, whatever the
noise. It is a little less, since c is brought to each figure by the degrees of freedom that its own two spreads leave
(Satterthwaite 1946): that guards against a run that is noisier than the other.

Some deals are as measured, or their mirror: one figure's values of BASE are all together again. Where something has
changed, |d / se| of such a deal is the change itself. In more than 5 % of deals that would make every change the
measure of chance, and none could be told however large it is. 4 and 4 blocks are so in 2 of 70 deals; since studies
are dealt separately, two such studies are in 1 - (1 - 2 / 70)^2 = 5.6 %. Then there is no interval at all.

Simulated chance that any figure of equal runs is told apart, speedup and wall of each cell and serial's wall, lowest to
highest in % over normal, heavy-tailed (t, 3 degrees), exponential, outlying (5 % of rounds take a third longer) and two
kinds of two-speed noise; 10 blocks each, 1,000 draws of 499 deals:

    cells          1         8         48
    10 blocks   4.0-5.8   4.0-5.4   3.2-5.3

6 blocks against 12: 4.1. Where NEW is twice as noisy as BASE: 7.5; where the noisier run has half the blocks: 7.3.

Resampling with replacement instead, the bootstrap-t, errs to either side with many figures (normal noise, 100
cells, 10 blocks): from each run's own blocks 1 to 2 % false alarms, and a 10 % slowdown at 4 % noise is missed half as
often again; from the blocks of both together, 7 %.
"""

from collections.abc import Sequence
from dataclasses import replace
from math import ceil, comb, exp, inf, log
from typing import Any

import numpy as np
from scipy import stats

from lightwork.core.estimate import LEVEL, Estimate

DEALS = 4_999  # with the deal as it was measured they are 5,000
AT_ONCE = 500  # deals held in memory together
FEWEST_BLOCKS = 4  # in either run; three and three can be dealt in 20 ways only, two of which are as measured
WIDEST_LN = log(1e6)  # an interval that reaches farther from its point says nothing, and soon has no numbers either
NOTHING = 1e-12  # a standard error of logs below this is rounding

Table = Any  # a float array, blocks x figures: the figures' logarithms, NaN where the block lacks one


def critical_value(studies: Sequence[tuple[Table, Table]], seed: int) -> float:
    """How far chance goes in 95 % of all deals, for (BASE, NEW) tables of the same figures.

    In standard deviations of a normal distribution, so that studies of few and of many blocks have one scale. Every
    figure must have FEWEST_BLOCKS values in both runs. Blocks are dealt within their study. Infinite where more than
    5 % of deals are as measured, in whichever study.
    """
    rng = np.random.default_rng(seed)
    largest, as_measured, anew = np.full(DEALS, -inf), np.zeros(DEALS, dtype=bool), 1.0
    for base, new in studies:
        if base.shape[1]:
            dealt = _deals(base, new, rng)
            dealt_largest = _largest_by_deal(base, new, dealt)
            largest = np.maximum(largest, stats.norm.isf(stats.t.sf(dealt_largest, len(base) + len(new) - 2)))
            as_measured |= _as_measured(base, new, dealt)
            anew *= 1 - _chance_as_measured(len(base), len(new))
    if max(1 - anew, float(as_measured.mean())) > 1 - LEVEL:
        return inf
    return float(np.sort(largest)[ceil(LEVEL * (DEALS + 1)) - 1])


def ratio(base: Table, new: Table, critical: float) -> Estimate | None:
    """The ratio NEW over BASE of one figure, whose logarithms by block these are; None where a run has none of them.

    low and high are None where there are too few blocks, `critical` (of `critical_value`) is infinite, or the interval
    would be wider than any that says something.
    """
    base, new = base[~np.isnan(base)], new[~np.isnan(new)]
    if not base.size or not new.size:
        return None
    fewest = int(min(base.size, new.size))
    difference = float(new.mean() - base.mean())
    if fewest < FEWEST_BLOCKS or not np.isfinite(critical):
        return Estimate(exp(difference), None, None, fewest, "too few blocks for an interval")
    half = _half_width(base, new, critical)
    if not half <= WIDEST_LN:
        return Estimate(exp(difference), None, None, fewest, "too wide an interval to say anything")
    method = f"{base.size} and {new.size} blocks dealt anew {DEALS:,} times"
    return Estimate(exp(difference), exp(difference - half), exp(difference + half), fewest, method)


def _half_width(base: Table, new: Table, critical: float) -> float:
    """Half of an interval: c se, c being as unlikely in Student's t as `critical` is in the normal distribution."""
    parts = np.array([values.var(ddof=1) / values.size for values in (base, new)])
    if not parts.sum():
        return 0.0
    freedom = parts.sum() ** 2 / (parts**2 / np.array([base.size - 1, new.size - 1])).sum()
    return float(stats.t.isf(stats.norm.sf(critical), freedom) * np.sqrt(parts.sum()))


def inverse(estimate: Estimate) -> Estimate:
    """The ratio the other way round: of wall times, where `found` is one of speeds."""
    low, high = estimate.low, estimate.high
    return replace(estimate, point=1 / estimate.point, low=high and 1 / high, high=low and 1 / low)


def twin_floor(ratios_ln: Table) -> float:
    """The noise floor of one run: the farther end from 1 of the 95 % interval of its A/A twin's mean ratio.

    Student's t on logarithms by block; inf for fewer than two blocks. It is narrower than the floor that a report
    tells (lightwork.analysis.scaling), which is that of a median.
    """
    values = ratios_ln[~np.isnan(ratios_ln)]
    if values.size <= 1:
        return inf
    middle = float(values.mean())
    half = float(stats.t.isf((1 - LEVEL) / 2, values.size - 1) * values.std(ddof=1) / np.sqrt(values.size))
    return max(abs(exp(middle - half) - 1), abs(exp(middle + half) - 1))


def _deals(base: Table, new: Table, rng: np.random.Generator) -> Table:
    """DEALS random deals of the blocks, BASE's first: whether a block goes to NEW, deals x blocks."""
    blocks = len(base) + len(new)
    return np.argsort(rng.random((DEALS, blocks)), axis=1) < len(new)


def _chance_as_measured(base_blocks: int, new_blocks: int) -> float:
    """Of a deal of whole blocks. The mirror is another deal only where both runs have as many."""
    return (2 if base_blocks == new_blocks else 1) / comb(base_blocks + new_blocks, new_blocks)


def _as_measured(base: Table, new: Table, dealt: Table) -> Table:
    """Whether a deal leaves any figure's values as measured, or mirrored; fewer values come together more often."""
    rows = np.unique(~np.isnan(np.vstack([base, new])), axis=1).astype(float)
    ours, theirs = rows[: len(base)], rows[len(base) :]
    moved, stayed = dealt[:, : len(base)] @ ours, dealt[:, len(base) :] @ theirs  # values of BASE and of NEW in NEW
    same = (moved == 0) & (stayed == theirs.sum(axis=0))
    mirrored = (moved == ours.sum(axis=0)) & (stayed == 0)
    return np.any(same | mirrored, axis=1)


def _largest_by_deal(base: Table, new: Table, dealt: Table) -> Table:
    """The largest |d / se| of any figure, in each of these deals of the blocks to the two runs."""
    blocks = np.vstack([base, new])
    is_known = ~np.isnan(blocks)
    values = np.where(is_known, blocks - np.nanmean(blocks, axis=0), 0.0)
    return np.concatenate(
        [_largest(values, is_known, dealt[start : start + AT_ONCE]) for start in range(0, DEALS, AT_ONCE)]
    )


def _largest(values: Table, is_known: Table, dealt: Table) -> Table:
    mean_new, error_new = _means(values, is_known, dealt)
    mean_base, error_base = _means(values, is_known, ~dealt)
    far, error = np.abs(mean_new - mean_base), np.sqrt(error_new + error_base)
    sure = np.where(far > NOTHING, inf, 0.0)
    return np.where(error > NOTHING, far / np.maximum(error, NOTHING), sure).max(axis=1)


def _means(values: Table, is_known: Table, chosen: Table) -> tuple[Table, Table]:
    """Mean and squared standard error of every figure over the chosen blocks, deals x figures.

    A figure with fewer than two values in a deal says nothing there: an infinite error.
    """
    weights = chosen.astype(float)
    count = weights @ is_known.astype(float)
    enough = count > 1
    count = np.where(enough, count, 2.0)
    mean = (weights @ values) / count
    variance = np.maximum((weights @ values**2) - count * mean**2, 0.0) / (count - 1)
    return mean, np.where(enough, variance / count, inf)
