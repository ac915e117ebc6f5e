"""Memory against workers: the largest peak of every cell, the machine's limit, and what a worker more costs; pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import inf
from statistics import median

from lightwork.analysis.peaks import Limit, limit_of, peak_bytes
from lightwork.analysis.recommendation import Recommendation
from lightwork.core.study import SERIAL, Cell, Study
from lightwork.render.filters import UNFILTERED, Facets
from lightwork.render.palette import Look, variant_look
from lightwork.text.quantities import counted, size
from lightwork.text.variants import Variant, variant_name

CURVES_SHOWN = 8
FAR = 3  # times the largest peak: a limit above that would squeeze the data


@dataclass(frozen=True)
class Peaks:
    """A variant's peaks over workers: (workers, bytes), the largest of the cell's rounds and its probing round."""

    name: str
    look: Look
    pss: tuple[tuple[int, int], ...]
    uss: tuple[tuple[int, int], ...]
    chosen: bool
    facets: Facets = UNFILTERED


@dataclass(frozen=True)
class MemoryChart:
    """All of a memory figure. more: variants that are not drawn. limit is None where the machine did not tell."""

    curves: tuple[Peaks, ...]
    more: int
    limit: Limit | None

    @property
    def largest_bytes(self) -> int:
        """The largest peak that is drawn."""
        return max(peak for curve in self.curves for _, peak in (*curve.pss, *curve.uss))

    @property
    def draws_limit(self) -> bool:
        """Whether the limit is near enough to be a line; else words say that it is far above."""
        return self.limit is not None and self.limit.size_bytes <= FAR * self.largest_bytes


def memory_chart(
    study: Study, recommendation: Recommendation, looks: Mapping[str, Look], machine: Mapping[str, object]
) -> MemoryChart | None:
    """The study's memory figure, the recommended variant first; None where no round has a sample."""
    grouped: dict[Variant, list[Cell]] = {}
    for cell in study.cells:
        if cell.setting.strategy != SERIAL:
            grouped.setdefault(Variant.of(cell), []).append(cell)
    chosen = recommendation.chosen.cell.cell_id if recommendation.chosen is not None else ""
    places: dict[str, int] = {}
    curves = []
    for variant in sorted(grouped):  # in this order every figure gives the variants of a strategy their dashes
        place = places[variant.strategy] = places.get(variant.strategy, -1) + 1
        curves.append(_peaks(variant, grouped[variant], variant_look(looks[variant.strategy], place), chosen))
    with_peaks = sorted((curve for curve in curves if curve.pss), key=lambda curve: not curve.chosen)
    if not with_peaks:
        return None
    return MemoryChart(tuple(with_peaks[:CURVES_SHOWN]), max(0, len(with_peaks) - CURVES_SHOWN), limit_of(machine))


def worker_bytes(curves: Iterable[Peaks]) -> float | None:
    """What one more worker costs: the slope from the fewest to the most workers, in the median variant."""
    ends = [(curve.pss[0], curve.pss[-1]) for curve in curves if len(curve.pss) > 1]
    slopes = [(most[1] - fewest[1]) / (most[0] - fewest[0]) for fewest, most in ends]
    return median(slopes) if slopes else None


def finding(chart: MemoryChart) -> str:
    """The figure in a sentence: the largest peak, what a worker more costs, and how far the limit is."""
    most = f"At most {size(chart.largest_bytes)} at a time"
    cost = worker_bytes(chart.curves)
    if cost is None:
        return f"{most}. {_room(chart, inf)}"
    cost_words = f"one more worker costs about {size(cost)}" if cost > 0 else "more workers cost no more memory"
    return f"{most}; {cost_words}. {_room(chart, cost)}"


def _room(chart: MemoryChart, cost_bytes: float) -> str:
    limit = chart.limit
    if limit is None:
        return "How much there is was not recorded."
    left_bytes = limit.size_bytes - chart.largest_bytes
    if left_bytes <= 0:
        return f"That is above {limit.name}, {size(limit.size_bytes)}."
    more = int(left_bytes / cost_bytes) if cost_bytes > 0 else 0
    room = f"; at that rate there is room for {counted(more, 'more worker')}" if chart.draws_limit and more else ""
    return f"{limit.name[:1].upper()}{limit.name[1:]} is {size(limit.size_bytes)}{room}."


def _peaks(variant: Variant, cells: Iterable[Cell], look: Look, chosen: str) -> Peaks:
    cells = sorted(cells, key=lambda cell: cell.setting.workers)
    return Peaks(
        variant_name(variant),
        look,
        _points(cells, "peak_pss_bytes"),
        _points(cells, "peak_uss_bytes"),
        chosen in {cell.cell_id for cell in cells},
        Facets(variant.strategy, variant.start_method),
    )


def _points(cells: Iterable[Cell], name: str) -> tuple[tuple[int, int], ...]:
    peaks = [(cell.setting.workers, peak_bytes(cell, name)) for cell in cells]
    return tuple((workers, peak) for workers, peak in peaks if peak is not None)
