"""Prices are read off the rounds: the planted costs come out, and what can't be seen is said to be so."""

import json
from dataclasses import replace

import pytest
from price_samples import COSTS, Planted, costs, recorded

from lightwork.core.round import Outcome
from lightwork.costs import saved
from lightwork.costs.prices import prices_of
from lightwork.costs.probes import CHUNKSIZES, PAYLOADS_BYTES, probes_of
from lightwork.costs.table import COLUMNS, table
from lightwork.errors import UsageError
from lightwork.render.table import markdown


@pytest.fixture(scope="module")
def samples():
    """Three strategies, some blocks of each."""
    return recorded(probes_of(["map", "fork", "serial"], 2), Planted(), 30.0)[0]


def test_the_planted_costs_come_out(samples):
    """A start is its wall; an item and a result are the slope above it, whatever the start took."""
    found = {one.strategy: one for one in prices_of(samples)}
    for name, (start_ns, item_ns) in COSTS.items():
        workers = 1 if name == "serial" else 2
        assert found[name].start_up.estimate_ns.point == start_ns + workers * item_ns
        for size, price in found[name].item.items():
            # The start-up round hands its few items over one by one.
            items = next(
                one.probe.items
                for one in samples
                if one.probe.setting.strategy == name
                and one.probe.setting.chunksize == size
                and not one.probe.payload_bytes
                and not one.probe.start_up
            )
            expected = (items / (size or 1) - workers) * item_ns / (items - workers)
            assert price.estimate_ns.point == pytest.approx(expected, abs=0.1)
            assert price.estimate_ns.low is not None
        for size, price in found[name].result.items():
            assert price.estimate_ns.point == pytest.approx(item_ns + size, rel=1e-6)
    assert list(found["map"].item) == list(CHUNKSIZES)
    assert list(found["fork"].item) == [None]
    assert list(found["fork"].result) == list(PAYLOADS_BYTES)


def test_what_the_start_drowns_has_no_interval(samples):
    """Where a block's start took longer than its items, the figure is no figure but said to be below the noise."""
    drowned = [
        replace(one, walls_ns={**one.walls_ns, 0: one.walls_ns[0] - 10**9})
        if one.probe.setting.chunksize == 1_000
        else one
        for one in samples
    ]
    price = prices_of(drowned)[0].item[1_000]
    assert price.estimate_ns.point > 0
    assert price.estimate_ns.low is None
    assert price.is_below_noise
    row = next(row for row in table(costs(drowned)).rows if row[0].words == "map")
    place = [column.name for column in COLUMNS].index("in chunks of 1,000")
    assert row[place].words == "below noise"


def test_notes_explain_only_what_the_table_holds(samples):
    """No note on figures without an interval where all have one, nor on serial where it was not measured."""
    notes = table(costs(samples)).notes
    assert not any("below noise" in note.lower() or "too few blocks" in note for note in notes)
    assert "Creating the result is included; the row of serial shows its cost alone." in notes
    others = [sample for sample in samples if sample.probe.setting.strategy != "serial"]
    assert "Creating the result is included." in table(costs(others)).notes


def test_failures_stand_in_the_table():
    """A strategy whose rounds fail keeps its row, and the reason stands below; it is never dropped."""
    found, _ = recorded(probes_of(["map", "fork"], 2), Planted({"fork": Outcome.DIED}), 10.0)
    made = table(costs(found))
    row = next(row for row in made.rows if row[0].words == "fork")
    assert {entry.words for entry in row[1:]} == {"failed", "-"}
    assert "fork: died: as planted" in made.notes


def test_the_table_says_what_it_rests_on(samples):
    """Serial comes first, the others by their start; blocks, the ledger's cost and what is left out are told."""
    made, text = table(costs(samples)), markdown(table(costs(samples)))
    assert [row[0].words for row in made.rows] == ["serial", "fork", "map"]
    assert all(len(row) == len(made.columns) for row in made.rows)
    assert "2 workers" in made.notes[0]
    assert f"{len(samples[0].walls_ns)} blocks" in made.notes[0]
    assert "Start method: fork, or the library's own." in made.notes
    assert any("1.5 us with CPU time, 5 us with run-queue wait" in note for note in made.notes)
    assert "dask is not included: needs distributed, which is not installed" in made.notes
    assert text.splitlines()[0].count("|") == text.splitlines()[2].count("|") == len(COLUMNS) + 1
    assert "| `map` | 20.0 (20.0" in text


def test_a_saved_run_is_read_as_it_was(samples, tmp_path):
    """What is written comes back the same, and its prices stand beside the samples for other readers."""
    path = tmp_path / "costs.json"
    path.write_text(saved.text_of(costs(samples)))
    assert saved.load(path) == costs(samples)
    told = {one["strategy"]: one for one in json.loads(path.read_text())["prices"]}
    assert told["map"]["start_up_ns"]["point"] == COSTS["map"][0] + 2 * COSTS["map"][1]
    assert set(told["fork"]["item_ns_by_chunksize"]) == {"none"}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "is not a saved costs file"),
        ("[]", "is not a saved costs file"),
        ('{"kind": "lightwork validation", "schema": 2}', "lightwork validation of schema 2"),
        ('{"kind": "lightwork costs", "schema": 99}', "schema 99"),
        ('{"kind": "lightwork costs", "schema": 1}', "is not a saved costs file"),
    ],
)
def test_refuses_what_is_no_saved_run(content, told, tmp_path):
    """Another file, another format, half a file: one line with the file's name, and what to name instead."""
    path = tmp_path / "other.json"
    path.write_text(content)
    with pytest.raises(UsageError, match=f"{told}.*name what `lightwork costs --json` wrote"):
        saved.load(path)
    with pytest.raises(UsageError, match="can't be read"):
        saved.load(tmp_path / "absent.json")


def test_refuses_a_round_that_took_no_time(samples):
    """A saved wall of nothing is no wall."""
    data = json.loads(saved.text_of(costs(samples)))
    data["samples"][0]["walls_ns"]["0"] = 0
    with pytest.raises(ValueError, match="took no time"):
        saved.decode(data)
