"""The report's page: every part put together, and all files written."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from manyhands.report import figures, svg
from manyhands.report.curves import basis_name, chart, describe, overview, wall_groups
from manyhands.report.files import slug, write_atomically
from manyhands.report.judgement import Judged, Verdict, best_and_worst, cap_sentence, judge, verdict
from manyhands.report.markdown import summary
from manyhands.report.method import gaps, machine_facts, method
from manyhands.report.palette import Look, css_variables, looks
from manyhands.report.rows import rounds_csv
from manyhands.report.split import Split, split
from manyhands.report.tables import Table, cell_name, table
from manyhands.report.text import plain
from manyhands.report.timeline import WIDTH, Timeline, most_items, round_to_draw, timeline
from manyhands.results import Cell, Results

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Section:
    """All that the page shows of one study. speedup_files: the chart's bytes by file name."""

    anchor: str
    verdict: Verdict
    small: Markup | None = None
    table: Table | None = None
    speedup: Markup | None = None
    walls: Markup | None = None
    timelines: tuple[Timeline, ...] = ()
    split: Split | None = None
    basis: str = ""
    has_equal_speed: bool = False
    cap: str = ""
    speedup_files: Mapping[str, bytes] = field(default_factory=dict)


def write_report(results: Results, ledgers: Mapping[str, Any], out: Path) -> Path:
    """Write index.html, summary.md, rounds.csv and each study's speedup chart into `out`."""
    judged = judge(results, ledgers)
    with svg.style():
        sections = _sections(judged, ledgers)
    out.mkdir(parents=True, exist_ok=True)
    for section in sections:
        for name, content in section.speedup_files.items():
            write_atomically(out / name, content)
    write_atomically(out / "rounds.csv", rounds_csv(results).encode())
    write_atomically(out / "summary.md", summary(judged).encode())
    return write_atomically(out / "index.html", page(results, judged, sections, ledgers).encode())


def page(results: Results, judged: list[Judged], sections: list[Section], ledgers: Mapping[str, Any]) -> str:
    """The whole page as text."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE), autoescape=True, trim_blocks=True, lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )  # fmt: skip
    return environment.get_template("page.html").render(
        sections=sections,
        css=Markup((HERE / "page.css").read_text(encoding="utf-8")),  # noqa: S704  our own file
        variables=css_variables(),
        saved_at=plain(results.saved_at),
        facts=machine_facts(results),
        method=method(judged),
        gaps=gaps(judged, results, ledgers),
        timeline_width=WIDTH,
        study_count="1 study" if len(sections) == 1 else f"{len(sections)} studies",
    )


def _sections(judged: list[Judged], ledgers: Mapping[str, Any]) -> list[Section]:
    taken: set[str] = set()
    look_of = looks(one.study for one in judged)
    sections = [_section(one, slug(one.study.label, taken), look_of) for one in judged]
    most = most_items(2 * len(judged))
    drawn = [_timelines(one, ledgers, most) for one in judged]
    small = iter(_overview(judged))
    return [
        replace(section, small=next(small), timelines=timelines) if section.table else section
        for section, timelines in zip(sections, drawn, strict=True)
    ]


def _overview(judged: list[Judged]) -> list[Markup]:
    known = [(one.scaling, one.plan) for one in judged if one.scaling is not None and one.plan is not None]
    charts = overview([scaling for scaling, _ in known])
    return [
        svg.inline(svg.svg_bytes(figures.small_figure(small)), f"o{place}", describe(scaling, plan))
        for place, ((scaling, plan), small) in enumerate(zip(known, charts, strict=True))
    ]


def _section(one: Judged, anchor: str, look_of: dict[str, Look]) -> Section:
    scaling, plan = one.scaling, one.plan
    if scaling is None or plan is None:
        return Section(anchor, verdict(one))
    speedup = figures.speedup_figure(chart(scaling, plan, look_of))
    speedup_svg = svg.svg_bytes(speedup)
    figures.entitle(speedup, one.study.label, f"speedup over serial, {basis_name(scaling)}, 95 % intervals")
    walls = svg.svg_bytes(figures.wall_figure(wall_groups(scaling, look_of)))
    walls_title = f"Wall time of every round by setting, {plain(one.study.label)}; rounds.csv has the figures"
    return Section(
        anchor,
        verdict(one),
        table=table(scaling, plan),
        speedup=svg.inline(speedup_svg, f"{anchor}-s", describe(scaling, plan)),
        walls=svg.inline(walls, f"{anchor}-w", walls_title),
        split=_split(one),
        basis=basis_name(scaling),
        has_equal_speed=any(cell.speedup_equal_speed is not None for cell in scaling.cells),
        cap=cap_sentence(scaling),
        speedup_files={f"speedup-{anchor}{suffix}": content for suffix, content in svg.files_of(speedup).items()},
    )


def _timelines(one: Judged, ledgers: Mapping[str, Any], most: int) -> tuple[Timeline, ...]:
    """The chosen (or fastest) cell's typical round beside the slowest one's, over the same span of time."""
    drawn = [(part, cell, round_to_draw(cell, ledgers)) for part, cell in _standing_out(one)]
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


def _split(one: Judged) -> Split | None:
    named = {(part, cell_name(cell)): one.losses.get(cell.cell_id) for part, cell in _standing_out(one)}
    return split({name: lost for name, lost in named.items() if lost is not None})


def _standing_out(one: Judged) -> list[tuple[str, Cell]]:
    if one.scaling is None or one.plan is None:
        return []
    return best_and_worst(one.scaling, one.plan)
