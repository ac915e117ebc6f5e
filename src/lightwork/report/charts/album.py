"""An album: the pictures of a report as files to put into a document, each as SVG and as PNG, with its title.

The speedup of every study by default; with `every`, all that the page shows of it.
"""

from collections.abc import Iterator, Sequence

from matplotlib.figure import Figure

from lightwork.render import svg
from lightwork.render.canvas import entitle
from lightwork.report.charts.drawn_figure import histogram_figure, loss_figure, timeline_figure, waterfall_figure
from lightwork.report.section import Section
from lightwork.storage.atomic import slug

Leaf = tuple[str, Figure, str, str]  # its file's name, the figure, its title, and what it shows


def album(sections: Sequence[Section], *, every: bool) -> dict[str, bytes]:
    """Files by name. To be made inside `svg.style`, and once: figures get their titles."""
    found: dict[str, bytes] = {}
    for section in sections:
        for name, figure, title, what in _leaves(section, every=every):
            entitle(figure, title, what)
            found |= {f"{name}-{section.anchor}{suffix}": content for suffix, content in svg.files_of(figure).items()}
    return found


def _leaves(section: Section, *, every: bool) -> Iterator[Leaf]:
    if section.pictures is None:
        return
    label = section.verdict.label
    for picture in section.pictures.all if every else [section.pictures.speedup]:
        yield picture.name, picture.drawing.figure, label, picture.what
    if every:
        yield from _drawn(section, label)


def _drawn(section: Section, label: str) -> Iterator[Leaf]:
    """What the page's template draws, drawn anew."""
    for drawn in section.waterfalls:
        yield f"waterfall-{drawn.part.lower()}", waterfall_figure(drawn), label, f"{drawn.part}: {drawn.name}"
    if section.loss_curves is not None:
        curves, taken = section.loss_curves, set[str]()
        for curve in curves.curves:
            yield (
                f"losses-{slug(curve.name, taken)}",
                loss_figure(curve, curves),
                label,
                f"speedup kept and lost: {curve.name}",
            )
    for timeline in section.timelines:
        yield f"timeline-{timeline.part.lower()}", timeline_figure(timeline), label, timeline.words
    if section.histogram is not None:
        yield "items", histogram_figure(section.histogram), label, "how long items take, serially"
