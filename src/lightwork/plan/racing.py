"""A race: which of the settings that are measured are still in question after each block; pure.

Successive halving on blocks (Karnin, Koren and Somekh 2013), with the plan's own test in the place of a fixed half: a
setting leaves when it is measurably slower than the best one.
"""

from lightwork.analysis.basis import Basis, Difference
from lightwork.analysis.recommendation import recommend
from lightwork.analysis.scaling import scale
from lightwork.analysis.speedometer import equal_speed_walls_s
from lightwork.core.study import Study

NARROW = 0.05  # half the interval over the point: a speedup known so well needs no more blocks


def contenders(study: Study, usable_cpus: float) -> frozenset[str] | None:
    """Ids of the cells that are not measurably slower than the best; None when the race is settled.

    It is settled when nothing is left that could be recommended, or when one setting is left and its speedup is known
    within NARROW.
    """
    scaling = scale(study, usable_cpus, equal_speed_walls_s(study))
    basis = Basis.of(scaling)
    if not basis.candidates:
        return None
    best = max(basis.candidates, key=lambda cell: basis.speedup(cell).point)
    cells = [cell for cell in basis.candidates if cell is best or basis.compare(cell, best) is not Difference.SLOWER]
    recommendation = recommend(scaling)
    if len(cells) == 1 and recommendation.chosen is not None and recommendation.speedup is not None:
        low, high = recommendation.speedup.low, recommendation.speedup.high
        if low is not None and high is not None and (high - low) / 2 <= NARROW * recommendation.speedup.point:
            return None
    return frozenset(cell.cell.cell_id for cell in cells)
