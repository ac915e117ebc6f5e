"""A study's section of the page: every table and picture of it, made ready for the template."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from markupsafe import Markup

from manyhands.levers import largest_loss
from manyhands.plan import Plan
from manyhands.report import figures, svg
from manyhands.report.answer import Verdict, cap_sentence, verdict
from manyhands.report.break_evens import break_even_sheet
from manyhands.report.cluster import cluster_sentence
from manyhands.report.curves import basis_name, chart, describe, overview, wall_groups
from manyhands.report.factors import factors_sheet
from manyhands.report.files import slug
from manyhands.report.histogram import Histogram, histogram, item_times_s
from manyhands.report.judgement import Judged, best_and_worst
from manyhands.report.losscurve import LossCurves, loss_curves, stacks
from manyhands.report.memory import finding, memory_chart
from manyhands.report.memory_figure import memory_figure
from manyhands.report.palette import Look, looks
from manyhands.report.resources import resources_sheet, sampling_told
from manyhands.report.sheet import Sheet
from manyhands.report.split import Split, split
from manyhands.report.tables import Table, cell_name, ranked, table
from manyhands.report.timeline import Timeline, most_items, round_to_draw, timeline
from manyhands.report.waterfall import SMALL, Waterfall, waterfall
from manyhands.results import Cell, Results
from manyhands.scaling import StudyScaling
from manyhands.text import plain, sentence


@dataclass(frozen=True)
class Section:
    """All that the page shows of one study. speedup_files: the chart's bytes by file name.

    waterfalls: of the cells that stand out; more_waterfalls: of all others that may be compared.
    """

    anchor: str
    verdict: Verdict
    small: Markup | None = None
    table: Table | None = None
    speedup: Markup | None = None
    walls: Markup | None = None
    timelines: tuple[Timeline, ...] = ()
    split: Split | None = None
    waterfalls: tuple[Waterfall, ...] = ()
    more_waterfalls: tuple[Waterfall, ...] = ()
    loss_curves: LossCurves | None = None
    histogram: Histogram | None = None
    memory: Markup | None = None
    memory_finding: str = ""
    factors: Sheet | None = None
    break_evens: Sheet | None = None
    resources: Sheet | None = None
    sampling: str = ""
    basis: str = ""
    has_equal_speed: bool = False
    has_left_out: bool = False
    cap: str = ""
    cluster: str = ""
    speedup_files: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True)
class Surroundings:
    """What a section needs beside its own study: the ledgers by name, the machine's facts, the strategies' looks."""

    ledgers: Mapping[str, Any]
    machine: Mapping[str, Any]
    looks: Mapping[str, Look]


def sections_of(judged: Sequence[Judged], results: Results, ledgers: Mapping[str, Any]) -> list[Section]:
    """A section per study. Draws with matplotlib: to be called inside `svg.style`."""
    around = Surroundings(ledgers, results.machine, looks(one.study for one in judged))
    taken: set[str] = set()
    sections = [_section(one, slug(one.study.label, taken), around) for one in judged]
    most = most_items(2 * len(judged))
    drawn = [_timelines(one, ledgers, most) for one in judged]
    small = iter(_overview(judged))
    return [
        replace(section, small=next(small), timelines=timelines) if section.table else section
        for section, timelines in zip(sections, drawn, strict=True)
    ]


def _overview(judged: Sequence[Judged]) -> list[Markup]:
    known = [(one.scaling, one.plan) for one in judged if one.scaling is not None and one.plan is not None]
    charts = overview([scaling for scaling, _ in known])
    return [
        svg.inline(svg.svg_bytes(figures.small_figure(small)), f"o{place}", describe(scaling, plan))
        for place, ((scaling, plan), small) in enumerate(zip(known, charts, strict=True))
    ]


def _section(one: Judged, anchor: str, around: Surroundings) -> Section:
    scaling, plan = one.scaling, one.plan
    if scaling is None or plan is None:
        return Section(anchor, verdict(one))
    section = _with_curves(one, scaling, plan, anchor, around)
    shown = best_and_worst(scaling, plan)
    parts = {cell.cell_id: part.lower() for part, cell in shown}
    return replace(
        section,
        table=table(scaling, plan),
        split=_split(one, shown),
        waterfalls=_waterfalls(one, scaling, shown),
        more_waterfalls=_more_waterfalls(one, scaling, shown),
        loss_curves=loss_curves(stacks(scaling, plan, one.losses)),
        histogram=_histogram(scaling, around.ledgers),
        factors=factors_sheet(scaling, one.losses, parts),
        break_evens=break_even_sheet(scaling),
        resources=resources_sheet(scaling, parts),
        sampling=sampling_told(scaling),
        basis=basis_name(scaling),
        has_equal_speed=any(cell.speedup_equal_speed is not None for cell in scaling.cells),
        has_left_out=any(cell.disturbed for cell in scaling.cells),
        cap=cap_sentence(scaling),
        cluster=cluster_sentence(scaling, one.losses),
    )


def _with_curves(one: Judged, scaling: StudyScaling, plan: Plan, anchor: str, around: Surroundings) -> Section:
    """The section with what matplotlib draws of it."""
    label, look_of = one.study.label, dict(around.looks)
    speedup = figures.speedup_figure(chart(scaling, plan, look_of))
    speedup_svg = svg.svg_bytes(speedup)
    figures.entitle(speedup, label, f"speedup over serial, {basis_name(scaling)}, 95 % intervals")
    walls = svg.svg_bytes(figures.wall_figure(wall_groups(scaling, look_of)))
    walls_title = f"Wall time of every round by setting, {plain(label)}; rounds.csv has the figures"
    memory = memory_chart(one.study, plan, look_of, around.machine)
    told = finding(memory) if memory else ""
    memory_title = f"Peak memory over workers, {plain(label)}. {told}"
    return Section(
        anchor,
        verdict(one),
        speedup=svg.inline(speedup_svg, f"{anchor}-s", describe(scaling, plan)),
        walls=svg.inline(walls, f"{anchor}-w", walls_title),
        memory=svg.inline(svg.svg_bytes(memory_figure(memory)), f"{anchor}-m", memory_title) if memory else None,
        memory_finding=told,
        speedup_files={f"speedup-{anchor}{suffix}": content for suffix, content in svg.files_of(speedup).items()},
    )


def _timelines(one: Judged, ledgers: Mapping[str, Any], most: int) -> tuple[Timeline, ...]:
    """The chosen (or fastest) cell's typical round beside the slowest one's, over the same span of time."""
    if one.scaling is None or one.plan is None:
        return ()
    shown = best_and_worst(one.scaling, one.plan)
    drawn = [(part, cell, round_to_draw(cell, ledgers)) for part, cell in shown]
    kept = [(part, cell, found) for part, cell, found in drawn if found is not None]
    span_ns = max((found.wall_ns for _, _, found in kept), default=0)
    return tuple(
        timeline(
            one.study,
            cell,
            found,
            ledgers[found.ledger],
            span_ns=span_ns,
            words=f"{part}: {cell_name(cell)}",
            most=most,
        )
        for part, cell, found in kept
    )


def _split(one: Judged, shown: Sequence[tuple[str, Cell]]) -> Split | None:
    named = {(part, cell_name(cell)): one.losses.get(cell.cell_id) for part, cell in shown}
    return split({name: lost for name, lost in named.items() if lost is not None})


def _waterfalls(one: Judged, scaling: StudyScaling, shown: Sequence[tuple[str, Cell]]) -> tuple[Waterfall, ...]:
    """Of the cells that stand out, each with its largest loss in words."""
    known = [(part, cell, one.losses[cell.cell_id]) for part, cell in shown if cell.cell_id in one.losses]
    chosen = one.plan.chosen.cell if one.plan and one.plan.chosen else None
    return tuple(
        waterfall(
            lost, part, cell_name(cell), sentence(largest_loss(scaling, cell, lost, recommended=cell is chosen).words)
        )
        for part, cell, lost in known
    )


def _more_waterfalls(one: Judged, scaling: StudyScaling, shown: Sequence[tuple[str, Cell]]) -> tuple[Waterfall, ...]:
    """Of all other cells that may be compared, the fastest first, small."""
    openly = {cell.cell_id for _, cell in shown}
    cells = [cell.cell for cell in reversed(ranked(scaling)) if cell.cell.cell_id not in openly]
    known = [cell for cell in cells if cell.cell_id in one.losses]
    return tuple(waterfall(one.losses[cell.cell_id], "", cell_name(cell), "", SMALL) for cell in known)


def _histogram(scaling: StudyScaling, ledgers: Mapping[str, Any]) -> Histogram | None:
    times_s = item_times_s(scaling.study, ledgers)
    if times_s is None:
        return None
    most = max(cell.cell.setting.workers for cell in scaling.cells)
    return histogram(times_s, scaling.study.item_names, most)
