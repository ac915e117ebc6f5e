"""Spots: where the pointer or the keyboard finds a chart's figures in words, over what matplotlib drew.

A spot is a transparent circle or row with a title, which browsers show by themselves; the page's script shows it at
once, and to the keyboard too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lightwork.core.estimate import Estimate
from lightwork.render import svg
from lightwork.render.canvas import POINTS_PER_INCH
from lightwork.render.filters import UNFILTERED, Facets
from lightwork.text.quantities import counted, duration, times

RADIUS = 7.0
ROUNDS_SHOWN = 12


@dataclass(frozen=True)
class Spot:
    """A place in the axes' data, what stands there in words, and by what it is filtered.

    height: of a row that is as wide as the axes, in their data; None for a point.
    """

    x: float
    y: float
    words: str
    facets: Facets = UNFILTERED
    height: float | None = None


@dataclass(frozen=True)
class Drawing:
    """A figure for the page: facets by the id of a drawn group, and spots on its axes."""

    figure: Figure
    axes: Axes
    facets: Mapping[str, Facets] = field(default_factory=dict)
    spots: tuple[Spot, ...] = ()

    def inline(self, prefix: str, title: str) -> Markup:
        """The drawing as SVG in the body of a page; `title` is read out. To be called inside `svg.style`."""
        attributes = {name: facets.attributes for name, facets in self.facets.items()}
        return svg.inline(svg.svg_bytes(self.figure), prefix, title, attributes, self._over())

    def _over(self) -> Markup:
        marks = Markup("").join(self._mark(spot) for spot in self.spots)
        return Markup('<g class="spots">{}</g>').format(marks) if self.spots else Markup("")

    def _mark(self, spot: Spot) -> Markup:
        x, y = self._place(spot.x, spot.y)
        words = Markup("<title>{}</title>").format(spot.words)
        if spot.height is None:
            shape = f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{RADIUS:g}"{spot.facets.attributes}>'
            return Markup(shape) + words + Markup("</circle>")  # noqa: S704  numbers, and escaped facets
        _, low = self._place(spot.x, spot.y + spot.height)
        width = self.figure.get_figwidth() * POINTS_PER_INCH
        shape = f'<rect x="0" y="{min(y, low):.1f}" width="{width:.1f}" height="{abs(low - y):.1f}"'
        return Markup(f"{shape}{spot.facets.attributes}>") + words + Markup("</rect>")  # noqa: S704  as above

    def _place(self, x: float, y: float) -> tuple[float, float]:
        """A place of the axes' data in points from the figure's upper left, as the SVG counts."""
        across, up = self.axes.transData.transform((x, y))
        scale = POINTS_PER_INCH / self.figure.dpi
        return float(across) * scale, self.figure.get_figheight() * POINTS_PER_INCH - float(up) * scale


def speedup_words(name: str, workers: int, found: Estimate, rounds_s: Sequence[float], basis: str) -> str:
    """A point of a speedup curve: what it is, its figure, and the rounds behind it."""
    head = f"{name}, {counted(workers, 'worker')}: {times(found)} {basis}"
    return f"{head}. {rounds_words(rounds_s)}"


def rounds_words(rounds_s: Sequence[float]) -> str:
    """The wall times of a cell's rounds, as many as can be read."""
    more = len(rounds_s) - ROUNDS_SHOWN
    told = ", ".join(duration(value) for value in rounds_s[:ROUNDS_SHOWN])
    return f"{counted(len(rounds_s), 'round')} as measured: {told}{f' and {more} more' if more > 0 else ''}"
