"""Where every setting's workers spent their time: a bar as long as their number, of useful work and losses.

    map
      2 workers   |useful work|blocking|
      4 workers   |useful work  |start-up|    blocking   |

Useful work + all lost speedups = workers, exactly. A cause can be less than 0: items took less than serially. Drawn in
its place, such a part would hide its neighbour; so it stands left of the zero line, and the bar is longer by as much.
Draw it inside `svg.style`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING, Any

from matplotlib.collections import PolyCollection

from lightwork.analysis.basis import ranked
from lightwork.analysis.recommendation import Recommendation
from lightwork.analysis.scaling import StudyScaling
from lightwork.core.causes import Cause
from lightwork.core.losses import Losses
from lightwork.core.study import Cell
from lightwork.render.canvas import swatch
from lightwork.render.filters import Facets
from lightwork.render.palette import INK, ITEMS, LIMIT, PAPER, USEFUL, cause_colour
from lightwork.render.tooltips import Drawing, Tooltip
from lightwork.report.charts.row_axes import LINE, row_axes, row_id
from lightwork.report.charts.waterfall import SHORT
from lightwork.text.quantities import MINUS, counted, number
from lightwork.text.variants import Variant, variant_name

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SHOWN = 90  # settings
ORDER = (USEFUL, ITEMS, *Cause)
VISIBLE = 1 / 500  # of the axis
BAR, GAP = 10.0, 2.5  # points: a bar's height, and from the top of its line
Corners = list[tuple[float, float]]


@dataclass(frozen=True)
class LossBar:
    """One setting's. parts: speedup by USEFUL or ITEMS and cause, which sum to the workers."""

    variant: str
    workers: int
    parts: Mapping[str, Fraction]
    facets: Facets

    @cached_property
    def spans(self) -> dict[str, tuple[Fraction, Fraction]]:
        """From where to where each part reaches: right from 0 one after the other, or left where it is less than 0."""
        ends, spans = {False: Fraction(0), True: Fraction(0)}, {}
        for name in ORDER:
            if value := self.parts.get(name):
                start = ends[value < 0]
                ends[value < 0] = start + value
                spans[name] = (start, start + value)
        return spans

    @property
    def words(self) -> str:
        """All parts in words."""
        parts = (f"{name} {number(float(self.parts[name])).replace('-', MINUS)}" for name in self.spans)
        return f"{self.variant}, {counted(self.workers, 'worker')}: {'; '.join(parts)}"


@dataclass(frozen=True)
class LossBars:
    """A study's bars, those of one variant together; and how many more settings there are."""

    shown: tuple[LossBar, ...]
    more: int

    @property
    def names(self) -> list[str]:
        """Every part that any bar has, in order."""
        return [name for name in ORDER if any(name in bar.spans for bar in self.shown)]

    @property
    def ends(self) -> tuple[float, float]:
        """The axis: its lower and its upper end."""
        ends = [float(end) for bar in self.shown for span in bar.spans.values() for end in span]
        return min([0.0, *ends]), max(ends)

    @property
    def has_negative(self) -> bool:
        """Whether anything left of zero can be seen."""
        low, high = self.ends
        return -low >= VISIBLE * (high - low)


def loss_bars(scaling: StudyScaling, recommendation: Recommendation, losses: Mapping[str, Losses]) -> LossBars | None:
    """Every setting that may be compared: the recommended variant first, then from the fastest on; None without any."""
    grouped: dict[Variant, list[Cell]] = {}
    for scaled in reversed(ranked(scaling)):
        if scaled.cell.cell_id in losses:
            grouped.setdefault(Variant.of(scaled.cell), []).append(scaled.cell)
    chosen = recommendation.chosen.cell if recommendation.chosen is not None else None
    order = sorted(grouped.items(), key=lambda group: chosen not in group[1])
    bars = [bar for variant, cells in order for bar in _bars(variant, cells, losses)]
    return LossBars(tuple(bars[:SHOWN]), max(0, len(bars) - SHOWN)) if bars else None


def _bars(variant: Variant, cells: Sequence[Cell], losses: Mapping[str, Losses]) -> Iterator[LossBar]:
    for cell in sorted(cells, key=lambda cell: cell.setting.workers):
        yield LossBar(variant_name(variant), cell.setting.workers, parts_of(losses[cell.cell_id]), Facets.of(cell))


def parts_of(losses: Losses) -> dict[str, Fraction]:
    """A setting's speedup, kept and lost."""
    parts: dict[str, Fraction] = {ITEMS if losses.useful_ns is None else USEFUL: losses.speedup}
    return parts | dict(losses.lost_speedup())


def loss_drawing(bars: LossBars) -> Drawing:
    """All bars on one axis, a mark where each setting's number of workers is."""
    groups = [(name, list(group)) for name, group in groupby(bars.shown, lambda bar: bar.variant)]
    entries = [(swatch(cause_colour(name)), SHORT.get(name, name)) for name in bars.names]
    figure, axes, tops = row_axes(
        [(name, [counted(bar.workers, "worker") for bar in group]) for name, group in groups], entries
    )
    axes.set_xlim(*bars.ends)
    axes.set_xlabel("speedup: kept, then lost, up to the workers")
    axes.axvline(0, color=LIMIT, linewidth=0.8)
    for place, (bar, top) in enumerate(zip(bars.shown, tops, strict=True)):
        _draw(axes, bar, top, row_id(place))
    tooltips = tuple(Tooltip(0, top, bar.words, bar.facets, LINE) for bar, top in zip(bars.shown, tops, strict=True))
    facets = {row_id(place): bar.facets for place, bar in enumerate(bars.shown)}
    return Drawing(figure, axes.transData, facets, tooltips)


def _draw(axes: "Axes", bar: LossBar, top: float, gid: str) -> None:
    boxes, colours = [_box(span, top) for span in bar.spans.values()], [cause_colour(name) for name in bar.spans]
    style: dict[str, Any] = {"edgecolors": PAPER, "linewidths": 0.5, "gid": gid, "clip_on": False}
    axes.add_artist(PolyCollection(boxes, facecolors=colours, transform=axes.transData, **style))
    ends = (top + GAP - 1, top + GAP + BAR + 1)
    axes.plot([bar.workers] * 2, ends, color=INK, linewidth=1.4, gid=gid, clip_on=False)


def _box(span: tuple[Fraction, Fraction], top: float) -> Corners:
    start, end = map(float, span)
    upper, lower = top + GAP, top + GAP + BAR
    return [(start, upper), (end, upper), (end, lower), (start, lower)]
