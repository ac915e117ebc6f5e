"""The pictures of a line, drawn by matplotlib like the report's; to be called inside `svg.style`.

Left: the recommended setting's speedup, and below it the number of its workers. Right: what serial and it took.
Runs stand one beside the other in order, at equal distances; where they are many, only some are named.
"""

from collections.abc import Sequence
from math import isfinite, nan
from typing import TYPE_CHECKING, Any

from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from lightwork.core.estimate import Estimate
from lightwork.history.changes import Kind, changes
from lightwork.history.line import Line, Point
from lightwork.history.run import Word
from lightwork.render.canvas import (
    IDEAL_LINE,
    LEGEND_LINE,
    POINTS_PER_INCH,
    RIGHT,
    TOP,
    WIDE,
    WIDTH,
    LegendEntry,
    legend,
    legend_height,
    log_values,
    swatch,
    upright_axis,
)
from lightwork.render.palette import BAND, INK, MUTED, NEUTRAL, PAPER, RULE, SERIES
from lightwork.report.charts.curves import high, low
from lightwork.text.quantities import tick

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LEFT = 52.0  # room for "500 ms"; the same in both pictures, so that a run stands at one place in both
SPEEDUP_HEIGHT, WORKERS_HEIGHT, BETWEEN = 190.0, 62.0, 16.0
LETTER, UPRIGHT_LINE = 6.6, 14.0
WORD_LINE = 14.0  # across, for an upright word in a gap
FULL_SIZE_UNTIL, SMALL_UNTIL = 40, 100  # runs
OWN, SERIAL_COLOUR = SERIES[0][0], NEUTRAL
BREAK_DASH = (0, (3, 2))
WORD_MARKS = {Word.SERIAL: "_", Word.UNKNOWN: "x", Word.NOTHING: "D", Word.ABSENT: "|"}


def speedup_picture(line: Line) -> Figure:
    """Speedup with its interval over the runs, and on the same axis the recommended number of workers, in steps."""
    entries = _speedup_entries(line)
    figure, (upper, lower) = _frame(line, entries, (SPEEDUP_HEIGHT, WORKERS_HEIGHT))
    _speedups(upper, line)
    _workers(lower, line)
    upper.tick_params(labelbottom=False)
    _name_runs(lower, line)
    legend(figure, entries)
    return figure


def times_picture(line: Line) -> Figure:
    """Wall times of the serial reference and of the recommended setting over the same runs."""
    entries = _times_entries(line)
    figure, (axes,) = _frame(line, entries, (SPEEDUP_HEIGHT + BETWEEN + WORKERS_HEIGHT,))
    serial = {place: point.standing.serial_s for place, point in enumerate(line.points) if point.standing}
    estimates = {
        place: point.standing.chosen.wall_s
        for place, point in enumerate(line.points)
        if point.standing and point.standing.chosen
    }
    _wall_axis(
        axes,
        [
            end
            for estimate in (*serial.values(), *estimates.values())
            if estimate
            for end in (low(estimate), high(estimate))
        ],
    )
    _walls(axes, line, serial, SERIAL_COLOUR, "s")
    _walls(axes, line, estimates, OWN, "o")
    _breaks([axes], line)
    _name_runs(axes, line)
    legend(figure, entries)
    return figure


def _frame(line: Line, entries: Sequence[LegendEntry], heights: Sequence[float]) -> tuple[Figure, list["Axes"]]:
    """A figure with axes of these heights, in points, one below the other; room for names and legend below them."""
    foot = _names_height(line) + 10 + legend_height(entries)
    whole = TOP + sum(heights) + BETWEEN * (len(heights) - 1) + foot
    figure = Figure(figsize=(WIDTH / POINTS_PER_INCH, whole / POINTS_PER_INCH))
    all_axes: list[Axes] = []
    top = whole - TOP
    for height in heights:
        box = (LEFT / WIDTH, (top - height) / whole, (WIDTH - LEFT - RIGHT) / WIDTH, height / whole)
        axes = figure.add_axes(box)
        axes.set_xlim(-0.6, len(line.points) - 0.4)
        axes.set_xticks([])
        axes.grid(visible=True, axis="y")
        all_axes.append(axes)
        top -= height + BETWEEN
    return figure, all_axes


def _names_height(line: Line) -> float:
    longest = max(len(point.run.name) for point in line.points)
    return LEGEND_LINE if _across(line) else LETTER * longest + 4


def _across(line: Line) -> bool:
    room = (WIDTH - LEFT - RIGHT) / max(1, len(line.points))
    return all(LETTER * len(point.run.name) + 6 < room for point in line.points)


def _name_runs(axes: "Axes", line: Line) -> None:
    """The runs' names below the axis, as many as there is room for, the latest always among them."""
    count = len(line.points)
    most = count if _across(line) else int((WIDTH - LEFT - RIGHT) // UPRIGHT_LINE)
    step = -(-count // most)
    places = range((count - 1) % step, count, step)
    axes.set_xticks(list(places), [line.points[place].run.name for place in places])
    axes.tick_params(axis="x", labelrotation=0 if _across(line) else 90)


def _speedups(axes: "Axes", line: Line) -> None:
    estimates = {place: speedup for place, point in enumerate(line.points) if (speedup := line.speedup(point))}
    _noise(axes, line)
    axes.axhline(1, zorder=1, **IDEAL_LINE)
    _joined(axes, line, estimates, OWN, "o")
    ringed = [change.speedup for change in changes(line) if change.speedup]
    _rings(axes, line)
    upright_axis(axes, 1.08 * max([1.2, *(high(estimate) for estimate in (*estimates.values(), *ringed))]))
    _gaps(axes, line)
    _breaks([axes], line)


def _rings(axes: "Axes", line: Line) -> None:
    """A ring around every new speedup; in a gap, where nothing is recommended, it stands alone at that height."""
    style: dict[str, Any] = {"facecolors": "none", "edgecolors": INK, "linewidths": 1.2}
    for change in changes(line):
        if change.speedup:
            axes.scatter([change.place], [change.speedup.point], s=95, zorder=5, **style)


def _noise(axes: "Axes", line: Line) -> None:
    """Each run's noise floor around 1; one collection, because a patch for each of many runs takes long to draw."""
    floors = [min(line.noise_floor(point), 1.0) for point in line.points if isfinite(line.noise_floor(point))]
    places = [place for place, point in enumerate(line.points) if isfinite(line.noise_floor(point))]
    boxes = [
        [(place - 0.5, 1 - floor), (place + 0.5, 1 - floor), (place + 0.5, 1 + floor), (place - 0.5, 1 + floor)]
        for place, floor in zip(places, floors, strict=True)
    ]
    axes.add_collection(PolyCollection(boxes, facecolors=BAND, linewidths=0, zorder=0))


def _joined(axes: "Axes", line: Line, estimates: dict[int, Estimate], colour: str, marker: str) -> None:
    """Points with their intervals, joined where they may be; hollow where the run had uncommitted changes."""
    for piece in line.pieces():
        places = [place for place in piece if place in estimates]
        points = [estimates[place].point for place in places]
        axes.plot(places, points, color=colour, linewidth=0.9, alpha=0.55, zorder=2)
    for dirty in (False, True):
        places = [place for place in estimates if line.points[place].run.dirty is dirty]
        points = [estimates[place].point for place in places]
        down = [max(0.0, estimates[place].point - low(estimates[place])) for place in places]
        up = [max(0.0, high(estimates[place]) - estimates[place].point) for place in places]
        axes.errorbar(
            places, points, yerr=[down, up], elinewidth=1.0, capsize=2 if len(line.points) <= FULL_SIZE_UNTIL else 0,
            zorder=3, linestyle="none", color=colour, marker=marker, markersize=_size(line),
            markerfacecolor=PAPER if dirty else colour,
        )  # fmt: skip


def _size(line: Line) -> float:
    count = len(line.points)
    return 5.0 if count <= FULL_SIZE_UNTIL else 3.2 if count <= SMALL_UNTIL else 2.2


def _gaps(axes: "Axes", line: Line) -> None:
    """Where nothing is recommended: a band, its mark, and its word where there is room for it."""
    spans, across = line.gaps(), axes.get_xaxis_transform()
    boxes = [[(first - 0.5, 0), (last + 0.5, 0), (last + 0.5, 1), (first - 0.5, 1)] for _, first, last in spans]
    bands = PolyCollection(boxes, facecolors=BAND, alpha=0.75, linewidths=0, zorder=0.5, transform=across)
    axes.add_collection(bands, autolim=False)
    for word, mark in WORD_MARKS.items():
        places = [place for place, point in enumerate(line.points) if point.word is word]
        style: dict[str, Any] = {"color": MUTED, "linewidths": 1.0, "transform": across, "zorder": 4, "clip_on": False}
        axes.scatter(places, [0.02] * len(places), marker=mark, s=6 * _size(line), **style)
    room = (WIDTH - LEFT - RIGHT) / (len(line.points) + 0.2)
    for word, first, last in spans:
        if room * (last - first + 1) >= WORD_LINE:
            middle, words = (first + last) / 2, str(word)
            axes.text(
                middle, 0.5, words, transform=across, rotation=90, ha="center", va="center", color=MUTED, zorder=4
            )


def _breaks(all_axes: Sequence["Axes"], line: Line) -> None:
    for place, point in enumerate(line.points):
        if point.broken:
            for axes in all_axes:
                axes.axvline(place - 0.5, color=INK, linewidth=1.0, linestyle=BREAK_DASH, zorder=1)


def _workers(axes: "Axes", line: Line) -> None:
    """The recommended number of workers, level from half-way before a run to half-way after it."""
    counts = {place: count for place, point in enumerate(line.points) if (count := _recommended(point))}
    across: list[float] = []
    up: list[float] = []
    for piece in line.pieces():
        across += [edge for place in piece for edge in (place - 0.5, place + 0.5)] + [piece[-1] + 0.5]
        up += [counts[place] for place in piece for _ in range(2)] + [nan]
    axes.plot(across, up, color=OWN, linewidth=1.6, solid_joinstyle="miter", solid_capstyle="butt")
    levels = sorted(set(counts.values())) or [1]
    axes.set_ylim(0, 1.15 * levels[-1] + 0.4)
    if levels[-1] / levels[0] >= WIDE:
        axes.set_yscale("log", base=2)
        axes.set_ylim(levels[0] / 1.4, levels[-1] * 1.4)
    axes.set_yticks(_ticks(levels), [str(count) for count in _ticks(levels)])
    axes.minorticks_off()
    axes.set_ylabel("workers")
    _breaks([axes], line)


def _ticks(counts: Sequence[int], most: int = 4) -> list[int]:
    """Up to `most` of the counts, so far apart that their labels do not touch; the largest always among them."""
    ticks = [counts[-1]]
    for count in reversed(counts[:-1]):
        far = ticks[-1] - count >= counts[-1] / most or (counts[-1] / counts[0] >= WIDE and ticks[-1] / count >= 2)  # noqa: PLR2004
        ticks += [count] if far and len(ticks) < most else []
    return ticks[::-1]


def _recommended(point: Point) -> int:
    chosen = point.standing.chosen if point.standing else None
    return chosen.cell.setting.workers if chosen else 0


def _wall_axis(axes: "Axes", walls_s: Sequence[float]) -> None:
    """From 0, or logarithmic where the times are far apart. walls_s: both ends of every interval that is drawn."""
    least, most = min(walls_s, default=1.0), max(walls_s, default=1.0)
    if most / least >= WIDE:
        axes.set_yscale("log")
        axes.set_ylim(least / 1.5, most * 1.5)
        axes.set_yticks(log_values(least / 1.5, most * 1.5, 6))
        axes.minorticks_off()
    else:
        axes.set_ylim(0, most * 1.12)
        axes.locator_params(axis="y", nbins=6)
    axes.yaxis.set_major_formatter(lambda value, _: tick(value))


def _walls(axes: "Axes", line: Line, estimates: dict[int, Estimate | None], colour: str, marker: str) -> None:
    measured = {place: wall for place, wall in estimates.items() if wall is not None}
    _joined(axes, line, measured, colour, marker)


def _speedup_entries(line: Line) -> list[LegendEntry]:
    """Handles and their words, of what is drawn and of nothing else."""
    point: dict[str, Any] = {"color": OWN, "marker": "o", "markersize": 5, "linewidth": 0.9}
    entries: list[LegendEntry] = [(Line2D([], [], **point), f"recommended setting, {line.basis}, 95 % interval")]
    entries += _dirty_entry(line, OWN)
    rings = [change.place for change in changes(line) if change.kind is Kind.SPEEDUP]
    if rings:
        ring = Line2D([], [], marker="o", markersize=9, markerfacecolor="none", markeredgecolor=INK, linestyle="none")
        of_before = any(line.speedup(line.points[place]) is None for place in rings)
        of_whom = "(in gaps, of the last setting)" if of_before else "that can be told"
        entries.append((ring, f"a change of the speedup {of_whom}"))
    words = {word for word, _, _ in line.gaps()}
    entries += [
        (Line2D([], [], color=MUTED, marker=WORD_MARKS[word], markersize=5, linestyle="none"), f"{word}: no speedup")
        for word in WORD_MARKS
        if word in words
    ]
    entries.append((Line2D([], [], **IDEAL_LINE), "as fast as serial"))
    entries.append((swatch(BAND, edgecolor=RULE, linewidth=0.5), "each run's noise floor"))
    return entries + _break_entry(line)


def _times_entries(line: Line) -> list[LegendEntry]:
    both = ((SERIAL_COLOUR, "s", "serial"), (OWN, "o", "the recommended setting"))
    entries: list[LegendEntry] = [
        (
            Line2D([], [], color=colour, marker=marker, markersize=5, linewidth=0.9),
            f"{words}, as measured, 95 % interval",
        )
        for colour, marker, words in both
    ]
    return entries + _dirty_entry(line, SERIAL_COLOUR) + _break_entry(line)


def _dirty_entry(line: Line, colour: str) -> list[LegendEntry]:
    if not any(point.run.dirty for point in line.points):
        return []
    hollow = Line2D([], [], color=colour, marker="o", markersize=5, markerfacecolor=PAPER, linestyle="none")
    return [(hollow, "hollow, *: uncommitted changes")]


def _break_entry(line: Line) -> list[LegendEntry]:
    if not any(point.broken for point in line.points):
        return []
    dash = Line2D([], [], color=INK, linewidth=1.0, linestyle=BREAK_DASH)
    return [(dash, "from here on other work, machine or settings")]
