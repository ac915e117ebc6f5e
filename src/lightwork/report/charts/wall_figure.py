"""Draws wall times by setting: every round a dot. Call it inside `svg.style`.

Placed by hand in points, so that no text is laid over text or data: names of rows stand above their line.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from lightwork.render.canvas import WIDTH, canvas, label
from lightwork.render.palette import INK, MUTED, PAPER, Look
from lightwork.render.tooltips import Drawing, Tooltip, rounds_words
from lightwork.report.charts.curves import WallGroup, WallRow, high, low
from lightwork.text.quantities import seconds_with_interval, tick

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.transforms import Transform

WALL_NAME, WALL_LINE, WALL_LEFT, WALL_FRAME = 16.0, 14.0, 54.0, 38.0


def wall_drawing(groups: list[WallGroup]) -> Drawing:
    """Wall time by cell: every round a dot, the median and its interval; each variant's name above its lines.

    Rounds left out as disturbed are hollow dots: seen, and in no median.
    """
    height = sum(WALL_NAME + WALL_LINE * len(group.rows) for group in groups)
    figure, axes = canvas(WIDTH, height + WALL_FRAME, (WALL_LEFT, 32, 14, 4))
    axes.set_ylim(height, 0)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.grid(visible=True, axis="x")
    tooltips = tuple(_wall_lines(axes, groups))
    walls = [value for group in groups for row in group.rows for value in (*row.rounds_s, *row.excluded_s)]
    axes.set_xlim(0, max(walls, default=1.0) * 1.04)
    axes.xaxis.set_major_formatter(lambda value, _: tick(value))
    axes.locator_params(axis="x", nbins=5)
    axes.set_xlabel("wall time of a round")
    facets = {_row_id(place): tooltip.facets for place, tooltip in enumerate(tooltips)}
    return Drawing(figure, axes.transData, facets, tooltips)


def _row_id(place: int) -> str:
    return f"row-{place}"


def _wall_lines(axes: "Axes", groups: list[WallGroup]) -> Iterator[Tooltip]:
    at, place = 0.0, 0
    for group in groups:
        axes.annotate(
            label(group.name), (0, at + WALL_NAME - 4), (-WALL_LEFT + 4, 0), xycoords=_gutter(axes),
            textcoords="offset points", fontsize=8.5, color=INK, annotation_clip=False,
            bbox={"facecolor": PAPER, "linewidth": 0, "pad": 1.0},
        )  # fmt: skip
        at += WALL_NAME
        for row in group.rows:
            _wall_line(axes, at, row, group.look, _row_id(place))
            yield Tooltip(0, at, _tooltip_words(group, row), row.facets, WALL_LINE)
            at, place = at + WALL_LINE, place + 1


def _tooltip_words(group: WallGroup, row: WallRow) -> str:
    """A row in words: whose it is, its median and interval, its rounds."""
    figure = seconds_with_interval(row.wall) if row.wall is not None else row.text or "no median"
    excluded = f"; excluded, {rounds_words(row.excluded_s)}" if row.excluded_s else ""
    return f"{group.name}, {row.name}: {figure}. {rounds_words(row.rounds_s)}{excluded}"


def _wall_line(axes: "Axes", at: float, row: WallRow, look: Look, gid: str) -> None:
    axes.annotate(
        row.name, (0, at + 8), (-5, 0), xycoords=_gutter(axes), textcoords="offset points", fontsize=8.5,
        color=MUTED, ha="right", annotation_clip=False, gid=gid,
    )  # fmt: skip
    if row.text:
        axes.text(0.012, at + 8, row.text, transform=_gutter(axes), fontsize=8.5, color=MUTED, gid=gid)
    if row.wall is not None:
        ends = [low(row.wall), high(row.wall)]
        axes.plot(ends, [at + 4] * 2, color=look.colour, linewidth=2.4, alpha=0.55, gid=gid)
        axes.plot([row.wall.point], [at + 4], color=look.colour, marker=look.marker, markersize=5, zorder=4, gid=gid)
    dots: dict[str, Any] = {"color": look.colour, "marker": "o", "linestyle": "none", "gid": gid}
    filled: dict[str, Any] = {**dots, "markersize": 2.3, "markeredgewidth": 0, "alpha": 0.6}
    axes.plot(row.rounds_s, [at + 9.5] * len(row.rounds_s), **filled)
    hollow: dict[str, Any] = {**dots, "markersize": 3.0, "markeredgewidth": 0.8, "markerfacecolor": "none"}
    axes.plot(row.excluded_s, [at + 9.5] * len(row.excluded_s), **hollow)


def _gutter(axes: "Axes") -> "Transform":
    """Across in shares of the axes, down in their data."""
    return axes.get_yaxis_transform()
