"""The pictures of a study that matplotlib draws, for the page and as files. To be made inside `svg.style`."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from lightwork.analysis.judged_study import Judged, best_and_worst
from lightwork.analysis.recommendation import Recommendation
from lightwork.analysis.remedies import largest_loss
from lightwork.analysis.scaling import StudyScaling
from lightwork.render.filters import UNFILTERED, Facets
from lightwork.render.palette import Look
from lightwork.render.tooltips import Drawing
from lightwork.report.charts import histogram, waterfall
from lightwork.report.charts.chunksize_figure import chunksize_drawing
from lightwork.report.charts.chunksizes import size_chart
from lightwork.report.charts.curves import basis_name, chart, describe, wall_groups
from lightwork.report.charts.histogram import Items, Times
from lightwork.report.charts.loss_bars import loss_bars, loss_drawing
from lightwork.report.charts.memory import finding, memory_chart
from lightwork.report.charts.memory_figure import memory_drawing
from lightwork.report.charts.speedup_figure import efficiency_drawing, speedup_drawing
from lightwork.report.charts.wall_figure import wall_drawing
from lightwork.text.losses import loss_and_remedy
from lightwork.text.quantities import counted, plain, sentence
from lightwork.text.variants import cell_name


@dataclass(frozen=True)
class Picture:
    """One picture. name: of its file; markup: for the page; finding: what it says, "" for none.

    what: the line below the title of the picture as a file. facets: by what the whole picture is filtered.
    """

    name: str
    drawing: Drawing
    markup: Markup
    finding: str
    what: str
    facets: Facets = UNFILTERED


@dataclass(frozen=True)
class Pictures:
    """All pictures of one study; None where it has none of the kind.

    waterfalls: of the cells that stand out. losses: of all that may be compared.
    """

    speedup: Picture
    efficiency: Picture
    walls: Picture
    chunksizes: Picture | None
    memory: Picture | None
    items: Picture | None
    losses: Picture | None
    waterfalls: tuple[Picture, ...]

    @property
    def all(self) -> list[Picture]:
        """Those that become files."""
        single = (self.speedup, self.efficiency, self.walls, self.chunksizes, self.memory, self.items, self.losses)
        return [picture for picture in (*single, *self.waterfalls) if picture is not None]


def pictures(
    judged: Judged,
    scaling: StudyScaling,
    recommendation: Recommendation,
    anchor: str,
    looks: Mapping[str, Look],
    items_s: Times | None,
) -> Pictures:
    """Every picture of the study. anchor: unique on the page. items_s: serial item times, None where not known."""
    basis, curves = basis_name(scaling), chart(scaling, recommendation, looks)
    words = describe(scaling, recommendation)
    make = _Maker(judged.study.label, anchor)
    return Pictures(
        make("speedup", speedup_drawing(curves, basis), words, f"speedup over serial, {basis}, 95 % intervals"),
        make("efficiency", efficiency_drawing(curves, basis), f"Efficiency: {words}", f"speedup / workers, {basis}"),
        make("walls", wall_drawing(wall_groups(scaling, looks)), "Wall time of every round by setting", "wall times"),
        _chunksizes(make, judged, scaling, recommendation, looks, None if items_s is None else items_s.tolist()),
        _memory(make, judged, recommendation, looks),
        None if items_s is None else _items(make, scaling, items_s),
        _losses(make, judged, scaling, recommendation),
        tuple(_waterfalls(make, judged, scaling, recommendation)),
    )


@dataclass(frozen=True)
class _Maker:
    label: str
    anchor: str

    def __call__(
        self, name: str, drawing: Drawing, words: str, what: str, finding: str = "", facets: Facets = UNFILTERED
    ) -> Picture:
        title = f"{words}, {plain(self.label)}" if plain(self.label) not in words else words
        return Picture(name, drawing, drawing.inline(f"{self.anchor}-{name}", title), finding, what, facets)


def _chunksizes(
    make: _Maker,
    judged: Judged,
    scaling: StudyScaling,
    recommendation: Recommendation,
    looks: Mapping[str, Look],
    items_s: Sequence[float] | None,
) -> Picture | None:
    sizes = size_chart(scaling, recommendation, judged.losses, looks, items_s)
    if sizes is None:
        return None
    what = f"speedup over serial by chunksize, {sizes.basis}"
    return make("chunksizes", chunksize_drawing(sizes), f"Speedup over chunksize. {sizes.finding}", what, sizes.finding)


def _memory(make: _Maker, judged: Judged, recommendation: Recommendation, looks: Mapping[str, Look]) -> Picture | None:
    memory = memory_chart(judged.study, recommendation, looks, judged.machine)
    if memory is None:
        return None
    words = finding(memory)
    return make("memory", memory_drawing(memory), f"Peak memory over workers. {words}", "peak memory", words)


def _items(make: _Maker, scaling: StudyScaling, items_s: Times) -> Picture:
    items = Items(items_s, scaling.study.item_names, max(cell.cell.setting.workers for cell in scaling.cells))
    words, share = histogram.finding(items), histogram.share_words(items)
    longest = "; ".join(map(items.words, items.longest))
    return make(
        "items",
        histogram.histogram_drawing(items),
        f"How many items take how long, serially. {words} Longest: {longest}",
        "how long items take, serially",
        f"{words} Dashed: {share}; an item beyond it decides when the round ends." if share else words,
    )


def _waterfalls(
    make: _Maker, judged: Judged, scaling: StudyScaling, recommendation: Recommendation
) -> Iterator[Picture]:
    """Of the cells that stand out, each with its largest loss in words."""
    chosen = recommendation.chosen.cell if recommendation.chosen else None
    for part, cell in best_and_worst(scaling, recommendation):
        losses = judged.losses.get(cell.cell_id)
        loss = losses and largest_loss(scaling, cell, losses, recommended=cell is chosen)
        if losses and loss:
            steps, what = waterfall.steps(losses), f"{part}: {cell_name(cell)}"
            words = f"{cell_name(cell)}: {waterfall.described(steps)}"
            drawing = waterfall.waterfall_drawing(steps)
            yield make(
                f"waterfall-{part.lower()}", drawing, words, what, sentence(loss_and_remedy(loss)), Facets.of(cell)
            )


def _losses(make: _Maker, judged: Judged, scaling: StudyScaling, recommendation: Recommendation) -> Picture | None:
    """Of all settings that may be compared."""
    bars = loss_bars(scaling, recommendation, judged.losses)
    if bars is None:
        return None
    words = "From left to right useful work, which is the speedup, and what was lost, up to the number of workers."
    if bars.has_negative:
        words += " Left of zero: time gained, because items took less time than serially; the bar is longer by as much."
    if bars.more:
        words += f" {counted(bars.more, 'slower setting')} not shown."
    return make("losses", loss_drawing(bars), "Speedup kept and lost by setting", "speedup kept and lost", words)
