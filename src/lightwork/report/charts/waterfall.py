"""A cell's waterfall: from its workers down to its speedup, one step per cause. Draw it inside `svg.style`.

    workers          |############|  4
    start-up         |          ##|  -0.51
    extra CPU time    |          ###| +0.20    items cost less than serially: a step back up
    ...
    useful work      |#########     2.70

It lies on its side: causes have long names, and a row has room for them. Every step is an exact fraction of the
losses, the next begins where one ends, and the last ends at 0.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import nan
from typing import TYPE_CHECKING, Any

from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from lightwork.core.causes import Cause
from lightwork.core.losses import Losses
from lightwork.render.canvas import WIDTH, plane
from lightwork.render.palette import ITEMS, LIMIT, USEFUL, WORKERS, cause_colour
from lightwork.render.tooltips import Drawing, Tooltip
from lightwork.text.quantities import MINUS, counted, number, percent

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from matplotlib.transforms import Transform

SHORT: Mapping[str, str] = {Cause.BLOCKING_OR_CORE_WAIT: "blocking or core wait"}
BAR_SHARE = 0.74  # of a row
LEAST_WIDTH = 0.6  # points: a loss that is there can be seen
NAMES, ROW, FIGURES = 132.0, 17.0, 46.0  # points: width of the names, height of a row, width of the figures
BASELINE = 3.6  # points from a row's middle down to where its words stand
GAP = 5.0  # points between a bar's axis and its words


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


def steps(losses: Losses) -> tuple[Step, ...]:
    """The workers, a step for each cause in the order in which a round meets them, and what is left: S."""
    return steps_down(losses.lanes, losses.lost_speedup(), ITEMS if losses.useful_ns is None else USEFUL)


def steps_down(workers: int, lost: Mapping[Any, Fraction], remainder: str = USEFUL) -> tuple[Step, ...]:
    """The workers, a step for the speedup that each cause takes away, and under the name `remainder` what is left."""
    levels = [Step(WORKERS, Fraction(0), Fraction(workers))]
    for cause, less in lost.items():
        level = levels[-1].end
        levels.append(Step(str(cause), level, level - less))
    return (*levels, Step(remainder, levels[-1].end, Fraction(0)))


def waterfall_drawing(steps: Sequence[Step]) -> Drawing:
    """The waterfall of these steps, of which the first leads from 0 up to the workers.

    Its bars fill the width whatever the number of workers, levels above the workers or below 0 included, where a
    cause gave time back.
    """
    levels = [float(level) for step in steps for level in (step.start, step.end)]
    low, high = min(levels), max(levels)
    margins = (NAMES, 0.0, FIGURES, 0.0)
    figure, places = plane(WIDTH, ROW * len(steps), margins, (low, len(steps), high, 0))
    point = (high - low) / (WIDTH - NAMES - FIGURES)
    for row, step in enumerate(steps):
        left, right = sorted((float(step.start), float(step.end)))
        if step.lost:
            box = Rectangle((left, row + (1 - BAR_SHARE) / 2), max(right - left, LEAST_WIDTH * point), BAR_SHARE)
            box.set(facecolor=cause_colour(step.name), linewidth=0, transform=places)
            figure.add_artist(box)
        base = row + 0.5 + BASELINE / ROW
        figure.text(low - GAP * point, base, SHORT.get(step.name, step.name), ha="right", transform=places)
        figure.text(right + GAP * point, base, figure_words(step), transform=places)
    _joins(figure, places, steps)
    tooltips = tuple(Tooltip(0, row, words, height=1) for row, words in enumerate(_words(steps)))
    return Drawing(figure, places, tooltips=tooltips)


def described(steps: Sequence[Step]) -> str:
    """All figures of a waterfall in words."""
    return "; ".join(_words(steps))


def figure_words(step: Step) -> str:
    """What stands at a bar: the workers and the speedup as they are, a loss as what it takes away."""
    if step.name in (WORKERS, USEFUL, ITEMS):
        return number(float(abs(step.lost))).removesuffix(".00") if step.name == WORKERS else number(float(step.lost))
    lost = number(float(abs(step.lost)))
    if not float(lost.replace(",", "")):
        return "0"
    return f"{MINUS}{lost}" if step.lost > 0 else f"+{lost}"


def _words(steps: Sequence[Step]) -> list[str]:
    """Each bar in words: `tail 0.42 (11 %)`, the share being that of the workers."""
    workers = int(steps[0].end)
    shares = [(step, f"{MINUS if step.lost < 0 else ''}", abs(float(step.lost))) for step in steps[1:]]
    return [
        counted(workers, "worker"),
        *(f"{step.name} {sign}{number(lost)} ({sign}{percent(lost / workers)})" for step, sign, lost in shares),
    ]


def _joins(figure: "Figure", places: "Transform", steps: Sequence[Step]) -> None:
    """The axis at 0, and a thin line from where each bar ends to the bar below, which begins there."""
    gap = (1 - BAR_SHARE) / 2
    across = [0.0, 0.0] + [x for step in steps[:-1] for x in (nan, float(step.end), float(step.end))]
    down = [0.0, len(steps)] + [y for row in range(1, len(steps)) for y in (nan, row - gap, row + gap)]
    figure.add_artist(Line2D(across, down, color=LIMIT, linewidth=0.7, solid_capstyle="butt", transform=places))
