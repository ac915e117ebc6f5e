"""Shares: how a total is divided over items. Each function returns `count` positive floats that sum to 1."""

import random


def uniform(count: int) -> list[float]:
    """All shares alike."""
    return [1 / count] * count


def log_normal(count: int, sigma: float, seed: int) -> list[float]:
    """Many small shares and a few big ones, as file sizes are.

    sigma is the standard deviation of the logarithm; 0 is uniform. Source: Downey 2001, "The structural cause
    of file size distributions".
    """
    chance = random.Random(seed)
    drawn = [chance.lognormvariate(0.0, sigma) for _ in range(count)]
    total = sum(drawn)
    return [size / total for size in drawn]


def giant(count: int, giant_share: float, seed: int) -> list[float]:
    """One share of `giant_share` at a place that the seed chooses, the others alike."""
    if count == 1:
        return [1.0]
    shares = [(1 - giant_share) / (count - 1)] * count
    shares[random.Random(seed).randrange(count)] = giant_share
    return shares
