"""An outlook: what the plan's speedup figure shows, as plain data; pure.

PlanResult -> each strategy's predicted band, the measured points on it, the bounds, a law of scaling for reading
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, isfinite

from lightwork.analysis.usl import LEAST_COUNTS, Fit, fit_usl
from lightwork.core.estimate import Estimate
from lightwork.planning.conclude.result import MeasuredSetting, PlanResult, PredictedSetting
from lightwork.render.palette import Look, looks_of
from lightwork.report.charts.curves import HEADROOM
from lightwork.text.quantities import counted, number, percent, plain

Points = tuple[tuple[int, Estimate], ...]


@dataclass(frozen=True)
class PredictedCurve:
    """A strategy's best predicted speedup at each worker count, whatever its chunksize and order."""

    strategy: str
    look: Look
    points: Points
    chosen: bool


@dataclass(frozen=True)
class MeasuredCurve:
    """A strategy's measured speedups, in the order of their worker counts."""

    strategy: str
    look: Look
    points: Points
    chosen: bool


@dataclass(frozen=True)
class Reading:
    """A law through speedups of one strategy, to read them by. until: the largest worker count that it is drawn at."""

    fit: Fit
    until: float
    words: str


@dataclass(frozen=True)
class Outlook:
    """All of the figure, the recommended strategy first, then the fastest. top: the largest speedup on the axis."""

    predicted: tuple[PredictedCurve, ...]
    measured: tuple[MeasuredCurve, ...]
    workers: tuple[int, ...]
    cap: float
    reading: Reading | None
    top: float


def outlook(result: PlanResult) -> Outlook | None:
    """The figure of a plan; None where it has no setting with a speedup."""
    chosen = result.recommendation.setting.strategy if result.recommendation else ""
    predicted = _best(result.predictions)
    measured = _all(result.cells)
    looks = looks_of([*predicted, *measured])
    predicted_curves = [PredictedCurve(name, looks[name], points, name == chosen) for name, points in predicted.items()]
    measured_curves = [MeasuredCurve(name, looks[name], points, name == chosen) for name, points in measured.items()]
    predicted_curves.sort(key=lambda predicted_curve: (not predicted_curve.chosen, -_most(predicted_curve.points)))
    measured_curves.sort(key=lambda measured_curve: (not measured_curve.chosen, -_most(measured_curve.points)))
    points = [
        point
        for by_strategy in (predicted, measured)
        for strategy_points in by_strategy.values()
        for point in strategy_points
    ]
    workers = sorted({count for count, _ in points})
    if not workers:
        return None
    share = result.longest_item[1]
    cap = 1 / share if share > 0 else inf
    top = HEADROOM * max(high(estimate) for _, estimate in points)
    return Outlook(
        tuple(predicted_curves),
        tuple(measured_curves),
        tuple(workers),
        cap,
        _reading(predicted_curves, measured_curves),
        max(top, HEADROOM),
    )


def high(estimate: Estimate) -> float:
    """The upper end, the point where there is none."""
    return estimate.point if estimate.high is None or not isfinite(estimate.high) else estimate.high


def low(estimate: Estimate) -> float:
    """The lower end, the point where there is none."""
    return estimate.point if estimate.low is None or not isfinite(estimate.low) else estimate.low


def _best(predictions: Sequence[PredictedSetting]) -> dict[str, Points]:
    """By strategy: the fastest prediction at each worker count."""
    by_strategy: dict[str, dict[int, Estimate]] = {}
    for prediction in sorted(predictions, key=lambda prediction: prediction.speedup.point):
        if isfinite(prediction.speedup.point):
            by_strategy.setdefault(prediction.setting.strategy, {})[prediction.setting.workers] = prediction.speedup
    return {name: tuple(sorted(estimates.items())) for name, estimates in sorted(by_strategy.items())}


def _all(cells: Sequence[MeasuredSetting]) -> dict[str, Points]:
    """By strategy: every measured speedup."""
    by_strategy: dict[str, list[tuple[int, Estimate]]] = {}
    for cell in cells:
        if cell.speedup is not None and not cell.failed:
            by_strategy.setdefault(cell.setting.strategy, []).append((cell.setting.workers, cell.speedup))
    return {name: tuple(sorted(points, key=lambda point: point[0])) for name, points in sorted(by_strategy.items())}


def _most(points: Points) -> float:
    return max((estimate.point for _, estimate in points), default=0.0)


def _reading(predicted_curves: Sequence[PredictedCurve], measured_curves: Sequence[MeasuredCurve]) -> Reading | None:
    """The law of the first strategy by what was measured, else by what is predicted; None without enough of either."""
    sources: list[tuple[str, MeasuredCurve | PredictedCurve]] = [
        *(("measured", measured_curve) for measured_curve in measured_curves[:1])
    ]
    sources += [("predicted", predicted_curve) for predicted_curve in predicted_curves[:1]]
    for source, curve in sources:
        best: dict[int, float] = {}
        for count, speedup in curve.points:
            best[count] = max(best.get(count, 0.0), speedup.point)
        if len(best) >= LEAST_COUNTS and min(best.values()) > 0:
            fit = fit_usl(sorted(best.items()))
            until = fit.reach if source == "measured" else max(best)
            return Reading(fit, until, _words(fit, source, curve.strategy))
    return None


def _words(fit: Fit, source: str, strategy: str) -> str:
    """The law in words: what it was fitted to, its serial share, and its peak where one is near."""
    law, most = fit.law, fit.workers[-1]
    named = "USL" if law.peak <= fit.reach else "Amdahl\N{RIGHT SINGLE QUOTATION MARK}s law, nearly"
    peak = f", peak at {counted(round(law.peak), 'worker')}" if law.peak <= fit.reach else ""
    low_, high_ = fit.band(most)
    at = f"{number(law.at(most))} ({number(low_)} to {number(high_)}) with {most}"
    return (
        f"{named}, through {len(fit.workers)} {source} worker counts of {plain(strategy)}: "
        f"{percent(law.alpha)} serial{peak}; {at}"
    )
