"""An album: the pictures of a report as files to put into a document, each as SVG and as PNG, with its title.

The speedup of every study by default; with `every`, all that the page shows of it.
"""

from collections.abc import Iterator, Sequence

from matplotlib.figure import Figure

from lightwork.render import svg
from lightwork.render.canvas import entitle
from lightwork.report.charts.timeline_figure import timeline_figure
from lightwork.report.section import Section

Leaf = tuple[str, Figure, str]  # its file's name, the figure, and what it shows


def album(sections: Sequence[Section], *, every: bool) -> dict[str, bytes]:
    """Files by name. To be made inside `svg.style`, and once: figures get their titles."""
    files: dict[str, bytes] = {}
    for section in sections:
        for name, figure, what in _leaves(section, every=every):
            entitle(figure, section.verdict.label, what)
            files |= {f"{name}-{section.anchor}{suffix}": content for suffix, content in svg.files_of(figure).items()}
    return files


def _leaves(section: Section, *, every: bool) -> Iterator[Leaf]:
    if section.pictures is None:
        return
    for picture in section.pictures.all if every else [section.pictures.speedup]:
        yield picture.name, picture.drawing.figure, picture.what
    for timeline in section.timelines if every else ():
        yield f"timeline-{timeline.part.lower()}", timeline_figure(timeline), timeline.words
