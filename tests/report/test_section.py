"""The report's parts: tables, curves, timelines, splits, colours, words, Markdown."""

import re
from dataclasses import replace
from itertools import combinations, pairwise
from pathlib import Path

import numpy as np
import pytest
import report_samples as samples
from hypothesis import given
from hypothesis import strategies as st

from lightwork import render
from lightwork.analysis.basis import Basis
from lightwork.analysis.judged_study import best_and_worst, judge
from lightwork.analysis.recommendation import recommend
from lightwork.analysis.scaling import scale
from lightwork.core.causes import Cause
from lightwork.core.estimate import Estimate
from lightwork.core.round import Outcome
from lightwork.core.setting import Setting
from lightwork.render import palette, svg
from lightwork.render.markdown import inert
from lightwork.report import summary
from lightwork.report.charts import curves, memory, timeline
from lightwork.report.charts.memory_figure import memory_drawing
from lightwork.report.charts.speedup_figure import efficiency_drawing, speedup_drawing
from lightwork.report.charts.wall_figure import wall_drawing
from lightwork.report.speedups import failures, speedup_table
from lightwork.report.split import split_table
from lightwork.text import quantities
from lightwork.text.variants import cell_name
from lightwork.text.verdict import verdict_sentence


@pytest.fixture(scope="module")
def judged():
    """The sample's studies, judged, and their ledgers."""
    results, ledgers = samples.sample()
    return judge(results, ledgers), ledgers


# words


@given(st.text())
def test_plain_is_one_printable_line(name):
    """Whatever a name holds, its plain form prints on one line."""
    assert quantities.plain(name).isprintable()


@given(st.text(), st.integers(8, 60))
def test_short_keeps_start_and_end(name, length):
    """A cut name is no longer than asked and keeps its start and its suffix."""
    cut = quantities.short(name, length)
    assert len(cut) <= length
    assert quantities.plain(name).startswith(cut[: length // 2 - 1])
    assert quantities.plain(name).endswith(cut[-length // 2 + 1 :])


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 s"), (3e-7, "300 ns"), (0.00123, "1.2 ms"), (1.5, "1.5 s"), (90, "90 s"), (150, "2.5 min")],
)
def test_duration_units(seconds, words):
    """A duration is told in the unit that needs no zeros."""
    assert quantities.duration(seconds) == words


def test_interval_that_is_missing_is_said():
    """A point without an interval says so."""
    assert quantities.times(Estimate(2.0, None, None, 1, "")) == "2.0x (no interval)"


# tables


def test_variants_with_a_default_chunksize_share_a_row():
    """Pool.map's default chunksize changes with the workers: still one row, which names the range."""
    maker = samples.Maker()
    study = samples.study(maker, "s", [samples.MS] * 64, samples.settings((2, 4), {"strategy": "map"}))
    in_force = {"map-w2-fork-given": 8, "map-w4-fork-given": 4}
    study = replace(study, cells=tuple(replace(cell, chunksize=in_force.get(cell.cell_id)) for cell in study.cells))
    scaling = scale(study, 4)
    [(name, *entries)] = speedup_table(scaling, recommend(scaling)).rows
    assert (name.words, name.details, len(entries)) == ("map", ("default chunksize, 4 to 8",), 2)


def test_start_methods_and_orders_have_rows_of_their_own():
    """Settings that differ in anything but workers are never merged into one row."""
    maker = samples.Maker()
    kinds = [
        {"strategy": "map"},
        {"strategy": "map", "start_method": "spawn"},
        {"strategy": "map", "order": "largest-first"},
    ]
    kinds += [{"strategy": "map", "cores": 2}, {"strategy": "map", "chunksize": 4}]
    scaling = scale(samples.study(maker, "s", [samples.MS] * 8, samples.settings((2,), *kinds)), 4)
    rows = speedup_table(scaling, recommend(scaling)).rows
    assert {name.line for name, *_ in rows} == {
        "map", "map, spawn", "map, largest first", "map, on 2 cores", "map, chunksize 4"
    }  # fmt: skip


def test_marks_follow_the_plan(judged):
    """The plan's choice is marked as recommended, its equals as not measurably different, and nothing else."""
    one = judged[0][0]
    marks = {
        (name.words, entry.mark)
        for name, *entries in speedup_table(one.scaling, one.recommendation).rows
        for entry in entries
        if entry.mark
    }
    assert ("imap_unordered", "recommended") in marks
    assert {mark for _, mark in marks} <= {"recommended", "not measurably different"}


def test_slowest_and_fastest_are_what_they_are_called(judged):
    """The timelines show the chosen and the slowest cell, the description the fastest at each worker count."""
    for one in judged[0]:
        basis = Basis.of(one.scaling)
        points = {cell.cell.cell_id: basis.speedup(cell).point for cell in basis.candidates}
        parts = dict(best_and_worst(one.scaling, one.recommendation))
        assert points[parts["Slowest"].cell_id] == min(points.values())
        if one.recommendation.chosen is None:
            assert points[parts["Fastest"].cell_id] == max(points.values())
        for count, found in curves.best_by_workers(one.scaling):
            rivals = [cell.cell.cell_id for cell in basis.candidates if cell.cell.setting.workers == count]
            assert found.point == max(points[rival] for rival in rivals)


def test_failures_of_one_reason_are_counted_together(judged):
    """Two rounds that failed alike make one sentence; another reason makes another."""
    cell = judged[0][0].scaling.study.cell("queue-w8-fork-given")
    other = replace(cell.rounds[4], outcome=Outcome.LOST, reason="1 lost", detail="Traceback\n\x1b[1mlast")
    scaling = scale(
        replace(
            judged[0][0].study, cells=(*judged[0][0].study.cells[:2], replace(cell, rounds=(*cell.rounds[:4], other)))
        ),
        4,
    )
    found = failures(scaling.cells)
    assert [failure.words.partition(": ")[2][:19] for failure in found] == [
        "failed 1 of 6: hung",
        "failed 1 of 6: lost",
    ]
    assert found[1].detail == "Traceback\n\\x1b[1mlast"


# curves and figures


def test_strategies_keep_their_look_across_studies(judged):
    """A strategy has one colour and marker in every figure, and neighbours have different ones."""
    looks = palette.looks(one.study for one in judged[0])
    for one in judged[0]:
        for curve in curves.chart(one.scaling, one.recommendation, looks).curves:
            look = looks[curve.name.split(",")[0]]
            assert (curve.look.colour, curve.look.marker) == (look.colour, look.marker)
    assert len({(look.colour, look.marker) for look in looks.values()}) == len(looks)


def test_many_variants_leave_the_chosen_one_in_colour():
    """Past the colours, the chosen and the fastest curves are drawn in colour and the rest stays visible, unnamed."""
    maker = samples.Maker()
    kinds = [{"strategy": "map", "chunksize": size} for size in range(1, 13)]
    scaling = scale(samples.study(maker, "s", [5 * samples.MS] * 48, samples.settings((2, 4), *kinds)), 4)
    chart = curves.chart(scaling, recommend(scaling), palette.looks([scaling.study]))
    assert (len(chart.curves), len(chart.others)) == (8, 4)
    assert [curve.chosen for curve in chart.curves] == [True] + [False] * 7


def test_failed_points_are_crosses_not_points(judged):
    """A failed cell has no speedup in the figure; its worker count is kept for the cross."""
    one = judged[0][0]
    looks = palette.looks([one.study])
    [queue] = [curve for curve in curves.chart(one.scaling, one.recommendation, looks).curves if curve.name == "queue"]
    assert [count for count, _ in queue.points] == [2, 4]
    assert queue.failed == (8,)


def test_disturbed_rounds_are_apart_from_the_others(judged):
    """Of a cell's wall times the disturbed one is left out of the full dots, and is the only hollow one."""
    one = judged[0][1]
    groups = curves.wall_groups(one.scaling, palette.looks([one.study]))
    rows = [row for group in groups for row in group.rows]
    [spoiled] = [row for row in rows if row.excluded_s]
    walls = [found.wall_ns / 1e9 for found in one.study.cell("map-w2-c80-fork-given").rounds]
    assert spoiled.excluded_s == (walls[3],)
    assert spoiled.rounds_s == (*walls[:3], *walls[4:])


def test_the_answers_chart_has_each_strategy_once_at_its_best(judged):
    """Every strategy has one curve, of its fastest cell at each worker count; the recommended one is on top."""
    one = judged[0][0]
    chart = curves.small_chart(one.scaling, one.recommendation, palette.looks([one.study]))
    assert [curve.name for curve in chart.curves if curve.chosen] == [chart.curves[-1].name] == ["imap_unordered"]
    assert len({curve.name for curve in chart.curves}) == len(chart.curves) == 4
    best = dict(curves.best_by_workers(one.scaling))
    assert all(
        max(curve_at(curve)[count] for curve in chart.curves if count in curve_at(curve)) == best[count].point
        for count in best
    )


def curve_at(curve):
    """Its speedups by worker count."""
    return {count: estimate.point for count, estimate in curve.points}


@pytest.mark.matrix
def test_no_text_lies_on_text(judged):
    """Neither the legend's, the axes' nor the rows' words overlap, whatever the number of settings."""
    for one in judged[0]:
        looks = palette.looks([one.study])
        with svg.style():
            curve = curves.chart(one.scaling, one.recommendation, looks)
            peaks = memory.memory_chart(one.study, one.recommendation, looks, {"memory_limit_bytes": 90 << 20})
            drawn = [
                speedup_drawing(curve, "as measured"),
                efficiency_drawing(curve, "as measured"),
                wall_drawing(curves.wall_groups(one.scaling, looks)),
                memory_drawing(peaks),
            ]
            for drawing in drawn:
                assert _overlapping(drawing.figure) == []


@pytest.mark.parametrize("counts", [(8,), (2, 4, 8), (1, 2, 3, 4, 5, 6, 7), (1, 4, 64), (512,)])
def test_every_point_lies_inside_the_axes(counts):
    """However many curves there are, and however few worker counts, no point is cut off at the figure's edge."""
    kinds = [
        {"strategy": name} for name in ("map", "queue", "pipe", "fork", "static", "imap_unordered", "joblib", "mpire")
    ]
    maker = samples.Maker()
    made = samples.study(maker, "s", [samples.MS] * 40, samples.settings(counts, *kinds), blocks=5)
    (one,) = judge(samples.results(made), maker.ledgers)
    with svg.style():
        drawings = [
            draw(curves.chart(one.scaling, one.recommendation, palette.looks([one.study])), "as measured")
            for draw in (speedup_drawing, efficiency_drawing)
        ]
    for drawing in drawings:
        low, high = drawing.figure.axes[0].get_xlim()
        assert len(drawing.tooltips) == len(kinds) * len(counts)
        assert all(low < tooltip.x < high for tooltip in drawing.tooltips)


def _overlapping(figure):
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.text import Text

    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    words = [found for found in figure.findobj(Text) if found.get_text() and found.get_visible()]
    boxes = [(found.get_text(), found.get_window_extent(canvas.get_renderer())) for found in words]
    inside = [box for box in boxes if box[1].width]
    return [
        (one, other)
        for place, (one, box) in enumerate(inside)
        for other, second in inside[place + 1 :]
        if box.x0 < second.x1 and second.x0 < box.x1 and box.y0 < second.y1 - 1 and second.y0 < box.y1 - 1
    ]


def test_inline_svg_has_no_ids_of_its_own_left():
    """Two copies of one chart on a page share no id, and text that looks like markup stays text."""
    chart = (
        b'<svg viewBox="0 0 1 1"><style>*{}</style><path id="a" style="fill: #0b62a8"/><use href="#a"/>'
        b'<text>#a &lt;b id="a"> #0b62a8</text></svg>'
    )
    page = svg.inline(chart, "x", 'a "title" <b>') + svg.inline(chart, "y", "")
    assert re.findall(r'<(?:path|use) (?:id|href)="([^"]*)"', page) == ["x-0", "#x-0", "y-0", "#y-0"]
    assert '<text>#a &lt;b id="a"> #0b62a8</text>' in page
    assert "fill: var(--series-0)" in page
    assert "<style" not in page
    assert "<b>" not in page


# timelines


def test_lanes_of_a_timeline_cover_the_round(judged):
    """Marks stay on the plane, the longest item is named on top of all, and there is a lane per worker."""
    study, ledgers = judged[0][0].study, judged[1]
    cell = study.cell("imap_unordered-w4-c1-fork-largest-first")
    found = timeline.round_to_draw(cell, ledgers)
    drawn = timeline.timeline(study, cell, found, ledgers[found.ledger], span_ns=2 * found.wall_ns, words="w")
    boxes = [
        re.match(r"M([\d.]+) ([\d.]+)h([\d.]+)", part) for mark in drawn.marks for part in mark.path.split("z") if part
    ]
    middle = timeline.LEFT + timeline.SPAN / 2
    assert max(float(box[1]) + float(box[3]) for box in boxes) == pytest.approx(middle, abs=0.5)
    assert min(float(box[1]) for box in boxes) == timeline.LEFT
    assert [label.words for label in drawn.lanes] == ["0", "1", "2", "3"]
    assert drawn.marks[-1].kind == "longest"
    assert drawn.marks[-1].words.startswith("vendor_17.csv: ")
    assert {"startup", "done", "tail", "teardown", "longest"} <= set(drawn.kinds)


def test_five_longest_items_are_named_in_order(judged):
    """The five longest items stand in the list with their time and share, the longest first, and are outlined."""
    study, ledgers = judged[0][0].study, judged[1]
    cell = study.cell("map-w4-c6-fork-given")
    found = timeline.round_to_draw(cell, ledgers)
    rows = ledgers[found.ledger]
    drawn = timeline.timeline(study, cell, found, rows, span_ns=found.wall_ns, words="w")
    lengths = rows["end_ns"] - rows["start_ns"]
    order = np.argsort(-lengths, kind="stable")[:5].tolist()
    assert [told.split(": ")[0] for told in drawn.longest] == [study.item_names[item] for item in order]
    share = quantities.percent(lengths[17] / lengths.sum())
    first = f"{quantities.duration(lengths[17] / 1e9)}, {share} of the work, worker "
    assert drawn.longest[0] == f"vendor_17.csv: {first}{rows['worker'][17]}"
    assert [mark.kind for mark in drawn.marks[-6:]].count("longest") == 5
    assert drawn.numbers[0].words == "1"


def test_numbers_of_the_longest_items_keep_apart(judged):
    """A number that would stand on another one is left to the list; the longest item always has its own."""
    plane = timeline.Plane(0, 1_000, 1)
    near = [timeline.ItemInterval(item, 0, 10 * item, 10 * item + 10) for item in range(5)]
    far = [timeline.ItemInterval(item, 0, 200 * item, 200 * item + 100) for item in range(5)]
    assert [number.words for number in timeline._numbers(plane, near)] == ["1", "5"]
    assert [number.words for number in timeline._numbers(plane, far)] == ["1", "2", "3", "4", "5"]


def test_every_item_of_a_short_round_is_drawn(judged):
    """Up to 2,000 items each have a rectangle; one that raised is of its own kind."""
    study, ledgers = judged[0][0].study, judged[1]
    cell = study.cell("map-w4-c6-fork-given")
    found = timeline.round_to_draw(cell, ledgers)
    rows = ledgers[found.ledger].copy()
    rows["state"][5] = 3
    drawn = timeline.timeline(study, cell, found, rows, span_ns=found.wall_ns, words="w")
    counts = {mark.kind: mark.path.count("z") for mark in drawn.marks if mark.kind in {"done", "raised"}}
    assert counts == {"done": 47, "raised": 1}


def test_many_items_are_summed_up(judged):
    """Thousands of items become shades, whose busy time is the items' own."""
    study, ledgers = judged[0][1].study, judged[1]
    cell = study.cell("map-w4-c80-fork-given")
    found = timeline.round_to_draw(cell, ledgers)
    drawn = timeline.timeline(study, cell, found, ledgers[found.ledger], span_ns=found.wall_ns, words="w")
    assert "busy" in drawn.kinds
    assert "done" not in drawn.kinds
    assert sum(len(mark.path) for mark in drawn.marks) < 40_000


def test_busy_time_before_an_edge():
    """The busy share of a lane is exact at every edge, inside items, between them and after them."""
    lane = timeline.Lane(0, (0, 1), np.array([10, 30]), np.array([20, 50]))
    busy = timeline._busy_before(np.array([0, 10, 15, 20, 25, 30, 50, 60]), lane)
    assert busy.tolist() == [0, 0, 5, 10, 10, 10, 30, 30]


@pytest.mark.parametrize("span_ns", [1_500, 7_000_000, 341_000_000, 1_650_000_000, 90_000_000_000])
def test_ticks_are_round_and_apart(span_ns):
    """The axis has a few ticks at round moments, none over another, from microseconds to minutes."""
    ticks = timeline._ticks(timeline.Plane(0, span_ns, 2))
    assert 3 <= len(ticks) <= 7
    assert all(second.x - first.x > 40 for first, second in pairwise(ticks))


def test_round_to_draw_is_the_typical_one(judged):
    """The drawn round is the one of median wall time, not the best."""
    cell = judged[0][0].study.cells[3]
    walls = sorted(found.wall_ns for found in cell.rounds)
    assert timeline.round_to_draw(cell, judged[1]).wall_ns == walls[2]
    assert timeline.round_to_draw(cell, {}) is None


def test_split_adds_up_to_the_workers(judged):
    """Useful work and all losses of a column sum to its number of workers, as the table's last row says."""
    one = judged[0][0]
    found = split_table({("part", "cell"): next(iter(one.losses.values()))}, "study")
    figures_shown = [float(share.words.replace("\N{MINUS SIGN}", "-")) for _, share in found.rows]
    assert sum(figures_shown[:-1]) == pytest.approx(figures_shown[-1], abs=0.05)


# colours


def _luminance(colour):
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one, other):
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", [0, 1])
def test_contrast(scheme):
    """Text has 4.5:1 on whatever it stands on (WCAG AA), curves have 3:1 on the page, in both schemes."""
    css = (Path(render.__file__).parent / "page.css").read_text()
    pairs = re.findall(r"--([\w-]+): light-dark\((#\w+), (#\w+)\)", css)
    colours = {name: pair[scheme] for name, *pair in pairs}
    colours |= {name: pair[scheme] for name, pair in palette.css_variables().items()}
    texts = [("ink", "page"), ("ink", "card"), ("muted", "page"), ("muted", "card"), ("link", "page"), ("link", "card")]
    texts += [("warn", "warn-soft"), ("bad", "page"), ("accent", "accent-soft"), ("accent", "card")]
    texts += [("ink", "accent-soft"), ("muted", "equal-soft")]
    assert [pair for pair in texts if _contrast(colours[pair[0]], colours[pair[1]]) < 4.5] == []
    series = [name for name in colours if name.startswith(("series", "cause")) or name in {"limit", "outline"}]
    assert [name for name in series if _contrast(colours[name], colours["page"]) < 3] == []


# what the common colour blindnesses make of linear red, green and blue (Machado, Oliveira and Fernandes 2009)
SEEN = {
    "with all cones": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": ((0.152, 1.053, -0.205), (0.115, 0.786, 0.099), (-0.004, -0.048, 1.052)),
    "deuteranopia": ((0.367, 0.861, -0.228), (0.280, 0.673, 0.047), (-0.012, 0.043, 0.969)),
    "tritanopia": ((1.256, -0.077, -0.179), (-0.078, 0.931, 0.148), (0.005, 0.691, 0.304)),
}
OKLAB_LMS = ((0.4122, 0.5363, 0.0514), (0.2119, 0.6807, 0.1074), (0.0883, 0.2817, 0.6300))
OKLAB = ((0.2105, 0.7936, -0.0041), (1.9780, -2.4286, 0.4506), (0.0259, 0.7828, -0.8087))


def _oklab(colour, seen):
    parts = np.array([int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)])
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return np.array(OKLAB) @ np.cbrt(np.array(OKLAB_LMS) @ np.clip(np.array(seen) @ linear, 0, 1))


@pytest.mark.parametrize("seen", SEEN.values(), ids=SEEN)
@pytest.mark.parametrize("scheme", [0, 1])
def test_causes_keep_apart_for_every_eye(scheme, seen):
    """Any two causes' colours differ clearly in Oklab, for the colour-blind too, in both schemes."""
    colours = {cause: _oklab(pair[scheme], seen) for cause, pair in palette.CAUSES.items()}
    close = [(one, other) for one, other in combinations(colours, 2) if _distance(colours[one], colours[other]) < 0.09]
    assert close == []


def _distance(one, other):
    return float(np.linalg.norm(one - other))


def test_every_cause_has_a_colour():
    """Every cause, and what is no loss, has a class whose variable the page defines; only unsplit waits share one."""
    known = palette.css_variables()
    names = [palette.USEFUL, palette.ITEMS, *Cause]
    assert all(palette.cause_class(name) in known for name in names)
    classes = [palette.cause_class(cause) for cause in Cause]
    assert len(set(classes)) == len(classes) - 1
    assert palette.cause_class(Cause.BLOCKING) == palette.cause_class(Cause.BLOCKING_OR_CORE_WAIT)


# Markdown


@pytest.mark.parametrize("studies", [1, 2, 3, 6, 7, 40])
def test_summary_is_short(judged, studies):
    """The summary stays under 60 lines whatever was measured, and names how much it leaves out."""
    many = [
        replace(judged[0][place % 3], study=replace(judged[0][place % 3].study, label=f"s{place}"))
        for place in range(studies)
    ]
    lines = summary.summary(many).splitlines()
    assert len(lines) < 60
    assert ("- and 20 more rows in index.html." in lines) == (studies == 40)


def test_summary_says_the_verdict_and_the_failures(judged):
    """A reviewer finds the sentence, the table and what failed."""
    written = summary.summary(judged[0])
    assert "Use 4 workers, imap_unordered, chunksize 1, largest first" in written
    assert "failed 2 of 7" in written
    assert "recommended" in written


def test_summary_keeps_names_inert():
    """Names start no markup, mention, reference or link, and no table row gets a column more."""
    results, ledgers = samples.hostile()
    written = summary.summary(judge(results, ledgers))
    assert not re.search(r"(?<!\\)<", written)
    assert not re.search(r"[@#]\w|://\w", written.replace("# lightwork", ""))
    rows = [line for line in written.splitlines() if line.startswith("|")]
    widths = [len(re.findall(r"(?<!\\)\|", row)) for row in rows]
    assert widths == [4, 4, 4] + [5] * (len(rows) - 3)


@given(st.text(alphabet="a_*`[]()<>|#@:/w.$~&\\!", max_size=20))
def test_inert_escapes_every_mark(name):
    """Taking the escapes away gives the name back, and no mark is left without one."""
    written = inert(name)
    assert not re.search(r"(?<!\\)(?:\\\\)*[*`\[\]<>|$~&]", written.replace("\u200b", "")) or "\\" in written
    assert re.sub(r"\\(.)", r"\1", written.replace("\u200b", "")) == name


def test_setting_names_agree_with_the_plan(judged):
    """The page and the plan call a setting by the same words, in whatever order."""
    cell = judged[0][0].recommendation.chosen.cell
    assert set(cell_name(cell).split(", ")) <= set(
        verdict_sentence(judged[0][0].recommendation.verdict).removeprefix("use ").split(": ")[0].split(", ")
    )
    assert cell.setting == Setting("imap_unordered", 4, 1, "fork", "largest-first")
