"""Draws wall times by setting: every round a dot. Call it inside `svg.style`."""

from typing import TYPE_CHECKING, Any

from lightwork.render.palette import MUTED, Look
from lightwork.render.tooltips import Drawing, Tooltip, rounds_words
from lightwork.report.charts.curves import WallGroup, WallRow, high, low
from lightwork.report.charts.row_axes import LINE, gutter, row_axes, row_id
from lightwork.text.quantities import seconds_with_interval, tick

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def wall_drawing(groups: list[WallGroup]) -> Drawing:
    """Wall time by cell: every round a dot, the median and its interval; each variant's name above its lines.

    Rounds left out as disturbed are hollow dots: seen, and in no median.
    """
    figure, axes, tops = row_axes([(group.name, [row.name for row in group.rows]) for group in groups])
    rows = [(group, row) for group in groups for row in group.rows]
    walls_s = [value for _, row in rows for value in (*row.rounds_s, *row.excluded_s)]
    axes.set_xlim(0, max(walls_s, default=1.0) * 1.04)
    axes.xaxis.set_major_formatter(lambda value, _: tick(value))
    axes.set_xlabel("wall time of a round")
    for place, (top, (group, row)) in enumerate(zip(tops, rows, strict=True)):
        _wall_line(axes, top, row, group.look, row_id(place))
    tooltips = tuple(
        Tooltip(0, top, _tooltip_words(group, row), row.facets, LINE)
        for top, (group, row) in zip(tops, rows, strict=True)
    )
    facets = {row_id(place): row.facets for place, (_, row) in enumerate(rows)}
    return Drawing(figure, axes.transData, facets, tooltips)


def _tooltip_words(group: WallGroup, row: WallRow) -> str:
    figure = seconds_with_interval(row.wall) if row.wall is not None else row.text or "no median"
    excluded = f"; excluded, {rounds_words(row.excluded_s)}" if row.excluded_s else ""
    return f"{group.name}, {row.name}: {figure}. {rounds_words(row.rounds_s)}{excluded}"


def _wall_line(axes: "Axes", at: float, row: WallRow, look: Look, gid: str) -> None:
    if row.text:
        axes.text(0.012, at + 9, row.text, transform=gutter(axes), color=MUTED, gid=gid)
    if row.wall is not None:
        ends = [low(row.wall), high(row.wall)]
        axes.plot(ends, [at + 4] * 2, color=look.colour, linewidth=2.4, alpha=0.55, gid=gid)
        axes.plot([row.wall.point], [at + 4], color=look.colour, marker=look.marker, markersize=5, zorder=4, gid=gid)
    dots: dict[str, Any] = {"color": look.colour, "marker": "o", "linestyle": "none", "gid": gid}
    filled: dict[str, Any] = {**dots, "markersize": 2.3, "markeredgewidth": 0, "alpha": 0.6}
    axes.plot(row.rounds_s, [at + 9.5] * len(row.rounds_s), **filled)
    hollow: dict[str, Any] = {**dots, "markersize": 3.0, "markeredgewidth": 0.8, "markerfacecolor": "none"}
    axes.plot(row.excluded_s, [at + 9.5] * len(row.excluded_s), **hollow)
