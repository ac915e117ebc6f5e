"""Speedup, efficiency and the bounds of every cell of a study; pure.

All ratios are taken inside a block, between rounds that ran within minutes of each other on the same machine,
and then the median over blocks: a drift of the machine's speed cancels, a single bad block does not count.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from statistics import median

from lightwork.analysis.disturbance import disturbed
from lightwork.core.estimate import Estimate, median_interval
from lightwork.core.round import Round
from lightwork.core.study import SERIAL, SERIAL_AGAIN, Cell, Study
from lightwork.errors import WorkError

NS_PER_S = 1e9
Walls = Mapping[int, float]  # seconds by block


@dataclass(frozen=True)
class CellScaling:
    """One cell against the serial reference of the same blocks.

    speedup: T_serial / T_cell as measured; speedup_equal_speed: the same at equal CPU speed
    (lightwork.analysis.speedometer).
    Both, wall_s and efficiency are None when any round failed, the probing one included: failing work looks fast.
    They are None too where an unfinished study has no round of the cell, and the speedups where no block has the
    serial round as well.
    walls_s / walls_equal_speed_s: wall time of every ok and undisturbed round by block, for comparisons between
    cells. disturbed: by block of every round left out, the share of the machine's CPU time that others took beyond
    the usual (lightwork.analysis.disturbance).
    """

    cell: Cell
    failed: tuple[Round, ...]
    wall_s: Estimate | None
    speedup: Estimate | None
    speedup_equal_speed: Estimate | None
    efficiency: float | None
    walls_s: Walls = field(default_factory=dict)
    walls_equal_speed_s: Walls = field(default_factory=dict)
    disturbed: Mapping[int, float] = field(default_factory=dict)

    @property
    def parallel(self) -> bool:
        """Whether this is a cell to choose from: neither the serial reference nor its twin."""
        return self.cell.setting.strategy != SERIAL


@dataclass(frozen=True)
class StudyScaling:
    """Every cell's scaling, and what bounds them all.

    noise_floor: relative; the A/A twin's deviation from 1 below which no difference is claimed: the farther
    end of its interval; inf where too few blocks have both for an interval, since of two blocks that happen to agree
    no floor can be told.
    noise_floor_equal_speed: the same for figures at equal CPU speed; None where there are none.
    total_item_s / longest_item_s: from the serial rounds' ledgers, medians over blocks; cap is their ratio
    (inf without items). cpu_share: CPU time of the serial rounds' items over their wall time.
    cells: one per cell of the study in its order, the serial reference and its twin included.
    """

    study: Study
    serial_s: Estimate
    noise_floor: float
    total_item_s: float
    longest_item_s: float
    longest_item_name: str
    cap: float
    usable_cpus: float
    cells: tuple[CellScaling, ...]
    noise_floor_equal_speed: float | None = None
    cpu_share: float = 0.0


def scale(
    study: Study, usable_cpus: float, equal_speed_walls_s: Mapping[tuple[str, int], float] | None = None
) -> StudyScaling:
    """Every cell's speedup over the serial reference of the same block, disturbed rounds apart.

    equal_speed_walls_s: wall seconds at equal CPU speed by (cell_id, block), from lightwork.analysis.speedometer.
    Raises WorkError when the serial reference has no ok round: there is nothing to compare with.
    """
    equal = equal_speed_walls_s or {}
    if not any(round_.ok for cell in study.cells if cell.cell_id == SERIAL for round_ in cell.rounds):
        raise WorkError(_no_reference(study))
    excluded = {cell.cell_id: disturbed(cell) for cell in study.cells}
    walls = {cell.cell_id: _walls(cell, excluded[cell.cell_id]) for cell in study.cells}
    walls_equal = {cell_id: _equal(equal, cell_id, values) for cell_id, values in walls.items()}
    again, again_equal = walls.get(SERIAL_AGAIN, {}), walls_equal.get(SERIAL_AGAIN, {})
    serial = _ok_rounds(study.serial, excluded[SERIAL])
    total_s = median(round_.item_wall_ns for round_ in serial) / NS_PER_S
    longest_s = median(round_.longest_item_ns for round_ in serial) / NS_PER_S
    wall_ns = sum(round_.item_wall_ns for round_ in serial)
    return StudyScaling(
        study=study,
        serial_s=median_interval(list(walls[SERIAL].values())),
        noise_floor=_noise_floor(walls[SERIAL], again),
        noise_floor_equal_speed=_noise_floor(walls_equal[SERIAL], again_equal) if equal else None,
        total_item_s=total_s,
        longest_item_s=longest_s,
        longest_item_name=_longest_item_name(study, serial),
        cap=total_s / longest_s if longest_s else inf,
        cpu_share=sum(round_.item_cpu_ns for round_ in serial) / wall_ns if wall_ns else 0.0,
        usable_cpus=usable_cpus,
        cells=tuple(_scale_cell(cell, walls, walls_equal, excluded[cell.cell_id]) for cell in study.cells),
    )


def ratio(slower: Walls, faster: Walls) -> Estimate | None:
    """How many times as fast the second is as the first: the median over the blocks that have both.

    None when no block has both.
    """
    ratios = _ratios(slower, faster)
    return median_interval(ratios) if ratios else None


def karp_flatt(speedup: float, workers: int) -> float:
    """The experimentally determined serial fraction (1/S - 1/P) / (1 - 1/P), Karp and Flatt 1990.

    Constant over P means a serial part, rising means overhead that grows with the workers.
    Raises ValueError for fewer than two workers or a speedup that is not above 0.
    """
    if workers <= 1 or speedup <= 0:
        raise ValueError(f"no serial fraction from a speedup of {speedup} with {workers} workers")
    return (1 / speedup - 1 / workers) / (1 - 1 / workers)


def bound(scaling: StudyScaling, workers: int) -> float:
    """The speedup that no strategy can exceed: T_P >= max(W / P, longest item), so S <= min(P, cap)."""
    return min(workers, scaling.cap)


def _scale_cell(
    cell: Cell, walls: Mapping[str, Walls], walls_equal: Mapping[str, Walls], excluded: Mapping[int, float]
) -> CellScaling:
    failed = tuple(round_ for round_ in cell.tried if not round_.ok)
    values, own_equal = walls[cell.cell_id], walls_equal[cell.cell_id]
    sound = bool(values) and not failed
    speedup = ratio(walls[SERIAL], values) if sound else None
    return CellScaling(
        cell=cell,
        failed=failed,
        wall_s=median_interval(list(values.values())) if sound else None,
        speedup=speedup,
        speedup_equal_speed=ratio(walls_equal[SERIAL], own_equal) if sound else None,
        efficiency=speedup.point / cell.setting.workers if speedup else None,
        walls_s=values,
        walls_equal_speed_s=own_equal,
        disturbed=excluded,
    )


def _ok_rounds(cell: Cell, excluded: Mapping[int, float]) -> list[Round]:
    return [round_ for round_ in cell.rounds if round_.ok and round_.block not in excluded]


def _walls(cell: Cell, excluded: Mapping[int, float]) -> Walls:
    return {round_.block: round_.wall_ns / NS_PER_S for round_ in _ok_rounds(cell, excluded)}


def _equal(equal: Mapping[tuple[str, int], float], cell_id: str, walls: Walls) -> Walls:
    return {block: equal[cell_id, block] for block in walls if (cell_id, block) in equal}


def _ratios(slower: Walls, faster: Walls) -> list[float]:
    return [slower[block] / faster[block] for block in slower if block in faster]


def _noise_floor(serial: Walls, again: Walls) -> float:
    ratios = _ratios(serial, again)
    twin = median_interval(ratios) if ratios else None
    if twin is None or twin.low is None or twin.high is None:
        return inf
    return max(abs(twin.low - 1), abs(twin.high - 1))


def _longest_item_name(study: Study, serial: Sequence[Round]) -> str:
    """The item that was the longest most often; the medians of one run may name another than the next."""
    counts = Counter(round_.longest_item for round_ in serial if round_.longest_item is not None)
    if not counts:
        return ""
    index = counts.most_common(1)[0][0]
    return study.item_names[index]


def _no_reference(study: Study) -> str:
    rounds = [round_ for cell in study.cells if cell.cell_id == SERIAL for round_ in cell.rounds]
    if not rounds:
        return f"{study.label}: no serial round was measured, so there are no speedups; run it again"
    first = rounds[0]
    return (
        f"{study.label}: all {len(rounds)} serial rounds failed "
        f"({first.outcome}: {first.reason or 'no reason given'}), "
        "so there are no speedups; make the work succeed serially first"
    )
