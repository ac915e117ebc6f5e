"""`lightwork costs`, as it is typed: a real run, its table in three forms, and what it refuses."""

import json

import pytest
from command_line import run_here
from made_once import made_once

from lightwork.costs import saved
from lightwork.costs.prices import prices_of


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """A run of two strategies, one block: its folder and what it printed."""
    words = ("--strategies", "serial,pipe", "--budget", "1s", "--json", "costs.json", "--md", "costs.md")
    return made_once(tmp_path_factory, "costs", lambda folder: (folder, costs(folder, *words)))


def costs(folder, *words):
    """The command in this folder, as it ended."""
    return run_here(folder, "costs", *words, LIGHTWORK_DATA=str(folder / "data"))


def test_prints_a_row_for_each_strategy(ran):
    """The table stands on the terminal with its notes, and the exit status is 0."""
    _, told = ran
    assert told.returncode == 0, told.stderr
    rows = {line.split()[0]: line for line in told.stdout.splitlines() if line.strip()}
    assert {"serial", "pipe"} <= rows.keys()
    assert "failed" not in told.stdout
    assert "These rounds write no ledger" in told.stdout


def test_saves_what_it_measured(ran):
    """The JSON holds every sample, and the prices that follow from them: a start-up, and an item's by chunksize."""
    folder, _ = ran
    found = saved.load(folder / "costs.json")
    assert found.workers == 2
    assert min(found.ledger_cost_ns.values()) > 0
    data = json.loads((folder / "costs.json").read_text())
    (pipe,) = [one for one in data["prices"] if one["strategy"] == "pipe"]
    price = next(one for one in prices_of(found.samples) if one.strategy == "pipe")
    assert {"1", "100"} <= set(pipe["item_ns_by_chunksize"])
    for size, told in pipe["item_ns_by_chunksize"].items():
        assert told["point"] == price.item[int(size)].estimate_ns.point
    assert pipe["start_up_ns"]["point"] == price.start_up.estimate_ns.point
    assert {sample.probe.setting.strategy for sample in found.samples} == {"serial", "pipe"}
    assert all(sample.walls_ns for sample in found.samples)


def test_shows_a_saved_run_again(ran):
    """--from measures nothing, and --md gives the same table as when it was measured."""
    folder, _ = ran
    told = costs(folder, "--from", "costs.json", "--md", "-")
    assert told.returncode == 0
    assert told.stdout == (folder / "costs.md").read_text()
    assert costs(folder, "--from", "costs.json").stdout.count("pipe") == 1


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--strategies", "pools"], "unknown strategy 'pools': choose from"),
        (["--strategies", "single_writer"], "single_writer can't be measured with no-ops"),
        (["--workers", "1,2"], "workers can't be '1,2': give a single number"),
        (["--workers", "0"], "at least 1"),
        (["--budget", "soon"], "budget can't be 'soon'"),
        (["--json", "-", "--md", "-"], "can't both go to standard output"),
        (["--from", "absent.json"], "absent.json can't be read"),
        (["--json", "no/such/folder.json"], "no/such"),
    ],
)
def test_refuses_what_it_cannot_do(words, told, tmp_path):
    """Bad input ends the command before anything is measured: one line, exit status 2."""
    found = costs(tmp_path, *words)
    assert found.returncode == 2
    assert told in found.stderr
    assert (found.stdout, found.stderr.count("\n")) == ("", 1)
