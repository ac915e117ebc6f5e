"""Axes with a line for each setting, below the name of its variant; what stands on the lines is drawn by others.

Placed by hand in points, so that no text is laid over text or data. To be called inside `svg.style`.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from matplotlib.figure import Figure

from lightwork.render.canvas import WIDTH, LegendEntry, canvas, label, legend, legend_height
from lightwork.render.palette import INK, MUTED, PAPER

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.transforms import Transform

NAME, LINE, LEFT, RIGHT, TOP, BOTTOM = 18.0, 14.5, 64.0, 14.0, 4.0, 38.0
COLUMNS = 2  # of the legend


def row_axes(
    groups: Sequence[tuple[str, Sequence[str]]], entries: Sequence[LegendEntry] = ()
) -> tuple[Figure, "Axes", list[float]]:
    """The figure, its axes and where each line begins, down from 0; groups: a name and those of its lines.

    The words of line N have the id of `row_id(N)`, and so should whatever is drawn on it.
    """
    height = sum(NAME + LINE * len(rows) for _, rows in groups)
    foot = legend_height(entries, COLUMNS)
    figure, axes = canvas(WIDTH, height + BOTTOM + foot + TOP, (LEFT, BOTTOM + foot, RIGHT, TOP))
    axes.set_ylim(height, 0)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.grid(visible=True, axis="x")
    axes.locator_params(axis="x", nbins=5)
    legend(figure, entries, COLUMNS)
    return figure, axes, list(_name_rows(axes, groups))


def row_id(place: int) -> str:
    """Of all that stands on a line."""
    return f"row-{place}"


def gutter(axes: "Axes") -> "Transform":
    """Across in shares of the axes, down in their data."""
    return axes.get_yaxis_transform()


def _name_rows(axes: "Axes", groups: Sequence[tuple[str, Sequence[str]]]) -> list[float]:
    at, tops = 0.0, list[float]()
    beside: dict[str, Any] = {"xycoords": gutter(axes), "textcoords": "offset points", "annotation_clip": False}
    for name, rows in groups:
        box = {"facecolor": PAPER, "linewidth": 0, "pad": 1.0}
        axes.annotate(label(name), (0, at + NAME - 4), (4 - LEFT, 0), color=INK, bbox=box, **beside)
        at += NAME
        for row in rows:
            axes.annotate(row, (0, at + 9), (-5, 0), color=MUTED, ha="right", gid=row_id(len(tops)), **beside)
            tops.append(at)
            at += LINE
    return tops
