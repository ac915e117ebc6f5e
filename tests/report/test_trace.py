"""A round as trace events: within the format's published rules, exact to the nanosecond, whatever an item is called."""

import json
import math
import re
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from benches import read
from builders import make_study
from command_line import assert_refused, told
from hypothesis import given
from hypothesis import strategies as st
from stories import Story, five, make_items, make_round, make_worker, stories

from lightwork.analysis.losses import losses_of
from lightwork.core.causes import Cause
from lightwork.core.round import Outcome
from lightwork.core.setting import Setting
from lightwork.core.study import Cell
from lightwork.ledger.table import ABSENT, State
from lightwork.report.trace import encode, parts_of, trace_of
from lightwork.storage import ledgers, results_json
from lightwork.storage.results_json import KEY
from lightwork.text.quantities import plain

HOSTILE = ("\x1b[31mred\r\n\x00", '"quoted" \\ back', "</script><script>alert(1)</script>", "a\udcff.csv", "\u202egnp")
METADATA = {"process_name": ("name", str), "thread_name": ("name", str), "thread_sort_index": ("sort_index", int)}
names = st.lists(st.sampled_from(HOSTILE) | st.text(), max_size=20)


def checked(content):
    """The trace in these bytes; fails on whatever the Trace Event Format does not allow."""
    trace = json.loads(content.decode("utf-8"), parse_constant=lambda word: pytest.fail(f"JSON has no {word}"))
    assert set(trace) == {"traceEvents", "displayTimeUnit", "otherData"}
    assert trace["displayTimeUnit"] in ("ms", "ns")
    assert all(isinstance(told, str) for told in trace["otherData"].values())
    for event in trace["traceEvents"]:
        check_event(event)
    check_names(trace["traceEvents"])
    check_nesting(trace["traceEvents"])
    return trace


def check_event(event):
    """What the format asks of every event, and of each of the three phases that are used."""
    assert {"name", "ph", "ts", "pid", "tid"} <= set(event)
    assert isinstance(event["name"], str)
    assert type(event["pid"]) is type(event["tid"]) is int
    assert isinstance(event.get("args", {}), dict)
    times = [event[key] for key in ("ts", "dur") if key in event]
    assert all(type(time) is float and math.isfinite(time) and time >= 0 for time in times)
    if event["ph"] == "M":
        key, kind = METADATA[event["name"]]
        assert type(event["args"][key]) is kind
    elif event["ph"] == "X":
        assert "dur" in event
        assert isinstance(event["cat"], str)
    else:
        assert event["ph"] == "i"
        assert event["s"] in ("g", "p", "t")
        assert isinstance(event["cat"], str)


def check_names(events):
    """One name for the process, and one name and place for each thread that something happens on."""
    told_of = [(event["name"], event["pid"], event["tid"]) for event in events if event["ph"] == "M"]
    assert len(set(told_of)) == len(told_of)
    assert [name for name, *_ in told_of].count("process_name") == 1
    for event in events:
        if event["ph"] != "M":
            for name in ("thread_name", "thread_sort_index"):
                assert (name, event["pid"], event["tid"]) in told_of


def check_nesting(events):
    """Complete events of one thread are nested or apart, in the floats with which a viewer reckons."""
    for own in by_thread(events).values():
        open_until = []
        for event in sorted(own, key=lambda event: (event["ts"], -event["dur"])):
            while open_until and open_until[-1] <= event["ts"]:
                open_until.pop()
            end = event["ts"] + event["dur"]
            assert not open_until or end <= open_until[-1], event
            open_until.append(end)


def by_thread(events):
    """The complete events of each thread, as they come."""
    found = defaultdict(list)
    for event in events:
        if event["ph"] == "X":
            found[event["pid"], event["tid"]].append(event)
    return found


def ns(time_us):
    """Microseconds as whole nanoseconds; fails on more than rounding."""
    assert abs(time_us * 1000 - round(time_us * 1000)) < 0.01
    return round(time_us * 1000)


def assert_fills_the_round(trace, lanes, wall_ns):
    """Check that on every lane one event begins where the last one ended, from t0 to t1, in whole nanoseconds."""
    threads = by_thread(trace["traceEvents"])
    assert len(threads) == lanes
    for own in threads.values():
        now_ns = 0
        for event in own:
            assert ns(event["ts"]) == now_ns
            now_ns += ns(event["dur"])
        assert now_ns == wall_ns == sum(ns(event["dur"]) for event in own)


def widened(items):
    """A ledger with all fields; those that the losses do not need are told apart by item."""
    table = np.zeros(len(items), ledgers.ROW)
    for field in items.dtype.names:
        table[field] = items[field]
    table["retries"], table["again"] = np.arange(len(items)) % 3, np.arange(len(items)) % 2
    return table


def traced(round_, items, lanes, item_names=()):
    """The trace of a made-up round, checked against the format."""
    study = make_study(item_names=item_names)
    cell = Cell(round_.cell_id, Setting("map", workers=lanes), None, (round_,))
    return checked(encode(trace_of(study, cell, round_, items)))


def of_phase(trace, phase):
    """The events of one phase."""
    return [event for event in trace["traceEvents"] if event["ph"] == phase]


@given(stories(), names)
def test_every_lane_is_filled_from_t0_to_t1(story: Story, item_names):
    """Whatever the round: the format's rules hold, and a lane's durations add up to the wall time exactly."""
    trace = traced(story.round_, widened(story.items), story.lanes, item_names)
    assert_fills_the_round(trace, story.lanes, story.round_.wall_ns)


@given(stories())
def test_the_parts_are_the_losses(story: Story):
    """Start-up, items, dispatch, tail and teardown add up, over the lanes, to what the losses are made of."""
    sums = dict.fromkeys((Cause.START_UP, None, Cause.DISPATCH, Cause.TAIL, Cause.TEARDOWN), 0)
    for part in (part for lane in parts_of(story.round_, story.items, story.lanes) for part in lane):
        sums[part.cause] += part.end_ns - part.start_ns
    assert tuple(sums.values()) == five(losses_of(story.round_, story.items, story.lanes))


@given(st.lists(st.integers(0, 10**9) | st.integers(0, 10**13), min_size=1, max_size=30))
def test_rounding_lets_no_event_run_into_the_next(lengths):
    """Items that follow each other at once stay apart for a viewer that adds up floats, hours after t0 too."""
    ends = np.cumsum(lengths).tolist()
    items = make_items([(0, end - length, end) for end, length in zip(ends, lengths, strict=True)])
    trace = traced(make_round(ends[-1] + 1, [make_worker(0, 0, 0)]), widened(items), 1)
    assert_fills_the_round(trace, 1, ends[-1] + 1)


def test_a_round_from_its_causes():
    """Two lanes as one would draw them by hand: names, categories and microseconds."""
    workers = [make_worker(0, 0, 1000), make_worker(1, 0, 2500)]
    items = widened(make_items([(0, 1500, 4000), (1, 2500, 9001)], cpu_ns=1_500_000, runqueue_ns=2_000))
    items["state"][1] = State.RAISED
    found = of_phase(traced(make_round(10_000, workers), items, 2, ["a.csv"]), "X")
    assert [(event["tid"], event["name"], event["cat"], event["ts"]) for event in found] == [
        (1, "start-up", "lost", 0.0), (1, "dispatch", "lost", 1.0), (1, "a.csv", "done", 1.5), (1, "tail", "lost", 4.0),
        (1, "teardown", "lost", 9.001), (2, "start-up", "lost", 0.0), (2, "item 1", "raised", 2.5),
        (2, "teardown", "lost", 9.001),
    ]  # fmt: skip
    assert found[6]["args"] == {
        "index": 1, "cpu_ms": 1.5, "waited_for_core_ms": 0.002, "state": "raised", "retries": 1, "again": 1,
    }  # fmt: skip
    assert "args" not in found[0]


def test_workers_that_came_too_late():
    """A worker that got ready after the last item, or never, was starting up until then: no event passes that end."""
    workers = [make_worker(0, 0, 0), make_worker(1, 0, 500), make_worker(2, 0, None)]
    trace = traced(make_round(1000, workers), widened(make_items([(0, 0, 10)])), 3)
    assert_fills_the_round(trace, 3, 1000)
    late = [(event["name"], event["dur"]) for event in of_phase(trace, "X") if event["tid"] > 1]
    assert late == [("start-up", 0.01), ("teardown", 0.99)] * 2


def test_items_of_no_length_keep_their_place():
    """An item that took no time, at the moment when another one starts, comes before it."""
    items = widened(make_items([(0, 0, 10), (0, 0, 0)]))
    assert_fills_the_round(traced(make_round(20, [make_worker(0, 0, 0)]), items, 1), 1, 20)


def test_what_was_not_measured_is_absent():
    """Where the run-queue wait is not known, an item's args have none."""
    items = widened(make_items([(0, 0, 10)], runqueue_ns=ABSENT))
    (item,) = [event for event in of_phase(traced(make_round(10), items, 1), "X") if "args" in event]
    assert "waited_for_core_ms" not in item["args"]


def test_an_item_that_never_ended_is_an_instant_on_its_workers_lane():
    """The worker that died on its only item, and the one that replaced it, share a lane; the item has its start."""
    workers = [make_worker(0, 0, 10), make_worker(1, 0, 10), make_worker(2, 500, 600)]
    items = widened(make_items([(0, 10, 1000), (1, 30, 0), (2, 700, 1000)]))
    items["state"][1] = State.RUNNING
    lost = replace(make_round(1000, workers), outcome=Outcome.LOST, reason="1 of 3 items\nis missing")
    trace = traced(lost, items, 2, ["a", "b", "c"])
    (instant,) = of_phase(trace, "i")
    assert (instant["name"], instant["ts"], instant["args"]["state"]) == ("b", 0.03, "running")
    (replacement,) = [event for event in of_phase(trace, "X") if event["name"] == "c"]
    assert instant["tid"] == replacement["tid"] == 2
    assert trace["otherData"]["outcome"] == "lost"
    assert trace["otherData"]["reason"] == "1 of 3 items\\nis missing"


def test_threads_are_named_by_worker_and_process():
    """A lane's name has its worker's process, how many replaced it, and nothing where there is no process."""
    workers = [make_worker(0, 0, 10, 40), make_worker(1, 0, None), make_worker(2, 45, 60), make_worker(3, 70, 80)]
    workers[1] = replace(workers[1], pid=0)
    items = widened(make_items([(0, 10, 30), (2, 60, 100)]))
    metadata = of_phase(traced(make_round(100, workers), items, 2), "M")
    assert [(event["tid"], *event["args"].values()) for event in metadata] == [
        (0, "made-up: map-w2-fork-given"), (1, "worker 0 (pid 1000 and 1 more)"), (1, 0), (2, "worker 1 (pid 1003)"),
        (2, 1),
    ]  # fmt: skip
    serial = of_phase(traced(make_round(100), widened(make_items([(0, 5, 40)])), 1), "M")
    assert serial[1]["args"]["name"] == "worker 0"


@pytest.mark.parametrize("name", HOSTILE)
def test_names_are_data(name):
    """A hostile name is ASCII and valid JSON, and stands in the trace as it stands in the report."""
    items = widened(make_items([(0, 0, 10)]))
    study = make_study(item_names=[name], label=name)
    cell = Cell(name, Setting("map"), None, ())
    content = encode(trace_of(study, cell, make_round(10), items))
    trace = checked(content)
    assert content.isascii()
    (item,) = [event["name"] for event in of_phase(trace, "X") if "args" in event]
    assert item == plain(name)
    assert item.isprintable()


def test_an_unsound_ledger_stays_within_the_round_and_says_so():
    """Items before t0, after t1 and over each other: no negative time, and a sentence in otherData."""
    items = widened(make_items([(0, -50, 20), (0, 10, 30), (0, 90, 170)]))
    round_ = make_round(100, [make_worker(0, 0, 0)])
    study, cell = make_study(), Cell("map", Setting("map"), None, (round_,))
    trace = trace_of(study, cell, round_, items)
    for event in trace["traceEvents"]:
        check_event(event)
    ends = [event["ts"] + event["dur"] for event in of_phase(trace, "X")]
    assert max(ends) <= 0.1
    assert "overlap" in trace["otherData"]["unsound"]


def test_a_round_without_a_time_has_no_trace():
    """A hung round has neither t0 nor t1: a sentence, not a trace."""
    hung = replace(make_round(1), t0_ns=None, t1_ns=None)
    with pytest.raises(ValueError, match="has no time"):
        trace_of(make_study(), Cell("map", Setting("map"), None, ()), hung, widened(make_items([])))


def test_every_round_of_a_real_run(saved_run):
    """Each saved round's trace keeps to the format, has every item by name, and fills each lane's wall time."""
    found = results_json.load(saved_run.json)
    tables = ledgers.load(results_json.beside(saved_run.json, found.ledgers))
    rounds = [(study, cell, one) for study in found.studies for cell in study.cells for one in cell.rounds]
    assert len(rounds) == 8
    for study, cell, one in rounds:
        trace = checked(encode(trace_of(study, cell, one, tables[one.ledger])))
        assert_fills_the_round(trace, cell.setting.workers, one.wall_ns)
        items = [event for event in of_phase(trace, "X") if event["cat"] == "done"]
        assert sorted(event["args"]["index"] for event in items) == list(range(6))
        assert {event["name"] for event in items} == set(study.item_names)
        assert sum(round(event["args"]["cpu_ms"] * 1e6) for event in items) == one.item_cpu_ns
        assert "unsound" not in trace["otherData"]


@pytest.fixture
def changed(saved_run, tmp_path, monkeypatch):
    """A way to write the saved run down, changed, beside its ledgers, in a folder that is then the current one."""
    monkeypatch.chdir(tmp_path)
    data = read(saved_run.json)
    name = data[KEY]["ledgers"]
    (tmp_path / name).write_bytes((saved_run.json.parent / name).read_bytes())

    def write(**changes):
        (tmp_path / "run.json").write_text(json.dumps(data | {KEY: data[KEY] | changes}))
        return "run.json"

    write.studies = data[KEY]["studies"]
    return write


def test_traces_the_run_saved_last(saved_run, tmp_path, monkeypatch, capsys):
    """Without any option a round of the best cell is written here, under its name, and the line says where."""
    monkeypatch.chdir(tmp_path)
    status, out, err = told(capsys, "trace", "--storage", str(saved_run.folder / "results"))
    assert (status, err) == (0, "")
    told_of = re.fullmatch(r"trace of (\S+), block (\d): (\S+) \(open it in ui.perfetto.dev or speedscope.app\)\n", out)
    cell, block, file = told_of.groups()
    assert file == f"trace-{cell}-b{block}.json"
    assert [path.name for path in tmp_path.iterdir()] == [file]
    facts = checked((tmp_path / file).read_bytes())["otherData"]
    assert (facts["cell"], facts["block"]) == (cell, block)


def test_traces_the_recommended_cell(changed, capsys, monkeypatch):
    """The cell is the one that the report puts first, in its round of median wall time."""
    from lightwork.analysis import judged_study

    def best_and_worst(scaling, plan):
        return [("Recommended", scaling.study.cell("serial-again")), ("Slowest", scaling.study.serial)]

    monkeypatch.setattr(judged_study, "best_and_worst", best_and_worst)
    two = results_json.load(Path(changed())).studies[0].cell("serial-again").rounds
    typical = min(two, key=lambda found: found.wall_ns)
    assert told(capsys, "trace", "run.json")[1].startswith(f"trace of serial-again, block {typical.block}: ")


@pytest.mark.parametrize("block", [0, 1])
def test_traces_the_round_that_was_asked_for(changed, capsys, block):
    """--setting and --block choose the round, and --out the file."""
    words = ("trace", changed(), "--setting", "map-w2-fork-given", "--block", str(block), "--out", "mine.json")
    assert told(capsys, *words)[1].startswith(f"trace of map-w2-fork-given, block {block}: mine.json ")
    facts = checked(Path("mine.json").read_bytes())["otherData"]
    assert (facts["cell"], facts["block"]) == ("map-w2-fork-given", str(block))


def test_traces_to_standard_output(changed, capsysbinary, tmp_path):
    """--out - prints the trace and nothing else, and writes no file."""
    before = {changed(), *(path.name for path in tmp_path.iterdir())}
    status, out, err = told(capsysbinary, "trace", "run.json", "--setting", "serial", "--out", "-")
    assert (status, err) == (0, b"")
    assert checked(out)["otherData"]["cell"] == "serial"
    assert {path.name for path in tmp_path.iterdir()} == before


def test_a_study_is_chosen_by_its_label_or_its_cell(changed, capsys):
    """Of several studies --study takes one, and so does a cell that only one of them has."""
    first = changed.studies[0]
    alone = {**first["cells"][-1], "cell_id": "map-w7-fork-given"}
    two = changed(studies=[first, {**first, "label": "other\n", "cells": [*first["cells"], alone]}])
    saying = "several studies match: choose one with --study from 'sleep_io items=6 mean_ms=1.0 sizes=uniform', "
    assert_refused(capsys, "trace", two, saying=saying)
    assert_refused(capsys, "trace", two, "--setting", "serial", saying=saying)
    assert told(capsys, "trace", two, "--setting", "map-w7-fork-given")[0] == 0
    assert told(capsys, "trace", two, "--study", "other\n")[0] == 0
    assert told(capsys, "trace", two, "--study", "sleep_io")[0] == 0


def test_a_round_that_failed_can_be_traced_where_it_has_times(changed, capsys):
    """A block that lost items is traced on demand; one that hung is refused, and the typical round is neither."""
    study = changed.studies[0]
    cells = {cell["cell_id"]: cell for cell in study["cells"]}
    lost, hung = cells["serial-again"]["rounds"]
    lost, hung = lost | {"outcome": "lost"}, hung | {"outcome": "hung", "t0_ns": None, "t1_ns": None}
    cells["serial-again"] = cells["serial-again"] | {"rounds": [lost, hung]}
    words = ("trace", changed(studies=[study | {"cells": list(cells.values())}]), "--setting", "serial-again")
    assert told(capsys, *words, "--block", "0")[0] == 0
    assert_refused(capsys, *words, "--block", "1", saying="no timeline of serial-again in block 1: choose from 0")
    assert_refused(capsys, *words, saying="no finished round of serial-again has a ledger: choose one with --block")


def test_a_file_name_is_a_file_name(changed, capsys, tmp_path):
    """A cell id out of a stranger's file names no other folder."""
    study = changed.studies[0]
    cells = [cell | {"cell_id": f"../{cell['cell_id']}\n"} for cell in study["cells"]]
    words = ("trace", changed(studies=[study | {"cells": cells}]), "--setting", "../serial\n", "--block", "0")
    assert told(capsys, *words)[0] == 0
    assert [path.name for path in tmp_path.glob("trace-*")] == ["trace-..-serial--b0.json"]


@pytest.mark.parametrize(
    ("words", "saying"),
    [
        (["--study", "none"], "unknown study 'none': choose from 'sleep_io items=6 mean_ms=1.0 sizes=uniform'"),
        (
            ["--setting", "none"],
            "unknown setting 'none': choose from serial, serial-again, map-w1-fork-given, map-w2-fork",
        ),
        (["--setting", "serial", "--block", "7"], "no timeline of serial in block 7: choose from 0, 1"),
        (
            ["--setting", "serial", "--out", "none/trace.json"],
            "can't write a trace to none/trace.json (No such file or directory)",
        ),
    ],
)
def test_refuses_what_there_is_not(changed, capsys, words, saying):
    """An unknown study, cell, block or folder: exit 2 with one line that lists what there is."""
    assert_refused(capsys, "trace", changed(), *words, saying=saying)


def test_refuses_a_run_without_ledgers(changed, capsys):
    """Without ledgers there is no timeline, and the line says how to get one."""
    assert_refused(capsys, "trace", changed(ledgers=""), saying="without ledgers: measure again with --benchmark-save")


def test_refuses_a_study_in_which_nothing_stands_out(changed, capsys):
    """A study whose serial reference failed has no best cell: the line lists those to choose from."""
    study = changed.studies[0]
    serial, *cells = study["cells"]
    serial = serial | {"rounds": [found | {"outcome": "wrong"} for found in serial["rounds"]]}
    words = ("trace", changed(studies=[study | {"cells": [serial, *cells]}]))
    assert_refused(capsys, *words, saying="choose with --setting from serial, serial-again, map-w1-fork-given")
