"""matplotlib figures as bytes: SVG to stand alone, SVG to stand inside a page, PNG.

Figures are drawn without pyplot, in one fixed style; nothing here reads a clock, so that the same figure gives
the same bytes. Inside a page many SVGs share one name space: ids get a prefix, style sheets go.
"""

import io
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl
from markupsafe import Markup, escape
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox

from lightwork.render.palette import INK, MUTED, PAPER, ROLES, RULE, SERIES, variable_of

TEXT_POINTS = 9.0
STYLE: dict[str, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "lightwork",
    "text.parse_math": False,
    "text.usetex": False,
    "font.family": ["DejaVu Sans"],
    "font.size": TEXT_POINTS,
    "axes.titlesize": TEXT_POINTS,
    "axes.labelsize": TEXT_POINTS,
    "xtick.labelsize": TEXT_POINTS,
    "ytick.labelsize": TEXT_POINTS,
    "legend.fontsize": TEXT_POINTS - 0.3,
    "text.color": INK,
    "axes.labelcolor": MUTED,
    "xtick.color": RULE,
    "ytick.color": RULE,
    "xtick.labelcolor": MUTED,
    "ytick.labelcolor": MUTED,
    "axes.edgecolor": RULE,
    "axes.facecolor": "none",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "grid.color": RULE,
    "grid.linewidth": 0.6,
    "figure.facecolor": PAPER,
    "savefig.facecolor": PAPER,
    "path.simplify": False,
}
MARGIN, HEADING = 0.15, 0.65  # inches around a figure that leaves the page, and above it for its title
NOTHING = Markup("")
NO_DATE = {"Date": None, "Creator": None}


@contextmanager
def style() -> Iterator[None]:
    """The report's matplotlib style, whatever the user's matplotlibrc says."""
    with mpl.rc_context():
        mpl.rcdefaults()
        for name, value in STYLE.items():
            mpl.rcParams[name] = value  # type: ignore[index]
        yield


def svg_bytes(figure: Figure) -> bytes:
    """The figure as an SVG of its own size; to be called inside `style`."""
    return _saved(figure, format="svg", metadata=NO_DATE)


def files_of(figure: Figure) -> dict[str, bytes]:
    """The figure with its title and a margin, by suffix: ".svg", and ".png" at twice the size."""
    width, height = figure.get_size_inches()
    margin: dict[str, Any] = {"bbox_inches": Bbox([[-MARGIN, -MARGIN], [width + MARGIN, height + HEADING]])}
    return {
        ".svg": _saved(figure, format="svg", metadata=NO_DATE, **margin),
        ".png": _saved(figure, format="png", dpi=144, metadata={"Software": None}, **margin),
    }


def _saved(figure: Figure, **options: Any) -> bytes:
    stream = io.BytesIO()
    figure.savefig(stream, **options)
    return stream.getvalue()


def inline(
    svg: bytes, prefix: str, title: str, attributes: Mapping[str, Markup] | None = None, over: Markup = NOTHING
) -> Markup:
    """The SVG for the body of a page: own ids, the page's colours and fonts, a title that can be read out.

    attributes: for the groups of these ids, in the place of the id. over: markup that is laid over the drawing.
    """
    text = svg.decode("utf-8")
    text = text[text.index("<svg") :]
    text = re.sub(r"<(metadata|style).*?</\1>", "", text, flags=re.DOTALL)
    text = re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)
    used = frozenset(re.findall(r'(?:url\(|href=")#([^")]+)', text))
    text = re.sub(r"<[^>]*>", lambda tag: _tag_for_page(tag.group(), used, prefix, attributes or {}), text)
    box = re.search(r'viewBox="[^"]*"', text)
    body = text[text.index(">") + 1 :]
    opening = f'<svg class="chart" {box.group() if box else ""} role="img" aria-labelledby="{prefix}-title">'
    body = body.strip().removesuffix("</svg>")
    return Markup(f'{opening}<title id="{prefix}-title">{escape(title)}</title>{body}{over}</svg>')  # noqa: S704  names are escaped


def _tag_for_page(tag: str, used: frozenset[str], prefix: str, attributes: Mapping[str, Markup]) -> str:
    """One tag of the SVG; text between tags, where names of items stand, is never touched."""
    named = re.search(r' id="([^"]*)"', tag)
    if named and named.group(1) in attributes:
        return tag.replace(named.group(), attributes[named.group(1)])
    return _colours_as_variables(_short_numbers(_own_ids(tag, used, prefix)))


def _own_ids(tag: str, used: frozenset[str], prefix: str) -> str:
    tag = re.sub(r' id="([^"]*)"', lambda found: _kept_id(found.group(1), used, prefix), tag)
    tag = re.sub(r"url\(#", f"url(#{prefix}-", tag)
    return re.sub(r'(?:xlink:)?href="#', f'href="#{prefix}-', tag)


def _kept_id(name: str, used: frozenset[str], prefix: str) -> str:
    return f' id="{prefix}-{name}"' if name in used else ""


def _short_numbers(tag: str) -> str:
    """Coordinates to a hundredth of a point: a third of the size, the same picture."""
    return re.sub(
        r' (d|x|y|transform|width|height)="[^"]*"',
        lambda found: re.sub(r"-?\d+\.\d{3,}", lambda n: f"{float(n.group()):.2f}", found.group()),
        tag,
    )


def _colours_as_variables(tag: str) -> str:
    for colour in [*ROLES, *(light for light, _ in SERIES)]:
        tag = tag.replace(colour, f"var(--{variable_of(colour)})")
    return re.sub(r"font: ([\d.]+)px [^;\"]*", r"font-size: \1px", tag)
