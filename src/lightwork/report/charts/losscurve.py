"""Where the speedup goes as workers are added: useful work and lost speedup stacked up to y = workers.

At every worker count useful work + all lost speedups = workers, exactly. A cause can be less than 0: items took
less than serially. Drawn above, such a part would hide its neighbour; so it stands below the zero line, and by as
much the stack rises above y = workers. What stands above less what stands below is the number of workers. Draw it
inside `svg.style`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from lightwork.analysis.basis import ranked
from lightwork.analysis.recommendation import Recommendation
from lightwork.analysis.scaling import StudyScaling
from lightwork.core.causes import Cause
from lightwork.core.losses import Losses
from lightwork.core.study import Cell
from lightwork.render.canvas import canvas, worker_axis
from lightwork.render.filters import UNFILTERED, Facets
from lightwork.render.palette import INK, ITEMS, LIMIT, PAPER, USEFUL, cause_class, cause_colour
from lightwork.render.tooltips import Drawing, Tooltip
from lightwork.report.charts.waterfall import SHORT
from lightwork.text.quantities import MINUS, counted, number
from lightwork.text.variants import Variant, variant_name

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SHOWN = 8
LEAST_COUNTS = 2  # of worker counts: one has no curve
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 320.0, 176.0, 26.0, 104.0, 6.0, 34.0
PLOT_HEIGHT = HEIGHT - TOP - BOTTOM
TEXT_POINTS, LINE = 9.5, 10.5  # of a layer's name, and from one to the next
NAMED_FROM = 1 / 40  # of the workers: a thinner layer has no name
VISIBLE = 0.5 / PLOT_HEIGHT  # of the axis
ORDER = (USEFUL, ITEMS, *Cause)
Bounds = tuple[tuple[Fraction, Fraction], ...]  # (low, high) of a layer, by worker count or above and below 0


@dataclass(frozen=True)
class Stack:
    """The split of a variant at each of its worker counts, in order. parts: speedup by USEFUL or ITEMS and cause."""

    name: str
    chosen: bool
    workers: tuple[int, ...]
    parts: tuple[Mapping[str, Fraction], ...]
    facets: Facets = UNFILTERED

    @cached_property
    def layers(self) -> dict[str, tuple[Bounds, Bounds]]:
        """By name of each part: its bounds above the zero line, and those below it."""
        names = [name for name in ORDER if any(part.get(name) for part in self.parts)]
        columns = [_piled(names, part) for part in self.parts]
        return {
            name: (tuple(column[name][0] for column in columns), tuple(column[name][1] for column in columns))
            for name in names
        }


@dataclass(frozen=True)
class Stacks:
    """A study's figures on common axes: those of the first few variants, and how many more there are."""

    shown: tuple[Stack, ...]
    more: int

    @property
    def workers(self) -> tuple[int, ...]:
        """Every worker count, in order."""
        return tuple(sorted({count for stack in self.shown for count in stack.workers}))

    @cached_property
    def ends(self) -> tuple[float, float]:
        """The common axis of speedup: its lower and its upper end."""
        lows = [low for stack in self.shown for _, below in stack.layers.values() for low, _ in below]
        highs = [high for stack in self.shown for above, _ in stack.layers.values() for _, high in above]
        return float(min([*lows, Fraction(0)])), float(max(highs))

    @property
    def has_negative(self) -> bool:
        """Whether anything below zero can be seen."""
        low, high = self.ends
        return -low >= VISIBLE * (high - low)

    @property
    def keys(self) -> list[tuple[str, str, str]]:
        """(CSS class, name, meaning) of every part."""
        names = [name for name in ORDER if any(name in stack.layers for stack in self.shown)]
        return [(cause_class(name), name, _meaning(name)) for name in names]


def stacks(scaling: StudyScaling, recommendation: Recommendation, losses: Mapping[str, Losses]) -> list[Stack]:
    """Every variant with two worker counts or more, the recommended one first, then from the fastest on."""
    grouped: dict[Variant, list[Cell]] = {}
    for scaled in reversed(ranked(scaling)):
        if scaled.cell.cell_id in losses:
            grouped.setdefault(Variant.of(scaled.cell), []).append(scaled.cell)
    chosen = recommendation.chosen.cell if recommendation.chosen is not None else None
    every = [_stack(variant, cells, losses, chosen) for variant, cells in grouped.items()]
    return sorted((stack for stack in every if len(stack.workers) >= LEAST_COUNTS), key=lambda stack: not stack.chosen)


def first_stacks(every: Sequence[Stack]) -> Stacks | None:
    """The first few variants; None where no variant has two worker counts."""
    return Stacks(tuple(every[:SHOWN]), max(0, len(every) - SHOWN)) if every else None


def _piled(names: Sequence[str], part: Mapping[str, Fraction]) -> dict[str, Bounds]:
    """One worker count's layers: (low, high) above the zero line and below it, one on the other from there."""
    top = bottom = Fraction(0)
    piled: dict[str, Bounds] = {}
    for name in names:
        value = part.get(name, Fraction(0))
        above, below = max(value, Fraction(0)), min(value, Fraction(0))
        piled[name] = ((top, top + above), (bottom + below, bottom))
        top, bottom = top + above, bottom + below
    return piled


def _stack(variant: Variant, cells: Sequence[Cell], losses: Mapping[str, Losses], chosen: Cell | None) -> Stack:
    cells = sorted(cells, key=lambda cell: cell.setting.workers)
    is_chosen = chosen is not None and chosen.cell_id in {cell.cell_id for cell in cells}
    parts = tuple(_parts(losses[cell.cell_id]) for cell in cells)
    facets = Facets(variant.strategy, variant.start_method)
    return Stack(variant_name(variant), is_chosen, tuple(cell.setting.workers for cell in cells), parts, facets)


def _parts(losses: Losses) -> Mapping[str, Fraction]:
    speedup: dict[str, Fraction] = {ITEMS if losses.useful_ns is None else USEFUL: losses.speedup}
    return speedup | dict(losses.lost_speedup())


def _meaning(name: str) -> str:
    meanings = {USEFUL: "the speedup", ITEMS: "not split: the serial ledger is missing"}
    return meanings.get(name) or next(cause.meaning for cause in Cause if cause == name)


def loss_drawing(stack: Stack, shared: Stacks) -> Drawing:
    """One variant's figure, on the axes that all of the study have in common."""
    figure, axes = canvas(WIDTH, HEIGHT, (LEFT, BOTTOM, RIGHT, TOP))
    worker_axis(axes, shared.workers)
    low, high = shared.ends
    axes.set_ylim(low, high)
    axes.locator_params(axis="y", nbins=5)
    axes.tick_params(length=0)
    style: dict[str, Any] = {"edgecolor": PAPER, "linewidth": 0.7, "clip_on": False}
    for name, sides in stack.layers.items():
        areas = [area for bounds in sides for area in _area(stack.workers, bounds)]
        axes.fill(*areas, facecolor=cause_colour(name), **style)
    axes.plot(stack.workers, stack.workers, color=INK, linewidth=1.0, linestyle=(0, (4, 2)))
    axes.plot(stack.workers, _useful(stack), color=INK, linewidth=1.6)
    axes.axhline(0, color=LIMIT, linewidth=0.8)
    for name, height in names_beside(stack, LINE * (high - low) / PLOT_HEIGHT):
        axes.annotate(
            SHORT.get(name, name), (stack.workers[-1], height), (5, -3), textcoords="offset points",
            annotation_clip=False, fontsize=TEXT_POINTS,
        )  # fmt: skip
    return Drawing(figure, axes.transData, tooltips=tuple(_tooltips(stack, axes)))


def _area(workers: Sequence[int], bounds: Bounds) -> list[list[float]]:
    """A layer's outline, x and y: to the right along its upper edge, back along the lower; none where it is empty."""
    if all(low == high for low, high in bounds):
        return []
    lows, highs = ([float(bound[side]) for bound in bounds] for side in (0, 1))
    return [[*workers, *reversed(workers)], [*highs, *reversed(lows)]]


def names_beside(stack: Stack, line: float) -> list[tuple[str, float]]:
    """Names for the layers' right ends and their heights, the thickest first, each a line or more from any other."""
    ends = [(name, *bounds[-1]) for name, sides in stack.layers.items() for bounds in sides]
    placed: list[tuple[str, float]] = []
    for name, low, high in sorted(ends, key=lambda end: end[1] - end[2]):
        middle = float(low + high) / 2
        thick = high - low >= NAMED_FROM * stack.workers[-1]
        if thick and all(abs(middle - height) >= line for _, height in placed):
            placed.append((name, middle))
    return placed


def described(stack: Stack) -> str:
    """Every part at every worker count, in words."""
    return "; ".join(
        f"{name}: {', '.join(f'{_figure(part, name)} with {count}' for count, part in _by_count(stack))}"
        for name in stack.layers
    )


def _useful(stack: Stack) -> list[float]:
    return [float(part.get(USEFUL, part.get(ITEMS, 0))) for part in stack.parts]


def _by_count(stack: Stack) -> list[tuple[int, Mapping[str, Fraction]]]:
    return list(zip(stack.workers, stack.parts, strict=True))


def _figure(part: Mapping[str, Fraction], name: str) -> str:
    return number(float(part.get(name, 0))).replace("-", MINUS)


def _tooltips(stack: Stack, axes: "Axes") -> Iterator[Tooltip]:
    """A column for each worker count, half-way to its neighbours, with all parts of the stack there."""
    (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
    middles = [(count + after) / 2 for count, after in pairwise(stack.workers)]
    edges = pairwise([left, *middles, right])
    for (count, part), (start, end) in zip(_by_count(stack), edges, strict=True):
        parts = "; ".join(f"{name} {_figure(part, name)}" for name in reversed(stack.layers))
        yield Tooltip(start, low, f"{counted(count, 'worker')}: {parts}", height=high - low, width=end - start)
