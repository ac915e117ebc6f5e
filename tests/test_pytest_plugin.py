"""The pytest plugin: real bench runs in processes of their own, and what pytest-benchmark makes of them."""

import contextlib
import json
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import pytest
from benches import TINY, TOYS, bench, command, read, rounds_kept, run, saved_in
from command_line import run_here
from registered import in_matrix

from lightwork.analysis.disturbance import disturbed
from lightwork.core.round import Outcome
from lightwork.core.setting import Setting
from lightwork.core.study import SERIAL, SERIAL_AGAIN, Cell, Results
from lightwork.storage import ledgers, results_json

KEYS = {
    "workload", "parameters", "strategy", "workers", "chunksize", "start_method", "order", "cores", "items_done",
    "items_expected", "check", "blocks", "speedup", "serial_s", "total_item_s", "longest_item_s", "longest_item",
    "noise_floor",
}  # fmt: skip
AXES = ("strategy", "workers", "chunksize", "start_method", "order", "cores", "pool")
USABLE = len(os.sched_getaffinity(0))
LABEL = "sleep_io items=6 mean_ms=1.0 sizes=uniform"


def cell_of(found: Results, benchmark: dict[str, Any]) -> Cell:
    """The recorded cell that a saved benchmark stands for."""
    (study,) = (study for study in found.studies if study.label == benchmark["params"]["workload"])
    setting = Setting(**{axis: benchmark["params"][axis] for axis in AXES})
    return study.cell(SERIAL if setting.strategy == SERIAL else setting.cell_id)


def children_of(process: psutil.Process) -> list[psutil.Process]:
    """All processes below this one now."""
    with contextlib.suppress(psutil.NoSuchProcess):
        return process.children(recursive=True)
    return []


def still_there(processes: list[psutil.Process]) -> list[psutil.Process]:
    """Those that still run, dead ones that nobody has reaped left out."""

    def runs(process: psutil.Process) -> bool:
        with contextlib.suppress(psutil.NoSuchProcess):
            return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
        return False

    return [process for process in processes if runs(process)]


# --- a run that is saved ----------------------------------------------------------------------------------------------


def test_save_goes_without_a_name(saved_run):
    """`--benchmark-save` alone saves under the name lightwork, in pytest-benchmark's own storage."""
    assert saved_run.json.name == "0001_lightwork.json"
    assert "Saved benchmark data in:" in saved_run.printed
    assert "3 passed" in saved_run.printed


def test_every_cell_is_a_benchmark(saved_run):
    """Serial and every setting stand in the saved run, grouped by workload, with the axes as parameters."""
    saved = read(saved_run.json)["benchmarks"]
    assert [(one["params"]["strategy"], one["params"]["workers"]) for one in saved] == [
        ("serial", 1), ("map", 1), ("map", 2),
    ]  # fmt: skip
    assert {one["group"] for one in saved} == {LABEL}
    assert all(set(one["params"]) == {"workload", *AXES} for one in saved)


def test_benchmarks_are_the_recorded_rounds(saved_run):
    """What pytest-benchmark saves as its data equals the recorded wall times exactly, in block order."""
    found = results_json.load(saved_run.also)
    for benchmark in read(saved_run.also)["benchmarks"]:
        cell = cell_of(found, benchmark)
        assert [one.block for one in cell.rounds] == [0, 1]
        assert benchmark["stats"]["data"] == [one.wall_ns / 1e9 for one in cell.rounds]
        assert benchmark["params"]["workers"] == cell.setting.workers


def test_statistics_are_those_of_the_recorded_rounds(saved_run):
    """So are the statistics that are saved without the data."""
    found = results_json.load(saved_run.json)
    for benchmark in read(saved_run.json)["benchmarks"]:
        walls_s = [one.wall_ns / 1e9 for one in cell_of(found, benchmark).rounds]
        stats = benchmark["stats"]
        assert (stats["min"], stats["max"], stats["rounds"]) == (min(walls_s), max(walls_s), 2)
        assert stats["mean"] == pytest.approx(statistics.fmean(walls_s), rel=1e-12)
        assert stats["stddev"] == pytest.approx(statistics.stdev(walls_s), rel=1e-9)


def test_every_benchmark_says_what_it_is(saved_run):
    """extra_info holds the cell, the check, the blocks, the speedup with its interval, and what bounds it."""
    found = results_json.load(saved_run.json)
    for benchmark in read(saved_run.json)["benchmarks"]:
        info, cell = benchmark["extra_info"], cell_of(found, benchmark)
        assert set(info) >= KEYS
        assert {axis: info[axis] for axis in AXES if axis != "chunksize"} == {
            axis: benchmark["params"][axis] for axis in AXES if axis != "chunksize"
        }
        assert info["chunksize"] == cell.chunksize
        assert info["workload"] == "sleep_io"
        assert info["parameters"]["items"] == info["items_done"] == info["items_expected"] == 6
        assert (info["check"], info["blocks"]) == ("ok", [0, 1])
        assert set(info["speedup"]) >= {"point", "low", "high"}
        assert info["total_item_s"] >= info["longest_item_s"] >= 0.001
        assert info["longest_item"] in found.studies[0].item_names


def test_speedups_are_of_the_same_block(saved_run):
    """The speedup of a cell is the median of serial over its wall time, by blocks in which nothing disturbed either."""
    found = results_json.load(saved_run.json)
    serial = found.studies[0].serial
    for benchmark in read(saved_run.json)["benchmarks"]:
        cell = cell_of(found, benchmark)
        spoiled = {**disturbed(serial), **disturbed(cell)}
        pairs = zip(serial.rounds, cell.rounds, strict=True)
        ratios = [ours.wall_ns / theirs.wall_ns for ours, theirs in pairs if ours.block not in spoiled]
        assert benchmark["extra_info"]["speedup"]["point"] == pytest.approx(statistics.median(ratios))


def test_saves_nothing_that_json_can_not_say(saved_run):
    """No NaN, no Infinity, and nothing that pytest-benchmark had to give up on."""
    for path in (saved_run.json, saved_run.also):
        read(path)
        assert "UNSERIALIZABLE" not in path.read_text()


def test_saves_all_that_was_measured(saved_run):
    """Beside the benchmarks stand every round of every cell, the A/A twin, the machine and the ledger's cost."""
    found = results_json.load(saved_run.json)
    (study,) = found.studies
    assert [cell.cell_id for cell in study.cells] == [SERIAL, SERIAL_AGAIN, "map-w1-fork-given", "map-w2-fork-given"]
    assert all(one.outcome is Outcome.OK for cell in study.cells for one in cell.rounds)
    for block in (0, 1):
        assert sorted(cell.rounds[block].position for cell in study.cells) == [0, 1, 2, 3]
    assert (study.label, study.finished, study.seed) == (LABEL, True, 1)
    assert found.machine["usable_cpus"] > 0
    assert set(found.ledger_cost_ns) == {"cpu_time", "runqueue_wait"}
    assert found.saved_at.startswith("20")


def test_ledgers_lie_beside_each_saved_file(saved_run):
    """Every round's ledger is in one file beside the JSON, whichever option wrote that, and its sums agree."""
    for path in (saved_run.json, saved_run.also):
        found = results_json.load(path)
        tables = ledgers.load(results_json.beside(path, found.ledgers))
        for cell in found.studies[0].cells:
            for one in cell.rounds:
                rows = tables[one.ledger]
                assert len(rows) == 6
                assert int((rows["end_ns"] - rows["start_ns"]).sum()) == one.item_wall_ns


def test_leaves_nothing_else(saved_run):
    """After a saved run no journal, no round's folder and no unfinished file is left."""
    files = {path.relative_to(saved_run.folder) for path in saved_run.folder.rglob("*") if path.is_file()}
    name = results_json.load(saved_run.json).ledgers
    storage = saved_run.json.parent.relative_to(saved_run.folder)
    assert files == {
        storage / saved_run.json.name, storage / name, Path("elsewhere/run.json"), Path("elsewhere", name),
    }  # fmt: skip


def test_says_beforehand_what_it_measures(saved_run):
    """Before the first round stands how many settings are measured, and for how long."""
    before, _, after = saved_run.printed.partition("lightwork: measuring 2 settings of 1 workload: ")
    assert re.match(r"up to \d+ s, longer if rounds are long\n", after)
    assert "measured" not in before


def test_a_progress_line_is_told(saved_run):
    """Where there is no terminal to draw on, one line says what was measured, counted in rounds."""
    assert re.search(rf"^measured {re.escape(LABEL)}: 8 rounds in \d+ s$", saved_run.printed, re.MULTILINE)


def test_a_saved_run_can_be_reported(saved_run, tmp_path):
    """`lightwork report` renders both files."""
    for path in (saved_run.json, saved_run.also):
        found = run_here(tmp_path, "report", str(path), "--out", str(tmp_path / "page"))
        assert found.returncode == 0, found.stdout
        assert (tmp_path / "page" / "index.html").stat().st_size > 1000


# --- pytest-benchmark's own commands and options on it ----------------------------------------------------------------


def test_pytest_benchmark_compares_it(saved_run, tmp_path):
    """`pytest-benchmark compare`, its own command, shows every cell of the saved run, by workers if asked."""
    found = run(tmp_path, [
        sys.executable, "-m", "pytest_benchmark", f"--storage={saved_run.folder / 'results'}",
        "compare", "--group-by=param:workers",
    ])  # fmt: skip
    assert found.returncode == 0, found.stdout
    assert "benchmark 'workers=1': 2 tests" in found.stdout
    assert "benchmark 'workers=2': 1 tests" in found.stdout


@pytest.mark.matrix
def test_a_second_run_is_named_selected_and_compared(saved_run, tmp_path):
    """A run with =NAME, of one cell by -k, is compared with the first and grouped by workers; -k measures no other."""
    shutil.copytree(saved_run.folder / "results", tmp_path / "results")
    found = bench(
        tmp_path, *TINY, "--workers", "1,2", "--benchmark-save=second", "--benchmark-compare",
        "--benchmark-group-by=param:workers", "-k", "w2",
    )  # fmt: skip
    assert found.returncode == 0, found.stdout
    assert "1 passed, 2 deselected" in found.stdout
    assert "Comparing against benchmarks from:" in found.stdout
    assert "benchmark 'workers=2': 2 tests" in found.stdout
    assert "(NOW)" in found.stdout
    assert "(0001_" in found.stdout
    _, second = saved_in(tmp_path)
    assert second.name == "0002_second.json"
    assert [cell.cell_id for cell in results_json.load(second).studies[0].cells] == [
        SERIAL, SERIAL_AGAIN, "map-w2-fork-given",
    ]  # fmt: skip


def test_collecting_measures_nothing(tmp_path):
    """--collect-only lists every cell under a readable id, and leaves no file; options may stand in the singular."""
    words = ["--worker" if word == "--workers" else word for word in (*TINY, "--workers", "1,2")]
    words = [
        "--workload" if word == "--workloads" else "--strategy" if word == "--strategies" else word for word in words
    ]
    found = bench(tmp_path, *words, "--collect-only", "-q")
    assert found.returncode == 0, found.stdout
    ids = re.findall(r"test_cell\[(.*)\]", found.stdout)
    assert ids == [f"{LABEL.replace(' ', '-')}-{cell}" for cell in ("serial", "map-w1-fork-given", "map-w2-fork-given")]
    assert list(tmp_path.rglob("*.*")) == []


# --- what can't be measured -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--workloads", "nap"], "unknown workload 'nap': choose from csv_parse, csv_to_db, db_insert, file_read"),
        (["--cores", f"{USABLE + 1}"], f"cores can't be {USABLE + 1}: this process may use {USABLE}"),
        (["--benchmark-save", "taken/"], "--benchmark-save took 'taken/' as a name: put it after the path, or write"),
        *in_matrix(
            (["--strategies", "pool"], "unknown strategy 'pool': choose from apply_async, asyncio, dask, fork"),
            (["--param", "sleep_io.naps=3"], "unknown parameter of workload sleep_io 'naps': choose from items, mean_"),
            (["--profile", "huge"], "unknown profile 'huge': choose from quick, full"),
            (["--orders", "random"], "unknown order 'random': choose from given, shuffled, largest-first, largest-"),
            (["--start-methods", "clone"], "unknown start method 'clone': choose from fork, spawn, forkserver"),
            (["--workers", "0"], "workers can't be '0': it must be at least 1"),
            (["--chunksizes", "0"], "chunksizes can't be '0': it must be at least 1"),
            (["--param", "sleep_io.items=0"], "sleep_io.items can't be 0: it must be at least 1"),
            (["--benchmark-save", "taken"], "--benchmark-save took 'taken' as a name: put it after the path, or"),
        ),
    ],
)
def test_bad_options_are_one_line(tmp_path, options, told):
    """An option that asks for what can't be exits 2 with one line that names what can; nothing is measured."""
    (tmp_path / "taken").mkdir()
    found = bench(tmp_path, *TINY, *options)
    assert found.returncode == 2, found.stdout
    (line,) = found.stdout.splitlines()
    assert told in line
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]


@pytest.mark.matrix
def test_a_workload_without_items_is_told_before_its_rounds(tmp_path):
    """A user's own workload that has no items with these parameters ends the run with status 2 and its sentence."""
    found = bench(tmp_path, *TOYS, "--param", "toys.squares.items=0")
    assert found.returncode == 2, found.stdout
    assert "toys.squares items=0 has no items: give it at least one" in found.stdout
    assert "Traceback" not in found.stdout


# --- work that fails --------------------------------------------------------------------------------------------------


def test_work_that_fails_is_told_and_saved(tmp_path):
    """A cell whose work differs from serial's exits 1, says so in a line, and is saved as failed with its reason."""
    found = bench(tmp_path, *TOYS, "--param", "toys.squares.fault=wrong-in-worker", "--benchmark-save")
    assert found.returncode == 1, found.stdout
    assert "1 failed, 1 passed" in found.stdout
    reason = "the check found {'sum': 480} but serial found {'sum': 506}"
    assert f"failed in 2 of 2 rounds: wrong: {reason}" in found.stdout
    assert "Traceback" not in found.stdout
    (path,) = saved_in(tmp_path)
    saved = read(path)
    assert [one["params"]["strategy"] for one in saved["benchmarks"]] == ["serial"]
    rounds = results_json.load(path).studies[0].cell("map-w2-fork-given").tried
    assert [(one.outcome, one.reason) for one in rounds] == [(Outcome.WRONG, reason)] * 2
    reported = run_here(tmp_path, "report")
    assert reported.returncode == 0, reported.stdout
    assert "every parallel setting failed" in reported.stdout


@pytest.mark.matrix
def test_a_failing_reference_fails_every_cell(tmp_path):
    """Work that fails serially fails all its cells, once each with the item's own traceback, and saves no time."""
    found = bench(tmp_path, *TOYS, "--param", "toys.squares.fault=raise", "--benchmark-save")
    assert found.returncode == 1, found.stdout
    assert "2 errors" in found.stdout
    assert found.stdout.count("toys.squares fault=raise: the serial round raised: ValueError") >= 2
    assert "in item 5" in found.stdout
    assert "During handling of the above" not in found.stdout
    assert saved_in(tmp_path) == []


# --- Ctrl-C -----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def interrupted(tmp_path_factory):
    """A run of 500 blocks, interrupted in mid-study as a terminal does it: the group gets SIGINT."""
    folder = tmp_path_factory.mktemp("interrupted")
    return folder, *ended(folder, lambda pid: os.killpg(pid, signal.SIGINT))


def ended(folder, end, **environment):
    """A run of 500 blocks that `end`, called with its process id, is to end in mid-study.

    Its exit status, the seconds until its children were gone and until it was, those children, and what it printed.
    """
    environment = {**os.environ, "LIGHTWORK_DATA": str(folder / "data"), **environment}
    log = folder / "log"
    with log.open("w") as output:
        process = subprocess.Popen(
            command(
                *TINY, "--param", "sleep_io.mean_ms=20", "--workers", "2", "--blocks", "500", "--benchmark-save"
            ),
            cwd=folder, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=environment, start_new_session=True,
        )  # fmt: skip
    seen: dict[int, psutil.Process] = {}
    try:
        give_up = time.monotonic() + 200
        # One more than is asked for: the last may be kept, and interrupted before the study has it.
        while time.monotonic() < give_up and process.poll() is None and rounds_kept(folder) < 11:
            seen |= {child.pid: child for child in children_of(psutil.Process(process.pid))}
            time.sleep(0.02)
        assert process.poll() is None, log.read_text()
        seen |= {child.pid: child for child in children_of(psutil.Process(process.pid))}
        end(process.pid)
        began = time.monotonic()
        while time.monotonic() < began + 10 and still_there(list(seen.values())):
            time.sleep(0.01)
        children_s = time.monotonic() - began
        process.wait(200)
        ended_s = time.monotonic() - began
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    return process.returncode, children_s, ended_s, list(seen.values()), log.read_text()


@pytest.mark.matrix
def test_a_signal_that_ends_programs_ends_a_run_as_a_ctrl_c_does(tmp_path):
    """What docker and CI send, to pytest alone: what was measured is saved, and no process, folder or file is left."""
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    status, _, _, seen, log = ended(tmp_path, lambda pid: os.kill(pid, signal.SIGTERM), TMPDIR=str(temporary))
    assert status == 128 + signal.SIGTERM, log
    assert still_there(seen) == []
    (path,) = saved_in(tmp_path)
    assert not results_json.load(path).studies[0].finished
    assert list(temporary.iterdir()) == []
    assert list((tmp_path / "data").glob("lightwork-*")) == []


@pytest.mark.timing
def test_an_interrupt_ends_the_run_at_once(interrupted):
    """After Ctrl-C the round under way and all its processes are gone within 2 s, and pytest soon after."""
    _, status, children_s, ended_s, seen, log = interrupted
    assert status == 2, log
    assert children_s < 2
    assert ended_s < 5
    assert seen
    assert still_there(seen) == []


def test_what_was_measured_before_an_interrupt_is_saved(interrupted):
    """The rounds before Ctrl-C are saved with their ledgers, as an unfinished study; the journal is left to resume."""
    folder, _, _, _, _, log = interrupted
    (path,) = saved_in(folder)
    found = results_json.load(path)
    (study,) = found.studies
    assert not study.finished, log
    rounds = [one for cell in study.cells for one in cell.rounds]
    assert len(rounds) >= 7
    assert all(one.ok for one in rounds)
    tables = ledgers.load(results_json.beside(path, found.ledgers))
    assert {one.ledger for one in rounds} <= set(tables)
    assert len(list(folder.glob("results/journals/*/s1/journal.jsonl"))) == 1
    assert "run the same command with --resume to measure the rest" in log
    assert list((folder / "data").glob("lightwork-*")) == []


def test_an_interrupted_run_can_be_reported(interrupted, tmp_path):
    """`lightwork report` renders what an interrupted run has saved."""
    (path,) = saved_in(interrupted[0])
    found = run_here(tmp_path, "report", str(path))
    assert found.returncode == 0, found.stdout
    assert (tmp_path / "reports" / "index.html").exists()


@pytest.mark.matrix
def test_goes_on_with_rounds_that_broke_off(tmp_path):
    """With --on-crash retry a killed worker's round is recovered, and told and saved as such; its cell has failed."""
    words = ("--workloads", "toys.kept", "--strategies", "static", "--workers", "2", "--blocks", "1")
    found = bench(tmp_path, *words, "--on-crash", "retry", "--benchmark-save")
    assert found.returncode == 1, found.stdout
    assert "recovered: raised: EOFError" in found.stdout
    assert "items were run again, and all work is done" in found.stdout
    (path,) = saved_in(tmp_path)
    cell = results_json.load(path).studies[0].cells[-1]
    assert {one.outcome for one in cell.tried} == {Outcome.RECOVERED}
    assert all(3 in attempt.items for one in cell.tried for attempt in one.attempts)


@pytest.mark.matrix
def test_a_killed_run_leaves_its_journal(tmp_path):
    """After a SIGKILL every finished round is on disk, whole, though pytest-benchmark could save nothing."""
    (tmp_path / "tmp").mkdir()
    process = subprocess.Popen(
        command(*TINY, "--workers", "2", "--blocks", "500", "--benchmark-save"),
        cwd=tmp_path, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env={**os.environ, "TMPDIR": str(tmp_path / "tmp")},
    )  # fmt: skip
    try:
        give_up = time.monotonic() + 200
        while time.monotonic() < give_up and process.poll() is None and rounds_kept(tmp_path) < 4:
            time.sleep(0.02)
        hosts = children_of(psutil.Process(process.pid))
    finally:
        process.kill()
        process.wait()
    psutil.wait_procs(hosts, timeout=200)
    for job in tmp_path.glob("tmp/lightwork-*/job.json"):  # nobody is left to remove what lies outside of tmp_path
        if text := job.read_text():  # empty where the kill met it being written
            shutil.rmtree(Path(json.loads(text)["ledger"]).parent, ignore_errors=True)
    (journal,) = tmp_path.glob("results/journals/*/s1/journal.jsonl")
    facts, *rounds = [json.loads(line) for line in journal.read_text().splitlines()]
    assert facts["study"]["label"] == LABEL
    assert len(rounds) >= 4
    assert all((journal.parent / "ledgers" / f"{line['round']['ledger']}.bin").exists() for line in rounds)
    assert still_there(hosts) == []


def test_a_run_ends_with_its_verdicts(saved_run):
    """The last thing on the terminal is one verdict per workload measured."""
    printed = saved_run.printed
    assert "= lightwork =" in printed
    assert "sleep_io items=6" in printed.rpartition("= lightwork =")[2]


@pytest.mark.matrix
def test_a_run_of_nothing_but_failures_is_saved(tmp_path):
    """When no selected cell has a time the run is saved all the same, and its report shows the failure."""
    found = bench(tmp_path, *TOYS, "--param", "toys.squares.fault=wrong-in-worker", "-k", "map", "--benchmark-save")
    assert found.returncode == 1, found.stdout
    (path,) = saved_in(tmp_path)
    cells = read(path)["lightwork"]["studies"][0]["cells"]
    assert {round_["outcome"] for cell in cells for round_ in cell["rounds"]} == {"ok", "wrong"}
    report = run_here(tmp_path, "report")
    assert report.returncode == 0, report.stdout
    assert "failed" in (tmp_path / "reports" / "index.html").read_text()
    assert not (tmp_path / "results" / "journals").exists()


@pytest.mark.parametrize("more", [(), *in_matrix((("--collect-only",),))])
def test_a_limit_is_told_before_anything_is_measured(tmp_path, more):
    """A setting beyond a workload's limit ends the run with status 2 before a round is run; listing tells nothing."""
    found = bench(
        tmp_path, "--workloads", "sleep_io,db_insert", "--param", "db_insert.db=duckdb", "--workers", "2", *more
    )
    assert found.returncode == (0 if more else 2), found.stdout
    assert ("DuckDB allows only one writing process" in found.stdout) is not bool(more)
    assert "measured sleep_io" not in found.stdout
