"""The pictures of a study that matplotlib draws, for the page and as files. To be made inside `svg.style`."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from lightwork.analysis.basis import ranked
from lightwork.analysis.judged_study import Judged, best_and_worst
from lightwork.analysis.recommendation import Recommendation
from lightwork.analysis.remedies import largest_loss
from lightwork.analysis.scaling import StudyScaling
from lightwork.render.filters import UNFILTERED, Facets
from lightwork.render.palette import Look
from lightwork.render.tooltips import Drawing
from lightwork.report.charts import histogram, losscurve, waterfall
from lightwork.report.charts.chunksize_figure import chunksize_drawing
from lightwork.report.charts.chunksizes import size_chart
from lightwork.report.charts.curves import basis_name, chart, describe, wall_groups
from lightwork.report.charts.histogram import Items, Times
from lightwork.report.charts.losscurve import Stacks
from lightwork.report.charts.memory import finding, memory_chart
from lightwork.report.charts.memory_figure import memory_drawing
from lightwork.report.charts.speedup_figure import efficiency_drawing, speedup_drawing
from lightwork.report.charts.wall_figure import wall_drawing
from lightwork.storage.atomic import slug
from lightwork.text.losses import loss_and_remedy
from lightwork.text.quantities import plain, sentence
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

    waterfalls: of the cells that stand out; more_waterfalls: small ones of all others that may be compared.
    losses: one for each of the stacks.
    """

    speedup: Picture
    efficiency: Picture
    walls: Picture
    chunksizes: Picture | None
    memory: Picture | None
    items: Picture | None
    waterfalls: tuple[Picture, ...]
    more_waterfalls: tuple[Picture, ...]
    losses: tuple[Picture, ...]
    stacks: Stacks | None

    @property
    def all(self) -> list[Picture]:
        """Those that become files."""
        single = (self.speedup, self.efficiency, self.walls, self.chunksizes, self.memory, self.items)
        return [picture for picture in (*single, *self.waterfalls, *self.losses) if picture is not None]


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
    stacks = losscurve.first_stacks(losscurve.stacks(scaling, recommendation, judged.losses))
    return Pictures(
        make("speedup", speedup_drawing(curves, basis), words, f"speedup over serial, {basis}, 95 % intervals"),
        make("efficiency", efficiency_drawing(curves, basis), f"Efficiency: {words}", f"speedup / workers, {basis}"),
        make("walls", wall_drawing(wall_groups(scaling, looks)), "Wall time of every round by setting", "wall times"),
        _chunksizes(make, judged, scaling, recommendation, looks, None if items_s is None else items_s.tolist()),
        _memory(make, judged, recommendation, looks),
        None if items_s is None else _items(make, scaling, items_s),
        tuple(_waterfalls(make, judged, scaling, recommendation)),
        tuple(_more_waterfalls(make, judged, scaling, recommendation)),
        tuple(_losses(make, stacks)) if stacks else (),
        stacks,
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


def _more_waterfalls(
    make: _Maker, judged: Judged, scaling: StudyScaling, recommendation: Recommendation
) -> Iterator[Picture]:
    """Of all other cells that may be compared, the fastest first, small."""
    openly = {cell.cell_id for _, cell in best_and_worst(scaling, recommendation)}
    for scaled in reversed(ranked(scaling)):
        cell, losses = scaled.cell, judged.losses.get(scaled.cell.cell_id)
        if losses and cell.cell_id not in openly:
            steps, name = waterfall.steps(losses), cell_name(cell)
            words = f"{name}: {waterfall.described(steps)}"
            drawing = waterfall.waterfall_drawing(steps, waterfall.SMALL)
            yield make(f"waterfall-{slug(name, set())}", drawing, words, name, facets=Facets.of(cell))


def _losses(make: _Maker, stacks: Stacks) -> Iterator[Picture]:
    slugs = set[str]()
    for stack in stacks.shown:
        words = f"Speedup kept and lost over workers, {stack.name}. {losscurve.described(stack)}"
        what = f"speedup kept and lost: {stack.name}"
        drawing = losscurve.loss_drawing(stack, stacks)
        yield make(f"losses-{slug(stack.name, slugs)}", drawing, words, what, facets=stack.facets)
