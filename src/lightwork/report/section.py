"""A study's section of the page: every table and picture of it, made ready for the template."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from markupsafe import Markup

from lightwork.analysis.judged_study import Judged, best_and_worst
from lightwork.core.study import Cell
from lightwork.planning.saved import SavedPlan
from lightwork.render.palette import Look, looks
from lightwork.render.table import Table
from lightwork.report.answer import StudyAnswer, answer, cap_sentence
from lightwork.report.break_evens import break_even_table
from lightwork.report.charts.curves import basis_name, describe, small_chart
from lightwork.report.charts.histogram import item_times_s
from lightwork.report.charts.pictures import Pictures, pictures
from lightwork.report.charts.speedup_figure import small_drawing
from lightwork.report.charts.timeline import Timeline, most_items, round_to_draw, timeline
from lightwork.report.charts.zoom import ITEMS_ON_A_PAGE, NAMES_ON_A_PAGE, Room
from lightwork.report.cluster import cluster_sentence
from lightwork.report.factors import factors_table
from lightwork.report.predicted import Beside, beside
from lightwork.report.resources import resources_table
from lightwork.report.speedups import FailedCell, failures, speedup_table
from lightwork.report.split import split_table
from lightwork.storage.atomic import slug
from lightwork.text.variants import cell_name


@dataclass(frozen=True)
class Section:
    """All that the page shows of one study. small: the chart beside its answer; pictures: those of its details."""

    anchor: str
    verdict: StudyAnswer
    small: Markup | None = None
    speedups: Table | None = None
    failures: tuple[FailedCell, ...] = ()
    pictures: Pictures | None = None
    timelines: tuple[Timeline, ...] = ()
    split: Table | None = None
    factors: Table | None = None
    break_evens: Table | None = None
    resources: Table | None = None
    predicted: Beside | None = None
    basis: str = ""
    has_excluded: bool = False
    cap: str = ""
    cluster: str = ""


@dataclass(frozen=True)
class SectionContext:
    """What a section needs beside its own study: the ledgers by name, the strategies' looks, and plans of any study."""

    ledgers: Mapping[str, Any]
    looks: Mapping[str, Look]
    plans: Sequence[SavedPlan] = ()


def sections_of(judged: Sequence[Judged], ledgers: Mapping[str, Any], plans: Sequence[SavedPlan] = ()) -> list[Section]:
    """A section per study. Draws with matplotlib: to be called inside `svg.style`."""
    around = SectionContext(ledgers, looks(study.study for study in judged), plans)
    taken: set[str] = set()
    sections = [_section(study, slug(study.study.label, taken), around) for study in judged]
    drawn = _all_timelines(judged, ledgers)
    return [replace(section, timelines=timelines) for section, timelines in zip(sections, drawn, strict=True)]


def _section(judged: Judged, anchor: str, around: SectionContext) -> Section:
    scaling, recommendation = judged.scaling, judged.recommendation
    if scaling is None or recommendation is None:
        return Section(anchor, answer(judged))
    items_s = item_times_s(scaling.study, around.ledgers)
    small = small_drawing(small_chart(scaling, recommendation, around.looks))
    shown = best_and_worst(scaling, recommendation)
    parts = {cell.cell_id: part.lower() for part, cell in shown}
    return Section(
        anchor,
        answer(judged),
        small=small.inline(f"{anchor}-small", describe(scaling, recommendation)),
        pictures=pictures(judged, scaling, recommendation, anchor, around.looks, items_s),
        speedups=speedup_table(scaling, recommendation),
        failures=failures(scaling.cells),
        split=_split(judged, shown),
        factors=factors_table(scaling, judged.losses, parts),
        break_evens=break_even_table(scaling),
        resources=resources_table(scaling, parts),
        predicted=beside(around.plans, scaling, judged.machine),
        basis=basis_name(scaling),
        has_excluded=any(cell.disturbed for cell in scaling.cells),
        cap=cap_sentence(scaling),
        cluster=cluster_sentence(scaling, judged.losses),
    )


def _all_timelines(judged: Sequence[Judged], ledgers: Mapping[str, Any]) -> list[tuple[Timeline, ...]]:
    """Every study's timelines; the first ones can be zoomed into, as long as the page has room for their items."""
    most, left, timelines = most_items(2 * len(judged)), ITEMS_ON_A_PAGE, []
    for study in judged:
        drawn = _timelines(study, ledgers, most, Room(left // 2, NAMES_ON_A_PAGE // (2 * len(judged))))
        left -= sum(each.items for each in drawn if each.zoom is not None)
        timelines.append(drawn)
    return timelines


def _timelines(judged: Judged, ledgers: Mapping[str, Any], most: int, room: Room) -> tuple[Timeline, ...]:
    """The chosen (or fastest) cell's typical round beside the slowest one's, over the same span of time."""
    if judged.scaling is None or judged.recommendation is None:
        return ()
    shown = best_and_worst(judged.scaling, judged.recommendation)
    drawn = [(part, cell, round_to_draw(cell, ledgers)) for part, cell in shown]
    drawable = [(part, cell, round_) for part, cell, round_ in drawn if round_ is not None]
    span_ns = max((round_.wall_ns for _, _, round_ in drawable), default=0)
    return tuple(
        replace(
            timeline(
                judged.study,
                cell,
                round_,
                ledgers[round_.ledger],
                span_ns=span_ns,
                words=f"{part}: {cell_name(cell)}",
                most=most,
                room=room,
            ),
            part=part,
        )
        for part, cell, round_ in drawable
    )


def _split(judged: Judged, shown: Sequence[tuple[str, Cell]]) -> Table | None:
    named = {(part, cell_name(cell)): judged.losses.get(cell.cell_id) for part, cell in shown}
    return split_table({name: lost for name, lost in named.items() if lost is not None}, judged.study.label)
