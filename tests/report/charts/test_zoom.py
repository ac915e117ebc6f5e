"""A zoomable timeline's items come out of their packing as they went in, to a step of its clock."""

import base64
import zlib
from dataclasses import replace

import numpy as np
import report_samples as samples
from hypothesis import given
from hypothesis import strategies as st

from lightwork.analysis.lanes import lanes_of
from lightwork.core.setting import Setting
from lightwork.ledger.table import State
from lightwork.report.charts.item_intervals import intervals_of
from lightwork.report.charts.zoom import STEPS, Room, leb128, zoom


def unpacked(data):
    """The numbers of a packing, decoded byte by byte."""
    found, value, shift = [], 0, 0
    for byte in zlib.decompress(base64.b64decode(data)):
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            found.append(value)
            value, shift = 0, 0
    return found


def items_of(data, lanes):
    """Every item as (lane, index, start, end, raised), times in steps."""
    numbers, found = iter(unpacked(data)), []
    for lane in range(lanes):
        now = index = 0
        for _ in range(next(numbers)):
            start = now + next(numbers)
            length, jump = next(numbers), next(numbers)
            now = start + length // 2
            index += jump // 2 if jump % 2 == 0 else -(jump + 1) // 2
            found.append((lane, index, start, now, bool(length % 2)))
    assert next(numbers, None) is None
    return found


def a_round(lengths_ns, workers, chunksize=1):
    """A study of these items, the round of its one parallel cell, its ledger and lanes."""
    maker = samples.Maker()
    study = samples.study(maker, "s", lengths_ns, [Setting("map", workers=workers, chunksize=chunksize)], blocks=1)
    found = study.cells[-1].rounds[0]
    rows = maker.ledgers[found.ledger]
    return study, found, rows, lanes_of(found.workers, rows, workers)


@given(st.lists(st.integers(0, 2**63 - 1), max_size=50))
def test_numbers_come_back(numbers):
    """Any unsigned number is packed so that a byte-by-byte reader finds it."""
    packed = base64.b64encode(zlib.compress(leb128(np.array(numbers, dtype=np.uint64))))
    assert unpacked(packed) == numbers


@given(st.lists(st.integers(1, 50_000_000), min_size=1, max_size=40), st.integers(1, 5), st.data())
def test_every_item_comes_back(lengths_ns, workers, data):
    """Each item is on its lane with its index, state and times, which are right to one step."""
    study, found, rows, lanes = a_round(lengths_ns, workers)
    raised = data.draw(st.sets(st.sampled_from(range(len(lengths_ns)))))
    rows["state"][list(raised)] = State.RAISED
    span_ns = found.wall_ns
    made = zoom(study, lanes, intervals_of(lanes), rows, found, span_ns, Room(1000, 1000))
    back = items_of(made.data, len(lanes))
    step_ns = span_ns / STEPS
    assert sorted(index for _, index, *_ in back) == list(range(len(lengths_ns)))
    for lane, index, start, end, is_raised in back:
        assert index in lanes[lane].indices
        assert is_raised is (index in raised)
        assert abs(start * step_ns - (rows["start_ns"][index] - found.t0_ns)) <= step_ns
        assert abs(end * step_ns - (rows["end_ns"][index] - found.t0_ns)) <= step_ns


def test_names_are_those_of_the_longest_where_there_is_no_room_for_all():
    """With room every item has its name, without it the sixty longest have; with less still there is no zoom."""
    study, found, rows, lanes = a_round([1000 + 10 * place for place in range(300)], 3)
    whole = zoom(study, lanes, intervals_of(lanes), rows, found, found.wall_ns, Room(300, 300))
    some = zoom(study, lanes, intervals_of(lanes), rows, found, found.wall_ns, Room(300, 299))
    assert len(whole.names) == 300
    assert len(some.names) == 60
    assert 299 in some.names
    assert zoom(study, lanes, intervals_of(lanes), rows, found, found.wall_ns, Room(299, 300)) is None


def test_a_name_can_not_end_the_script(tmp_path):
    """What stands in the page for the script has no markup in it, whatever the items are called."""
    from lightwork import report

    maker = samples.Maker()
    study = samples.study(maker, "s", [10**6] * 5, [Setting("map", workers=2)], samples.HOSTILE, blocks=2)
    text = report.render(samples.results(replace(study, label="s")), maker.ledgers, tmp_path).read_text()
    for part in text.split('<script type="application/json">')[1:]:
        assert "<" not in part[: part.index("</script>")]
