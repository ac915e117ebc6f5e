"""Colours and markers: one per strategy, the same in every figure of a report.

A colour is known by its light-scheme hex code. matplotlib draws in these, so that the PNG and the SVG beside
the page are right as they come; inside the page each code is swapped for a CSS variable, which the dark
scheme redefines. So no two roles may share a code. Hues keep apart under the common colour blindnesses (after
Okabe and Ito 2008, darkened to 3:1 on white), and markers and dashes differ wherever hues repeat. Causes of lost
speedup have colours of their own; a bar or area of theirs carries its name too.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lightwork.core.causes import Cause
from lightwork.core.study import SERIAL, Study

SERIES = (
    ("#0b62a8", "#6cb4ee"),
    ("#c04a00", "#ff9a5c"),
    ("#00785a", "#3ec79f"),
    ("#a23b85", "#e996cf"),
    ("#8a6a00", "#e0bb3d"),
    ("#5a4fcf", "#aaa1ff"),
    ("#9b1c31", "#ff8795"),
    ("#4f6472", "#afc3d1"),
)
INK = "#1c2430"
MUTED = "#566270"
RULE = "#d5dbe2"
BAND = "#e8ebef"
LIMIT = "#7b8794"
PAPER = "#fffffe"
NEUTRAL = "#333f4d"
ROLES = {
    INK: ("ink", "#e8edf3"),
    MUTED: ("muted", "#a4b0be"),
    RULE: ("rule", "#3a4552"),
    BAND: ("band", "#2a333e"),
    LIMIT: ("limit", "#8c99a8"),
    PAPER: ("page", "#12171d"),
    NEUTRAL: ("neutral", "#d3dae3"),
}
WORKERS, USEFUL, ITEMS = "workers", "useful work", "items"
SHARED: Mapping[str, str] = {ITEMS: USEFUL, Cause.BLOCKING_OR_CORE_WAIT: Cause.BLOCKING}
CAUSES: Mapping[str, tuple[str, str]] = {
    USEFUL: ("#2861af", "#6d9fdf"),
    **{cause: cause.colours for cause in Cause if cause not in SHARED},
}
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "p", "<", ">", "h", "*")
SIGNS = dict(zip(MARKERS, "\u25cf\u25a0\u25b2\u25c6\u25bc\u271a\u2716\u2b1f\u25c0\u25b6\u2b22\u2605", strict=True))
DASHES = ("-", "--", ":", "-.")


@dataclass(frozen=True)
class Look:
    """How a line is drawn: colour and marker tell the strategy, dash and filling the variant of it."""

    colour: str
    marker: str
    dash: str = "-"
    filled: bool = True


def looks(studies: Iterable[Study]) -> dict[str, Look]:
    """A look for each strategy of a report; the order of names decides, so the same data look the same."""
    return looks_of(cell.setting.strategy for study in studies for cell in study.cells)


def keys(studies: Iterable[Study]) -> list[tuple[str, str, str]]:
    """(strategy, the sign of its marker, the CSS variable of its colour), for a key outside of any figure."""
    strategy_looks = looks(studies).items()
    return [(name, SIGNS[look.marker], VARIABLES[look.colour]) for name, look in strategy_looks if name != SERIAL]


def looks_of(strategies: Iterable[str]) -> dict[str, Look]:
    """A look for each of these strategies, and for the serial run."""
    names = sorted({*strategies} - {SERIAL})
    by_strategy = {
        name: Look(SERIES[place % len(SERIES)][0], MARKERS[place % len(MARKERS)]) for place, name in enumerate(names)
    }
    return {SERIAL: Look(NEUTRAL, "o"), **by_strategy}


def variant_look(look: Look, place: int) -> Look:
    """The look of a strategy's variant number `place`."""
    return Look(look.colour, look.marker, DASHES[place % len(DASHES)], place // len(DASHES) % 2 == 0)


def css_variables() -> Mapping[str, tuple[str, str]]:
    """Name of each CSS variable -> its value in the light and in the dark scheme."""
    named = {name: (light, dark) for light, (name, dark) in ROLES.items()}
    causes = {cause_class(cause): pair for cause, pair in CAUSES.items()}
    return named | {f"series-{place}": pair for place, pair in enumerate(SERIES)} | causes


def cause_class(name: str) -> str:
    """The CSS class, and the variable, of a cause's colour: `cause-waiting-for-a-core`.

    The useful work and items that are not split have one too. A wait of which it is not known for what shares the
    colour of blocking, and never stands beside it.
    """
    return f"cause-{SHARED.get(name, name).lower().replace(' ', '-')}"


def cause_colour(name: str) -> str:
    """The colour in which matplotlib draws a cause, the useful work, unsplit items or the workers."""
    return CAUSES[SHARED.get(name, name)][0] if SHARED.get(name, name) in CAUSES else LIMIT


VARIABLES: Mapping[str, str] = {light: name for name, (light, _) in css_variables().items()}
