"""Tooltips: where the pointer or the keyboard finds a chart's figures in words, over what matplotlib drew.

A tooltip is a transparent circle, row or column with a title, which browsers show by themselves; the page's script
shows it at once, and to the keyboard too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup
from matplotlib.figure import Figure
from matplotlib.transforms import Transform

from lightwork.core.estimate import Estimate
from lightwork.render import svg
from lightwork.render.canvas import POINTS_PER_INCH
from lightwork.render.filters import UNFILTERED, Facets
from lightwork.text.quantities import counted, duration, times

RADIUS = 7.0
ROUNDS_SHOWN = 12


@dataclass(frozen=True)
class Tooltip:
    """A place in the axes' data, what stands there in words, and by what it is filtered.

    height: of a row or a column, in the axes' data, None for a point; width: of a column, None for the whole figure's.
    """

    x: float
    y: float
    words: str
    facets: Facets = UNFILTERED
    height: float | None = None
    width: float | None = None


@dataclass(frozen=True)
class Drawing:
    """A figure for the page: facets by the id of a drawn group, and tooltips at places of its data.

    places: from the axes' data to points from the figure's lower left.
    """

    figure: Figure
    places: Transform
    facets: Mapping[str, Facets] = field(default_factory=dict)
    tooltips: tuple[Tooltip, ...] = ()

    def inline(self, prefix: str, title: str) -> Markup:
        """The drawing as SVG in the body of a page; `title` is read out. To be called inside `svg.style`."""
        attributes = {name: facets.attributes for name, facets in self.facets.items()}
        return svg.inline(svg.svg_bytes(self.figure), prefix, title, attributes, self._over())

    def _over(self) -> Markup:
        marks = Markup("").join(map(self._mark, self.tooltips))
        return Markup('<g class="tooltips">{}</g>').format(marks) if self.tooltips else Markup("")

    def _mark(self, tooltip: Tooltip) -> Markup:
        kind, shape = self._shape(tooltip)
        mark = Markup("<{} {}{}><title>{}</title></{}>")
        return mark.format(kind, Markup(shape), tooltip.facets.attributes, tooltip.words, kind)  # noqa: S704  numbers alone

    def _shape(self, tooltip: Tooltip) -> tuple[str, str]:
        """A tooltip's element and its size, in points from the figure's upper left, as the SVG counts."""
        x, y = self._place(tooltip.x, tooltip.y)
        if tooltip.height is None:
            return "circle", f'cx="{_short(x)}" cy="{_short(y)}" r="{RADIUS:g}"'
        right, end = self._place(tooltip.x + (tooltip.width or 0.0), tooltip.y + tooltip.height)
        left, right = (0.0, self.figure.get_figwidth() * POINTS_PER_INCH) if tooltip.width is None else (x, right)
        size = f'width="{_short(right - left)}" height="{_short(abs(end - y))}"'
        return "rect", f'x="{_short(left)}" y="{_short(min(y, end))}" {size}'

    def _place(self, x: float, y: float) -> tuple[float, float]:
        across, up = self.places.transform((x, y))
        return float(across), self.figure.get_figheight() * POINTS_PER_INCH - float(up)


def _short(points: float) -> str:
    return f"{points:.1f}".removesuffix(".0")


def speedup_words(name: str, workers: int, estimate: Estimate, rounds_s: Sequence[float], basis: str) -> str:
    """A point of a speedup curve: what it is, its figure, and the rounds behind it."""
    head = f"{name}, {counted(workers, 'worker')}: {times(estimate)} {basis}"
    return f"{head}. {rounds_words(rounds_s)}"


def rounds_words(rounds_s: Sequence[float]) -> str:
    """The wall times of a cell's rounds, as many as can be read."""
    more = len(rounds_s) - ROUNDS_SHOWN
    times = ", ".join(duration(value) for value in rounds_s[:ROUNDS_SHOWN])
    return f"{counted(len(rounds_s), 'round')} as measured: {times}{f' and {more} more' if more > 0 else ''}"
