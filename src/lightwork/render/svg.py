"""matplotlib figures as bytes: SVG to stand alone, SVG to stand inside a page, PNG.

Figures are drawn without pyplot, in one fixed style; nothing here reads a clock, so that the same figure gives
the same bytes. Inside a page many SVGs share one name space: ids get a prefix, style sheets go.
"""

import gc
import io
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl
from markupsafe import Markup, escape
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox

from lightwork.render.palette import INK, MUTED, PAPER, RULE, VARIABLES

TEXT_POINTS = 10.5  # on a phone's width, where a figure of 340 points has 358 pixels, 11 pixels
STYLE: dict[str, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "lightwork",
    "text.parse_math": False,
    "text.usetex": False,
    "font.family": ["DejaVu Sans"],
    "font.size": TEXT_POINTS,
    "text.hinting": "none",  # which takes long and does little for a PNG of twice the size
    "text.color": INK,
    "axes.labelcolor": MUTED,
    "xtick.color": RULE,
    "ytick.color": RULE,
    "xtick.labelcolor": MUTED,
    "ytick.labelcolor": MUTED,
    "xtick.major.size": 3.0,
    "ytick.major.size": 3.0,
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
COLOURS = {light: f"var(--{name})" for light, name in VARIABLES.items()}
COLOUR = re.compile(r"#[0-9a-f]{6}")
FONT = re.compile(r"font: ([\d.]+)px [^;\"]*")
INK_WORDS = re.compile(rf'( style="font-size: [^"]*); fill: {INK}"')
BACKGROUND = r'<g id="patch_1">.*?</g>'
UNSEEN = r'<path d="[^"]*"(?: clip-path="[^"]*")? style="fill: none"/>'
NOT_FOR_PAGES = re.compile(rf"<!--.*?-->|<(metadata|style).*?</\1>|{BACKGROUND}|{UNSEEN}", re.DOTALL)
DEFAULTS = re.compile(r" font-family: [^;\"]*;| text-anchor: start;| transform=\"rotate\(-0 [^\"]*\"")
SPACES = re.compile(r"\s*([MLQCz])\s*")
COORDINATES = re.compile(r' (?:d|x|y|transform|width|height)="[^"]*"')
LONG = re.compile(r"-?\d+\.\d{3,}")


@contextmanager
def style() -> Iterator[None]:
    """The report's matplotlib style, whatever the user's matplotlibrc says.

    No garbage is collected meanwhile: figures are kept until the page is written, and to look through them all again
    and again would take a tenth of its time.
    """
    collects = gc.isenabled()
    gc.disable()
    try:
        with mpl.rc_context():
            mpl.rcdefaults()
            for name, value in STYLE.items():
                mpl.rcParams[name] = value  # type: ignore[index]
            yield
    finally:
        if collects:
            gc.enable()


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
    What says nothing is left out, which halves the size.
    """
    text = svg.decode("utf-8")
    box = re.search(r'viewBox="[^"]*"', text)
    body = NOT_FOR_PAGES.sub("", text[text.index(">", text.index("<svg")) + 1 : text.rindex("</svg>")])
    names = dict.fromkeys(re.findall(r'(?:url\(|href=")#([^")]+)', body))
    ids = {name: f"{prefix}-{place}" for place, name in enumerate(names)}
    tags = re.compile(r"(<[^>]*>)(?:\s+(?=<))?")
    body = tags.sub(lambda match: _tag_for_page(match.group(1), ids, attributes or {}), body.strip())
    opening = f'<svg class="chart" {box.group() if box else ""} role="img" aria-labelledby="{prefix}-title">'
    heading = f'<title id="{prefix}-title">{escape(title)}</title>'
    return Markup(f"{opening}{heading}{_without_bare_groups(body)}{over}</svg>")  # noqa: S704  names are escaped


def _tag_for_page(tag: str, ids: Mapping[str, str], attributes: Mapping[str, Markup]) -> str:
    """One tag of the SVG; text between tags, where names of items stand, is never touched."""
    if tag.startswith("</"):
        return tag
    named = re.search(r' id="([^"]*)"', tag)
    if named and named.group(1) in attributes:
        return tag.replace(named.group(), attributes[named.group(1)])
    tag = INK_WORDS.sub(r'\1"', DEFAULTS.sub("", FONT.sub(r"font-size: \1px", tag)))
    tag = COLOUR.sub(lambda match: COLOURS.get(match.group(), match.group()), tag)
    return _own_ids(_short_numbers(tag), ids)


def _own_ids(tag: str, ids: Mapping[str, str]) -> str:
    tag = re.sub(r' id="([^"]*)"', lambda match: f' id="{ids[match.group(1)]}"' if match.group(1) in ids else "", tag)
    tag = re.sub(r"url\(#([^)]*)", lambda match: f"url(#{ids[match.group(1)]}", tag)
    return re.sub(r'(?:xlink:)?href="#([^"]*)', lambda match: f'href="#{ids[match.group(1)]}', tag)


def _short_numbers(tag: str) -> str:
    """Coordinates to a hundredth of a point, paths without spaces: a third of the size, the same picture."""
    tag = re.sub(r' d="[^"]*"', lambda match: SPACES.sub(r"\1", match.group()), tag)
    return COORDINATES.sub(lambda match: LONG.sub(lambda n: f"{float(n.group()):.2f}", match.group()), tag)


def _without_bare_groups(body: str) -> str:
    has_attributes: list[bool] = []

    def group(match: re.Match[str]) -> str:
        tag = match.group()
        if tag.startswith("</"):
            return tag if has_attributes.pop() else ""
        bare = tag in {"<g>", "<g/>"}
        if not tag.endswith("/>"):
            has_attributes.append(not bare)
        return "" if bare else tag

    return re.sub(r"</?g\b[^>]*>", group, body).replace("<defs></defs>", "").replace("<defs/>", "")
