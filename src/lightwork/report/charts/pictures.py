"""The pictures of a study that matplotlib draws, for the page and as files. To be made inside `svg.style`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from lightwork.analysis.judged_study import Judged
from lightwork.analysis.recommendation import Recommendation
from lightwork.analysis.scaling import StudyScaling
from lightwork.render.palette import Look
from lightwork.render.tooltips import Drawing
from lightwork.report.charts.chunksize_figure import chunksize_drawing
from lightwork.report.charts.chunksizes import size_chart
from lightwork.report.charts.curves import basis_name, chart, describe, wall_groups
from lightwork.report.charts.memory import finding, memory_chart
from lightwork.report.charts.memory_figure import memory_drawing
from lightwork.report.charts.speedup_figure import efficiency_drawing, speedup_drawing
from lightwork.report.charts.wall_figure import wall_drawing
from lightwork.text.quantities import plain


@dataclass(frozen=True)
class Picture:
    """One picture. name: what it shows, in one word; markup: for the page; finding: what it says, "" for none.

    what: the line below the title of the picture as a file.
    """

    name: str
    drawing: Drawing
    markup: Markup
    finding: str
    what: str


@dataclass(frozen=True)
class Pictures:
    """All pictures of one study; None where it has none of the kind."""

    speedup: Picture
    efficiency: Picture
    walls: Picture
    chunksizes: Picture | None = None
    memory: Picture | None = None

    @property
    def all(self) -> list[Picture]:
        """Those that there are."""
        everything = (self.speedup, self.efficiency, self.walls, self.chunksizes, self.memory)
        return [picture for picture in everything if picture is not None]


def pictures(
    one: Judged,
    scaling: StudyScaling,
    recommendation: Recommendation,
    anchor: str,
    looks: Mapping[str, Look],
    items_s: Sequence[float] | None,
) -> Pictures:
    """Every picture of the study. anchor: unique on the page. items_s: serial item times, None where not known."""
    basis, curves = basis_name(scaling), chart(scaling, recommendation, looks)
    told = describe(scaling, recommendation)
    make = _Maker(one.study.label, anchor)
    return Pictures(
        make("speedup", speedup_drawing(curves, basis), told, f"speedup over serial, {basis}, 95 % intervals"),
        make("efficiency", efficiency_drawing(curves, basis), f"Efficiency: {told}", f"speedup / workers, {basis}"),
        make("walls", wall_drawing(wall_groups(scaling, looks)), "Wall time of every round by setting", "wall times"),
        _chunksizes(make, one, scaling, recommendation, looks, items_s),
        _memory(make, one, recommendation, looks),
    )


@dataclass(frozen=True)
class _Maker:
    label: str
    anchor: str

    def __call__(self, name: str, drawing: Drawing, told: str, what: str, found: str = "") -> Picture:
        title = f"{told}, {plain(self.label)}" if plain(self.label) not in told else told
        return Picture(name, drawing, drawing.inline(f"{self.anchor}-{name}", title), found, what)


def _chunksizes(
    make: _Maker,
    one: Judged,
    scaling: StudyScaling,
    recommendation: Recommendation,
    looks: Mapping[str, Look],
    items_s: Sequence[float] | None,
) -> Picture | None:
    found = size_chart(scaling, recommendation, one.losses, looks, items_s)
    if found is None:
        return None
    what = f"speedup over serial by chunksize, {found.basis}"
    return make("chunksizes", chunksize_drawing(found), f"Speedup over chunksize. {found.finding}", what, found.finding)


def _memory(make: _Maker, one: Judged, recommendation: Recommendation, looks: Mapping[str, Look]) -> Picture | None:
    found = memory_chart(one.study, recommendation, looks, one.machine)
    if found is None:
        return None
    told = finding(found)
    return make("memory", memory_drawing(found), f"Peak memory over workers. {told}", "peak memory", told)
