"""Choosing: how much slower the recommended setting is than the best of the exhaustive grid; pure.

    regret = its wall time / the best wall time - 1, serial among the grid's settings

The best of many noisy medians is partly luck (the winner's curse), so a good choice seems worse than it is. Two more
figures make less of luck: at equal CPU speed, where the noise is smaller; and held out, where the best setting is found
in all other blocks and met in the one left out (cross-validation), its luck gone.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from statistics import median

from lightwork.core.setting import Setting
from lightwork.validate.comparison import Held
from lightwork.validate.errors import far_of

FEWEST_BLOCKS = 2  # for one to be left out
Walls = Mapping[int, float]  # seconds by block
SERIAL = Setting("serial")


@dataclass(frozen=True)
class Regret:
    """Relative regrets of a workload's recommended setting; None where it can't be told.

    raw: by medians as measured. level: at equal CPU speed. held_out: at equal CPU speed, the best found elsewhere.
    """

    raw: float | None
    level: float | None
    held_out: float | None


@dataclass(frozen=True)
class Regrets:
    """Over all workloads whose regret can be told: how many, the median, the 90th percentile, the worst."""

    n: int
    median: float
    far: float
    worst: float


def regret_of(held: Held) -> Regret | None:
    """The regret of this workload's plan; None where none was made."""
    if held.choice is None:
        return None
    chosen = held.choice.setting or SERIAL
    measured, level = _grid(held, level=False), _grid(held, level=True)
    return Regret(_regret(measured, chosen), _regret(level, chosen), _held_out(level, chosen))


def regrets_of(studies: Iterable[Held]) -> Regrets | None:
    """The regrets held out of all plans together; None of none."""
    regrets = [regret for held in studies if (regret := regret_of(held))]
    values = sorted(regret.held_out for regret in regrets if regret.held_out is not None)
    if not values:
        return None
    return Regrets(len(values), median(values), far_of(values), values[-1])


def among(held: Held, strategies: Collection[str]) -> Held:
    """The workload as though the grid held these strategies alone, beside what was recommended."""
    chosen = held.choice.setting if held.choice else None
    cells = (cell for cell in held.cells if cell.setting.strategy in strategies or cell.setting == chosen)
    return replace(held, cells=tuple(cells))


def best_of(held: Held) -> tuple[Setting, float] | None:
    """The fastest setting by its median makespan as measured, and that; None where nothing has a time."""
    grid = _grid(held, level=False)
    best = min(grid, key=lambda setting: median(grid[setting].values()), default=None)
    return None if best is None else (best, median(grid[best].values()))


def _grid(held: Held, *, level: bool) -> dict[Setting, Walls]:
    """Every setting that never failed, serial among them, by block; at equal CPU speed where it is known."""
    serial = {run.block: (run.level_s if level else None) or run.wall_s for run in held.serial}
    walls: dict[Setting, Walls] = {SERIAL: serial} if serial else {}
    for cell in held.cells:
        if cell.trials and not cell.failures:
            walls[cell.setting] = {
                trial.block: (trial.level_s if level else None) or trial.wall_s for trial in cell.trials
            }
    return walls


def _regret(grid: Mapping[Setting, Walls], chosen: Setting) -> float | None:
    if chosen not in grid:
        return None
    return median(grid[chosen].values()) / min(median(walls.values()) for walls in grid.values()) - 1


def _held_out(grid: Mapping[Setting, Walls], chosen: Setting) -> float | None:
    """The median over blocks of the regret in that block against the setting that is best in all the others."""
    everywhere = set.intersection(*(set(walls) for walls in grid.values())) if grid else set()
    if chosen not in grid or len(everywhere) < FEWEST_BLOCKS:
        return None
    regrets = []
    for block in sorted(everywhere):
        best = min(grid.values(), key=lambda walls: median(walls[other] for other in everywhere - {block}))
        regrets.append(grid[chosen][block] / best[block] - 1)
    return median(regrets)
