"""The ratio of each figure of two runs, with intervals that hold for all figures at once; pure.

    blocks x figures of both runs -> blocks dealt anew to the two runs, many times -> how far chance alone goes
                                                                                 -> every figure's ratio and interval

Two runs share no block, so means over blocks of logarithms are compared, d = mean(NEW) - mean(BASE), with the interval

    exp(d +- c se),    se^2 = s_BASE^2 / n_BASE + s_NEW^2 / n_NEW      (Welch 1947)

c is the 95 % quantile of the largest |d / se| of all figures when whole blocks are dealt anew, DEALS times, without
replacement (Westfall & Young 1993, maxT; Chung & Romano 2013 for the studentised statistic): in 95 % of comparisons of
equal runs no interval misses, whatever figures of a block have in common. c is adapted to each figure's degrees of
freedom (Satterthwaite 1946), which guards against one run being noisier than the other.

Some deals leave a figure as measured, or mirrored. If these are more than 5 % of deals, a real change would raise c
until nothing could be found: then there is no interval. So it is with two studies of 4 and 4 blocks: 1 - (1 - 2 /
70)^2 = 5.6 %.

Simulated chance in % that any figure of equal runs differs, over six kinds of noise (normal, t with 3 degrees,
exponential, outliers, two speeds); 10 blocks each, 1,000 draws of 499 deals: 4.0-5.8 for 1 cell, 4.0-5.4 for 8,
3.2-5.3 for 48. With 6 blocks against 12: 4.1; NEW twice as noisy: 7.5; the noisier run with half the blocks: 7.3. A
bootstrap-t (normal noise, 100 cells) has 1 to 2 % false alarms within runs, and misses half as many changes again;
pooled it has 7 %.
"""

from collections.abc import Sequence
from dataclasses import replace
from math import ceil, comb, exp, inf, log
from typing import Any

import numpy as np
from scipy import special  # not scipy.stats, which takes three times as long to load

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
            largest = np.maximum(largest, -special.ndtri(special.stdtr(len(base) + len(new) - 2, -dealt_largest)))
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
    return float(-special.stdtrit(freedom, special.ndtr(-critical)) * np.sqrt(parts.sum()))


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
    half = float(-special.stdtrit(values.size - 1, (1 - LEVEL) / 2) * values.std(ddof=1) / np.sqrt(values.size))
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
