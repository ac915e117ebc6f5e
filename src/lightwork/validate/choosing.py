"""Choosing: how much slower the recommended setting is than the best of the exhaustive grid; pure.

    regret = its makespan / the best makespan - 1, serial among the grid's settings

The best of many noisy medians is partly luck (the winner's curse), so a good choice seems worse than it is. Two more
figures make less of luck: at equal CPU speed, where the noise is smaller; and held out, where the best setting is found
in all other blocks and met in the one left out (cross-validation), its luck gone.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import median

from lightwork.analysis.preference import AS_GOOD
from lightwork.core.setting import Setting
from lightwork.validate.comparison import Held

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
class Choices:
    """Over all workloads for which a plan was made.

    planned: how many. raw, level, held_out: the share of those whose regret is at most AS_GOOD. time_share: what
    planning took, of what measuring the grids took.
    """

    planned: int
    raw: float | None
    level: float | None
    held_out: float | None
    time_share: float | None


def regret_of(held: Held) -> Regret | None:
    """The regret of this workload's plan; None where none was made."""
    if held.choice is None or held.choice.trouble:
        return None
    chosen = held.choice.setting or SERIAL
    measured, level = _grid(held, level=False), _grid(held, level=True)
    return Regret(_regret(measured, chosen), _regret(level, chosen), _held_out(level, chosen))


def choices_of(studies: Iterable[Held]) -> Choices:
    """What the plans of all workloads are worth together, and what they took."""
    planned = [(held, regret) for held in studies if (regret := regret_of(held))]

    def as_good(name: str) -> float | None:
        values = [value for _, regret in planned if (value := getattr(regret, name)) is not None]
        return sum(value <= AS_GOOD for value in values) / len(values) if values else None

    grids_s = sum(held.grid_s for held, _ in planned)
    spent_s = sum(held.choice.spent_s for held, _ in planned if held.choice)
    return Choices(
        len(planned), as_good("raw"), as_good("level"), as_good("held_out"), spent_s / grids_s if grids_s else None
    )


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
