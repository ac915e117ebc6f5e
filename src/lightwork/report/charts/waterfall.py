"""A cell's waterfall: from its workers down to its speedup, one step per cause; pure, from losses to bars.

    workers          |############|  4
    start-up         |          ##|  -0.51
    CPU inflation    |          ###| +0.20    items cost less than serially: a step back up
    ...
    useful work      |#########     2.70

It lies on its side: causes have long names, and a row has room for them. Every step is an exact fraction of the
losses, the next begins where one ends, and the last ends at 0.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from lightwork.core.causes import Cause
from lightwork.core.losses import Losses
from lightwork.render.chart_axes import Axis, Label
from lightwork.render.filters import UNFILTERED, Facets
from lightwork.render.palette import ITEMS, USEFUL, WORKERS, cause_class
from lightwork.text.quantities import MINUS, number, percent

SHORT: Mapping[str, str] = {Cause.BLOCKING_OR_CORE_WAIT: "blocking or core wait"}
BAR_SHARE = 0.74  # of a row
LEAST_WIDTH = 0.6
BASELINE = 3.2  # from a row's middle down to where its words stand


@dataclass(frozen=True)
class Step:
    """One bar on the axis of speedup. name: WORKERS, a cause, or last USEFUL (ITEMS where it isn't known).

    lost = start - end: less than 0 where items took less than serially, which leads up again.
    """

    name: str
    start: Fraction
    end: Fraction

    @property
    def lost(self) -> Fraction:
        """How far it leads down."""
        return self.start - self.end


@dataclass(frozen=True)
class Frame:
    """The size of a waterfall, in SVG user units: its width, and that of the names, a row and the figures."""

    width: float
    names: float
    row: float
    figures: float


OPEN = Frame(340.0, 112.0, 16.0, 40.0)
SMALL = Frame(232.0, 104.0, 12.0, 34.0)


@dataclass(frozen=True)
class Bar:
    """A step as it is drawn. kind: the CSS class of its colour; words: for the pointer."""

    kind: str
    path: str
    name: Label
    figure: Label
    words: str


@dataclass(frozen=True)
class Waterfall:
    """A waterfall to draw. part and name say of which cell; told: all figures in words; finding: the largest loss.

    facets: by what it is filtered.
    """

    part: str
    name: str
    width: float
    height: float
    bars: tuple[Bar, ...]
    joins: str
    zero: str
    told: str
    finding: str
    facets: Facets = UNFILTERED


def steps(losses: Losses) -> tuple[Step, ...]:
    """The workers, a step for each cause in the order in which a round meets them, and what is left: S."""
    return steps_down(losses.lanes, losses.lost_speedup(), ITEMS if losses.useful_ns is None else USEFUL)


def steps_down(workers: int, lost: Mapping[Any, Fraction], kept: str = USEFUL) -> tuple[Step, ...]:
    """The workers, a step for the speedup that each cause takes away, and under the name `kept` what is left."""
    found = [Step(WORKERS, Fraction(0), Fraction(workers))]
    for cause, less in lost.items():
        level = found[-1].end
        found.append(Step(str(cause), level, level - less))
    return (*found, Step(kept, found[-1].end, Fraction(0)))


def waterfall(losses: Losses, part: str, name: str, finding: str, frame: Frame = OPEN) -> Waterfall:
    """The waterfall of a cell's pooled losses. Its bars fill the frame whatever the number of workers."""
    return fall(steps(losses), part, name, finding, frame)


def fall(found: Sequence[Step], part: str, name: str, finding: str, frame: Frame = OPEN) -> Waterfall:
    """The waterfall of these steps, of which the first leads from 0 up to the workers."""
    axis = _axis(found, frame)
    bars = tuple(_bar(step, place, int(found[0].end), axis, frame) for place, step in enumerate(found))
    height = frame.row * len(found)
    return Waterfall(
        part=part,
        name=name,
        width=frame.width,
        height=height,
        bars=bars,
        joins=_joins(found, axis, frame),
        zero=f"M{axis.at(0):.1f} 0v{height:.1f}",
        told="; ".join(bar.words for bar in bars),
        finding=finding,
    )


def figure(step: Step) -> str:
    """What stands at a bar: the workers and the speedup as they are, a loss as what it takes away."""
    if step.name in (WORKERS, USEFUL, ITEMS):
        return number(float(abs(step.lost))).removesuffix(".00") if step.name == WORKERS else number(float(step.lost))
    lost = number(float(abs(step.lost)))
    if not float(lost.replace(",", "")):
        return "0"
    return f"{MINUS}{lost}" if step.lost > 0 else f"+{lost}"


def _axis(found: Sequence[Step], frame: Frame) -> Axis:
    """Room for every level, those above the workers or below 0 included, where a cause gave time back."""
    levels = [float(level) for step in found for level in (step.start, step.end)]
    return Axis(min(levels), max(levels), frame.names, frame.width - frame.figures)


def _bar(step: Step, place: int, lanes: int, axis: Axis, frame: Frame) -> Bar:
    left, right = sorted((axis.at(float(step.start)), axis.at(float(step.end))))
    top, high, width = frame.row * (place + (1 - BAR_SHARE) / 2), frame.row * BAR_SHARE, max(LEAST_WIDTH, right - left)
    path = f"M{left:.1f} {top:.1f}h{width:.1f}v{high:.1f}h-{width:.1f}z" if step.lost else ""
    base = frame.row * (place + 0.5) + BASELINE
    name = Label(frame.names - 5, base, SHORT.get(step.name, step.name), "end")
    return Bar(cause_class(step.name), path, name, Label(right + 4, base, figure(step), "start"), _words(step, lanes))


def _words(step: Step, lanes: int) -> str:
    """The bar in words: `tail 0.42 (11 %)`, the share being that of the workers."""
    if step.name == WORKERS:
        return f"{lanes} worker{'' if lanes == 1 else 's'}"
    share = percent(abs(float(step.lost)) / lanes)
    sign = MINUS if step.lost < 0 else ""
    return f"{step.name} {sign}{number(abs(float(step.lost)))} ({sign}{share})"


def _joins(found: Sequence[Step], axis: Axis, frame: Frame) -> str:
    """A thin line from where each bar ends to the bar below, which begins there."""
    gap = frame.row * (1 - BAR_SHARE) / 2
    return "".join(
        f"M{axis.at(float(step.end)):.1f} {frame.row * (place + 1) - gap:.1f}v{2 * gap:.1f}"
        for place, step in enumerate(found[:-1])
    )
