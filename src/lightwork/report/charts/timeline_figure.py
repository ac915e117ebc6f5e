"""Draws a worker timeline with matplotlib, so that it can leave the page as a picture. Call it inside `svg.style`.

The boxes and words are the page's own; only colours are repeated here, where a style sheet can't reach.
"""

from collections.abc import Iterable
from typing import Any

from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.figure import Figure

from lightwork.core.causes import Cause
from lightwork.render.canvas import plane
from lightwork.render.palette import INK, LIMIT, MUTED, USEFUL, cause_colour
from lightwork.report.charts.timeline import WIDTH, Box, Text, Timeline

FILLS: dict[str, dict[str, Any]] = {
    "lane": {"facecolor": cause_colour(Cause.DISPATCH), "alpha": 0.22},
    "startup": {"facecolor": cause_colour(Cause.START_UP)},
    "tail": {"facecolor": cause_colour(Cause.TAIL)},
    "teardown": {"facecolor": cause_colour(Cause.TEARDOWN)},
    "done": {"facecolor": cause_colour(USEFUL)},
    "done-dense": {"facecolor": cause_colour(USEFUL)},
    "raised": {"facecolor": "#a8201a"},
    "longest": {"facecolor": "none", "edgecolor": INK, "linewidth": 1.1},
}
for _shade, _alpha in enumerate((0.3, 0.5, 0.75, 1.0), 1):
    FILLS[f"busy-{_shade}"] = {"facecolor": cause_colour(USEFUL), "alpha": _alpha}


def timeline_figure(timeline: Timeline) -> Figure:
    """A round's lanes, the longest items outlined and numbered."""
    figure, places = plane(WIDTH, timeline.height, (0, 0, 0, 0), (0, timeline.height, WIDTH, 0))

    def write(texts: Iterable[Text], side: str, **style: Any) -> None:
        for text in texts:
            figure.text(text.x, text.y, text.words, ha=side, transform=places, **style)

    for mark in timeline.marks:
        if mark.kind in FILLS:
            style = {"linewidth": 0, **FILLS[mark.kind]}
            figure.add_artist(PolyCollection([_corners(box) for box in mark.boxes], transform=places, **style))
    ticks = [[(tick.x, timeline.axis_y), (tick.x, timeline.axis_y + 4)] for tick in timeline.ticks]
    figure.add_artist(LineCollection(ticks, colors=LIMIT, linewidths=0.8, transform=places))
    write(timeline.numbers, "center", weight="bold")
    write(timeline.lanes, "right", color=MUTED)
    write(timeline.ticks, "center", color=MUTED)
    return figure


def _corners(box: Box) -> list[tuple[float, float]]:
    left, top, width, height = box
    return [(left, top), (left + width, top), (left + width, top + height), (left, top + height)]
