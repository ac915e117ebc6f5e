"""Where the speedup goes as workers are added: useful work and lost speedup stacked up to y = workers; pure.

At every worker count useful work + all lost speedups = workers, exactly. A cause can be less than 0: items took
less than serially. Drawn above, such a part would hide its neighbour; so it stands below the zero line, and by as
much the stack rises above y = workers. What stands above less what stands below is the number of workers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from lightwork.analysis.basis import ranked
from lightwork.analysis.recommendation import Recommendation
from lightwork.analysis.scaling import StudyScaling
from lightwork.core.causes import MEANINGS, Cause
from lightwork.core.losses import Losses
from lightwork.core.study import Cell
from lightwork.render.chart_axes import Axis, Label, apart, is_wide, round_values
from lightwork.render.filters import UNFILTERED, Facets
from lightwork.render.palette import ITEMS, USEFUL, cause_class
from lightwork.report.charts.waterfall import SHORT
from lightwork.text.quantities import MINUS, number
from lightwork.text.variants import Variant, variant_name

SHOWN = 8
LEAST_COUNTS = 2  # of worker counts: one has no curve
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 320.0, 172.0, 24.0, 108.0, 6.0, 30.0
LINE = 10.0  # between two words
VISIBLE = 0.5  # user units
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

    @property
    def layers(self) -> dict[str, tuple[Bounds, Bounds]]:
        """By name of each part: its bounds above the zero line, and those below it."""
        names = [name for name in ORDER if any(part.get(name) for part in self.parts)]
        columns = [_piled(names, part) for part in self.parts]
        return {
            name: (tuple(column[name][0] for column in columns), tuple(column[name][1] for column in columns))
            for name in names
        }


@dataclass(frozen=True)
class Layer:
    """A part as it is drawn: its colour's class, the path of its areas, whether below 0, and words for the pointer."""

    kind: str
    path: str
    words: str


@dataclass(frozen=True)
class LossCurve:
    """One small figure. names: of the layers thick enough to be named at their right end."""

    name: str
    chosen: bool
    layers: tuple[Layer, ...]
    ideal: str
    useful: str
    names: tuple[Label, ...]
    told: str
    facets: Facets = UNFILTERED


@dataclass(frozen=True)
class LossCurves:
    """A study's figures on common axes. keys: (class, name, meaning) of every part; more: how many are not shown."""

    curves: tuple[LossCurve, ...]
    keys: tuple[tuple[str, str, str], ...]
    workers: tuple[Label, ...]
    heights: tuple[Label, ...]
    zero: float
    more: int
    has_negative: bool


def stacks(scaling: StudyScaling, recommendation: Recommendation, losses: Mapping[str, Losses]) -> list[Stack]:
    """Every variant with two worker counts or more, the recommended one first, then from the fastest on."""
    grouped: dict[Variant, list[Cell]] = {}
    for scaled in reversed(ranked(scaling)):
        if scaled.cell.cell_id in losses:
            grouped.setdefault(Variant.of(scaled.cell), []).append(scaled.cell)
    chosen = recommendation.chosen.cell if recommendation.chosen is not None else None
    found = [_stack(variant, cells, losses, chosen) for variant, cells in grouped.items()]
    return sorted((one for one in found if len(one.workers) >= LEAST_COUNTS), key=lambda one: not one.chosen)


def loss_curves(found: Sequence[Stack]) -> LossCurves | None:
    """The figures of the first few variants; None where no variant has two worker counts."""
    shown = found[:SHOWN]
    if not shown:
        return None
    across, up = _axes(shown)
    names = [name for name in ORDER if any(name in stack.layers for stack in shown)]
    counts = sorted({count for stack in shown for count in stack.workers})
    return LossCurves(
        curves=tuple(_curve(stack, across, up) for stack in shown),
        keys=tuple((cause_class(name), name, _meaning(name)) for name in names),
        workers=apart([Label(across.at(count), HEIGHT - BOTTOM + 12, str(count)) for count in counts], 13),
        heights=tuple(
            Label(LEFT - 4, up.at(value) + 3, f"{value:g}".replace("-", MINUS), "end")
            for value in round_values(up.low, up.high, 5)
        ),
        zero=up.at(0),
        more=len(found) - len(shown),
        has_negative=up.at(up.low) - up.at(0) >= VISIBLE,
    )


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


def _parts(one: Losses) -> Mapping[str, Fraction]:
    kept: dict[str, Fraction] = {ITEMS if one.useful_ns is None else USEFUL: one.speedup}
    return kept | dict(one.lost_speedup())


def _meaning(name: str) -> str:
    told = {USEFUL: "the speedup", ITEMS: "not split: the serial ledger is missing"}
    return told.get(name) or MEANINGS[Cause(name)]


def _axes(shown: Sequence[Stack]) -> tuple[Axis, Axis]:
    counts = [count for stack in shown for count in stack.workers]
    tops = [float(bound[1]) for stack in shown for above, _ in stack.layers.values() for bound in above]
    bottoms = [float(bound[0]) for stack in shown for _, below in stack.layers.values() for bound in below]
    ends = (min(counts), max(counts))
    across = Axis(*ends, LEFT, WIDTH - RIGHT, log=is_wide(ends))
    return across, Axis(min([*bottoms, 0.0]), max(tops), HEIGHT - BOTTOM, TOP)


def _curve(stack: Stack, across: Axis, up: Axis) -> LossCurve:
    places = [across.at(count) for count in stack.workers]
    kept = [(count, part.get(USEFUL, part.get(ITEMS, Fraction(0)))) for count, part in _by_count(stack)]
    return LossCurve(
        name=stack.name,
        chosen=stack.chosen,
        layers=tuple(
            Layer(cause_class(name), _area(places, above, up) + _area(places, below, up), _words(name, stack))
            for name, (above, below) in stack.layers.items()
        ),
        ideal=_line([(x, up.at(count)) for x, count in zip(places, stack.workers, strict=True)]),
        useful=_line([(across.at(count), up.at(float(value))) for count, value in kept]),
        names=_names(stack, places[-1], up),
        told="; ".join(_words(name, stack) for name in stack.layers),
        facets=stack.facets,
    )


def _by_count(stack: Stack) -> list[tuple[int, Mapping[str, Fraction]]]:
    return list(zip(stack.workers, stack.parts, strict=True))


def _area(places: Sequence[float], bounds: Bounds, up: Axis) -> str:
    """The area between a layer's bounds; none where it is empty at every worker count."""
    if all(low == high for low, high in bounds):
        return ""
    points = [(x, up.at(float(high))) for x, (_, high) in zip(places, bounds, strict=True)]
    points += [(x, up.at(float(low))) for x, (low, _) in reversed(list(zip(places, bounds, strict=True)))]
    return f"{_line(points)}z"


def _line(points: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)


def _words(name: str, stack: Stack) -> str:
    steps = ", ".join(
        f"{number(float(part.get(name, 0)))} with {count}".replace("-", MINUS) for count, part in _by_count(stack)
    )
    return f"{name}: {steps}"


def _names(stack: Stack, x: float, up: Axis) -> tuple[Label, ...]:
    """Names beside the layers' right ends, the thickest first, each where no other one stands yet."""
    ends = [(name, *bounds[-1]) for name, both in stack.layers.items() for bounds in both]
    placed: list[Label] = []
    for name, low, high in sorted(ends, key=lambda end: end[1] - end[2]):
        y = up.at(float(low + high) / 2) + 3
        if (high - low) * 40 >= stack.workers[-1] and all(abs(y - other.y) >= LINE for other in placed):
            placed.append(Label(x + 5, y, SHORT.get(name, name), "start"))
    return tuple(placed)
