"""What the figures show, as plain data: a study's curves, its limits, its wall times; pure."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from lightwork.analysis.basis import Basis, ranked
from lightwork.analysis.recommendation import Recommendation
from lightwork.analysis.scaling import CellScaling, StudyScaling
from lightwork.core.estimate import Estimate
from lightwork.core.study import SERIAL, SERIAL_AGAIN
from lightwork.render.filters import UNFILTERED, Facets
from lightwork.render.palette import Look, variant_look
from lightwork.text.quantities import counted, plain
from lightwork.text.variants import Variant, variant_name
from lightwork.text.verdict import verdict_sentence

CURVES_IN_COLOUR = 8
WALL_ROWS = 28
HEADROOM = 1.08


@dataclass(frozen=True)
class Curve:
    """A variant's speedup over workers. failed: worker counts at which a round failed, which have no point.

    rounds_s: the wall times behind each point, in their order; empty where none is told.
    """

    name: str
    look: Look
    points: tuple[tuple[int, Estimate], ...]
    failed: tuple[int, ...]
    chosen: bool
    facets: Facets = UNFILTERED
    rounds_s: tuple[tuple[float, ...], ...] = ()


@dataclass(frozen=True)
class Chart:
    """All of a speedup figure. Curves past CURVES_IN_COLOUR are `others`, drawn faint and unnamed.

    noise_floor: None where none was measured. top: the largest speedup on the axis.
    """

    curves: tuple[Curve, ...]
    others: tuple[Curve, ...]
    workers: tuple[int, ...]
    cap: float
    usable_cpus: float
    noise_floor: float | None
    top: float


@dataclass(frozen=True)
class WallRow:
    """One line of the wall time figure; `text` says what happened where there is no time.

    excluded_s: of the rounds that verdicts leave out as disturbed.
    """

    name: str
    rounds_s: tuple[float, ...]
    wall: Estimate | None
    text: str = ""
    excluded_s: tuple[float, ...] = ()
    facets: Facets = UNFILTERED


@dataclass(frozen=True)
class WallGroup:
    """The lines of one variant."""

    name: str
    look: Look
    rows: tuple[WallRow, ...]


def high(estimate: Estimate) -> float:
    """The interval's upper end, the point where there is none."""
    return estimate.point if estimate.high is None else estimate.high


def low(estimate: Estimate) -> float:
    """The interval's lower end, the point where there is none."""
    return estimate.point if estimate.low is None else estimate.low


def basis_name(scaling: StudyScaling) -> str:
    """Which figures the verdict and the curves rest on."""
    return "at equal CPU speed" if Basis.of(scaling).equal_speed else "as measured"


def chart(scaling: StudyScaling, recommendation: Recommendation, looks: Mapping[str, Look]) -> Chart:
    """The study's speedup figure: the chosen variant first, then the fastest."""
    curves = _curves(scaling, recommendation, looks)
    workers = sorted({count for curve in curves for count in (*(at for at, _ in curve.points), *curve.failed)})
    return _chart(scaling, curves[:CURVES_IN_COLOUR], curves[CURVES_IN_COLOUR:], tuple(workers))


def small_chart(scaling: StudyScaling, recommendation: Recommendation, looks: Mapping[str, Look]) -> Chart:
    """The chart beside the answer: every strategy at its best."""
    curves = _by_strategy(scaling, recommendation, looks)
    return _chart(scaling, curves, [], tuple(sorted({count for curve in curves for count, _ in curve.points})))


def best_by_workers(scaling: StudyScaling) -> tuple[tuple[int, Estimate], ...]:
    """The speedup of the fastest cell that may be ranked, by worker count."""
    basis = Basis.of(scaling)
    estimates = {cell.cell.setting.workers: basis.speedup(cell) for cell in ranked(scaling)}
    return tuple(sorted(estimates.items()))


def _by_strategy(scaling: StudyScaling, recommendation: Recommendation, looks: Mapping[str, Look]) -> list[Curve]:
    """A curve for each strategy: its fastest cell at every worker count; the recommended strategy's last, on top."""
    basis = Basis.of(scaling)
    by_strategy: dict[str, dict[int, Estimate]] = {}
    for cell in ranked(scaling):
        setting = cell.cell.setting
        by_strategy.setdefault(setting.strategy, {})[setting.workers] = basis.speedup(cell)
    chosen = recommendation.chosen.cell.setting.strategy if recommendation.chosen is not None else ""
    curves = [
        Curve(name, looks[name], tuple(sorted(points.items())), (), name == chosen, Facets(name))
        for name, points in by_strategy.items()
    ]
    return sorted(curves, key=lambda curve: (curve.chosen, _best(curve)))


def describe(scaling: StudyScaling, recommendation: Recommendation) -> str:
    """The speedup figure in a sentence, for those who can't see it."""
    steps = ", ".join(f"{estimate.point:.2f} with {count}" for count, estimate in best_by_workers(scaling))
    best = f"best by number of workers: {steps}" if steps else "no setting has a speedup"
    verdict = plain(verdict_sentence(recommendation.verdict))
    return f"Speedup over workers, {plain(scaling.study.label)}, {basis_name(scaling)}; {best}. {verdict}."


def wall_groups(scaling: StudyScaling, looks: Mapping[str, Look]) -> list[WallGroup]:
    """The reference and its twin, then every variant; with many cells only each variant's fastest one."""
    grouped: dict[Variant, list[CellScaling]] = {}
    for cell in scaling.cells:
        grouped.setdefault(replace(Variant.of(cell.cell), twin=False), []).append(cell)
    brief = len(scaling.cells) > WALL_ROWS
    order = sorted(grouped, key=lambda variant: (variant.strategy != SERIAL, variant))
    return [_wall_group(variant, grouped[variant], looks, brief) for variant in order]


def rounds_s(cell: CellScaling, *, excluded: bool = False) -> tuple[float, ...]:
    """The wall times of the cell's rounds that did the work, in seconds; those left out as disturbed, or the others."""
    rounds = (round_ for round_ in cell.cell.rounds if round_.ok and (round_.block in cell.disturbed) is excluded)
    return tuple(round_.wall_ns / 1e9 for round_ in rounds)


def _chart(scaling: StudyScaling, curves: list[Curve], others: list[Curve], workers: tuple[int, ...]) -> Chart:
    floor = Basis.of(scaling).noise_floor
    noise = floor if math.isfinite(floor) else None
    reach = max([high(estimate) for curve in (*curves, *others) for _, estimate in curve.points] + [1 + (noise or 0.0)])
    limit = min(scaling.cap, max(workers, default=1))
    top = HEADROOM * (max(limit, reach) if limit <= 2 * reach else reach)
    return Chart(tuple(curves), tuple(others), workers, scaling.cap, scaling.usable_cpus, noise, top)


def _curves(scaling: StudyScaling, recommendation: Recommendation, looks: Mapping[str, Look]) -> list[Curve]:
    grouped: dict[Variant, list[CellScaling]] = {}
    for cell in scaling.cells:
        if cell.parallel:
            grouped.setdefault(Variant.of(cell.cell), []).append(cell)
    places: dict[str, int] = {}
    curves = []
    for variant in sorted(grouped):
        place = places[variant.strategy] = places.get(variant.strategy, -1) + 1
        look = variant_look(looks[variant.strategy], place)
        curves.append(_curve(variant, grouped[variant], look, Basis.of(scaling), recommendation))
    return sorted(curves, key=lambda curve: (not curve.chosen, -_best(curve)))


def _curve(
    variant: Variant, cells: list[CellScaling], look: Look, basis: Basis, recommendation: Recommendation
) -> Curve:
    cells = sorted(cells, key=lambda cell: cell.cell.setting.workers)
    measured = [cell for cell in cells if cell.speedup is not None]
    return Curve(
        variant_name(variant),
        look,
        tuple((cell.cell.setting.workers, basis.speedup(cell)) for cell in measured),
        tuple(cell.cell.setting.workers for cell in cells if cell.failed),
        recommendation.chosen is not None
        and recommendation.chosen.cell.cell_id in {cell.cell.cell_id for cell in cells},
        Facets(variant.strategy, variant.start_method),
        tuple(rounds_s(cell) for cell in measured),
    )


def _best(curve: Curve) -> float:
    return max((estimate.point for _, estimate in curve.points), default=-math.inf)


def _wall_group(variant: Variant, cells: list[CellScaling], looks: Mapping[str, Look], brief: bool) -> WallGroup:
    if brief and variant.strategy != SERIAL:
        cells = [max(cells, key=lambda cell: cell.speedup.point if cell.speedup else -math.inf)]
    cells = sorted(cells, key=lambda cell: (cell.cell.cell_id == SERIAL_AGAIN, cell.cell.setting.workers))
    return WallGroup(variant_name(variant), looks[variant.strategy], tuple(_wall_row(cell) for cell in cells))


def _wall_row(cell: CellScaling) -> WallRow:
    name = {SERIAL: "reference", SERIAL_AGAIN: "again"}.get(
        cell.cell.cell_id, counted(cell.cell.setting.workers, "worker")
    )
    facets = Facets.of(cell.cell)
    if cell.failed:
        return WallRow(name, (), None, f"failed {len(cell.failed)} of {len(cell.cell.tried)}", facets=facets)
    walls, excluded = rounds_s(cell), rounds_s(cell, excluded=True)
    return WallRow(name, walls, cell.wall_s, "" if walls or excluded else "not measured", excluded, facets)
