"""Draws anew with matplotlib what the page's template draws, so that it can leave the page as a picture of its own.

The paths and words are the page's own; only colours are repeated here, where a style sheet can't reach. Call these
inside `svg.style`.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from lightwork.render.canvas import canvas
from lightwork.render.chart_axes import Label
from lightwork.render.palette import CAUSES, INK, LIMIT, MUTED, PAPER, WORKERS, cause_class
from lightwork.report.charts import histogram, losscurve, timeline
from lightwork.report.charts.histogram import Histogram
from lightwork.report.charts.losscurve import LossCurve, LossCurves
from lightwork.report.charts.timeline import Timeline
from lightwork.report.charts.waterfall import Waterfall

TOKENS = re.compile(r"[MLHVhvz]|-?\d+(?:\.\d+)?")
TEXT_SIZE = 8.5
FILLS = {cause_class(name): light for name, (light, _) in CAUSES.items()} | {cause_class(WORKERS): LIMIT}
USEFUL, BAD = FILLS["cause-useful-work"], "#a8201a"
SHADES = {f"busy-{shade}": (USEFUL, alpha) for shade, alpha in enumerate((0.3, 0.5, 0.75, 1.0), 1)}
MARKS: dict[str, tuple[str, float]] = {
    "lane": (FILLS["cause-dispatch"], 0.22),
    "startup": (FILLS["cause-start-up"], 1.0),
    "tail": (FILLS["cause-tail"], 1.0),
    "teardown": (FILLS["cause-teardown"], 1.0),
    "done": (USEFUL, 1.0),
    "done-dense": (USEFUL, 1.0),
    "raised": (BAD, 1.0),
    **SHADES,
}
ANCHORS = {"start": "left", "middle": "center", "end": "right"}
LINE: dict[str, Any] = {"fill": False, "linewidth": 0.8, "edgecolor": LIMIT}


@dataclass(frozen=True)
class Sheet:
    """A plane of SVG user units, y downwards, each a point of the figure."""

    figure: Figure
    axes: Axes

    @classmethod
    def of(cls, width: float, height: float) -> "Sheet":
        """An empty one."""
        figure, axes = canvas(width, height, (0, 0, 0, 0))
        axes.set_xlim(0, width)
        axes.set_ylim(height, 0)
        axes.set_axis_off()
        return cls(figure, axes)

    def path(self, path: str, **style: Any) -> None:
        """An SVG path of straight lines; nothing where it is empty."""
        if path:
            self.axes.add_patch(PathPatch(parsed(path), clip_on=False, **{"linewidth": 0, **style}))

    def words(self, labels: Iterable[Label], colour: str = INK, **style: Any) -> None:
        """Words at their places."""
        for label in labels:
            side: Any = ANCHORS[label.anchor]
            self.axes.text(label.x, label.y, label.words, color=colour, fontsize=TEXT_SIZE, ha=side, **style)


def parsed(path: str) -> Path:
    """An SVG path of M, L, H, V, h, v and z. Raises ValueError where it begins with anything but M."""
    tokens = TOKENS.findall(path)
    points: list[tuple[float, float]] = []
    codes: list[Any] = []
    x = y = 0.0
    command, place = "", 0
    while place < len(tokens):
        if tokens[place].isalpha():
            command, place = tokens[place], place + 1
        if command == "z":
            points.append(points[-1])
            codes.append(Path.CLOSEPOLY)
            command = ""
            continue
        x, y, taken = _moved(command, x, y, tokens[place : place + 2])
        points.append((x, y))
        codes.append(Path.MOVETO if command == "M" else Path.LINETO)
        place += taken
    return Path(points, codes)


def _moved(command: str, x: float, y: float, ahead: list[str]) -> tuple[float, float, int]:
    """Where the command leads to, and how many numbers it took."""
    first = float(ahead[0])
    match command:
        case "M" | "L":
            return first, float(ahead[1]), 2
        case "H":
            return first, y, 1
        case "V":
            return x, first, 1
        case "h":
            return x + first, y, 1
        case "v":
            return x, y + first, 1
    raise ValueError(f"an SVG path can't go on with {command!r} here")


def waterfall_figure(drawn: Waterfall) -> Figure:
    """A cell's workers, losses and speedup as bars."""
    sheet = Sheet.of(drawn.width, drawn.height)
    sheet.path(drawn.joins, **LINE)
    sheet.path(drawn.zero, **LINE)
    for bar in drawn.bars:
        sheet.path(bar.path, facecolor=FILLS[bar.kind])
    sheet.words([label for bar in drawn.bars for label in (bar.name, bar.figure)])
    return sheet.figure


def loss_figure(drawn: LossCurve, shared: LossCurves) -> Figure:
    """A variant's useful work and losses, stacked over its workers."""
    sheet = Sheet.of(losscurve.WIDTH, losscurve.HEIGHT)
    for layer in drawn.layers:
        sheet.path(layer.path, facecolor=FILLS[layer.kind], linewidth=0.7, edgecolor=PAPER)
    sheet.path(drawn.useful, fill=False, edgecolor=INK, linewidth=1.6)
    sheet.path(drawn.ideal, fill=False, edgecolor=INK, linewidth=1.0, linestyle=(0, (4, 2)))
    sheet.path(f"M{losscurve.LEFT} {shared.zero:.1f}H{losscurve.WIDTH - losscurve.RIGHT}", **LINE)
    sheet.words(drawn.names)
    middle = (losscurve.LEFT + losscurve.WIDTH - losscurve.RIGHT) / 2
    sheet.words([*shared.heights, *shared.workers, Label(middle, losscurve.HEIGHT - 5, "workers")], MUTED)
    return sheet.figure


def histogram_figure(drawn: Histogram) -> Figure:
    """How many items take how long, the longest named."""
    sheet = Sheet.of(histogram.WIDTH, drawn.height)
    sheet.path(drawn.leaders, **LINE)
    for block in drawn.blocks:
        sheet.path(block.path, facecolor=USEFUL)
    sheet.path(f"M{histogram.LEFT} {drawn.base:.1f}H{histogram.WIDTH - histogram.RIGHT}", **LINE)
    if drawn.share_x is not None:
        share = f"M{drawn.share_x:.1f} {drawn.base:.1f}v-{histogram.PLOT}"
        sheet.path(share, fill=False, edgecolor=INK, linewidth=1.0, linestyle=(0, (4, 2)))
    sheet.words(drawn.names)
    middle = (histogram.LEFT + histogram.WIDTH) / 2
    below = Label(middle, drawn.height - 3, "time of an item, serially")
    sheet.words([*drawn.times, *drawn.counts, below], MUTED)
    return sheet.figure


def timeline_figure(drawn: Timeline) -> Figure:
    """A round's lanes, the longest items outlined and numbered."""
    sheet = Sheet.of(timeline.WIDTH, drawn.height)
    for mark in drawn.marks:
        if mark.kind in MARKS:
            fill, alpha = MARKS[mark.kind]
            sheet.path(mark.path, facecolor=fill, alpha=alpha)
        elif mark.kind == "longest":
            sheet.path(mark.path, fill=False, edgecolor=INK, linewidth=1.1)
    sheet.words((Label(one.x, one.y, one.words) for one in drawn.numbers), weight="bold")
    sheet.words((Label(one.x, one.y, one.words, "end") for one in drawn.lanes), MUTED)
    for tick in drawn.ticks:
        sheet.path(f"M{tick.x:.1f} {drawn.axis_y:.1f}v4", **LINE)
    sheet.words((Label(one.x, one.y, one.words) for one in drawn.ticks), MUTED)
    return sheet.figure
