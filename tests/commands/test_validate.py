"""lightwork validate: real rounds through the command line, from the request to the tables."""

import json
import os
import signal
import subprocess
import sys

import pytest
from calibrations import calibrate
from made_once import made_once

from lightwork.cli import main
from lightwork.core.setting import Setting
from lightwork.validate.saved import encode, load

NARROW = ("--strategies", "pipe", "--workers", "2", "--chunksizes", "4", "--blocks", "1")


@pytest.fixture
def calibrated(tmp_path):
    """A folder to validate in where what strategies cost is known, made up: nothing of it is looked at."""
    calibrate(tmp_path / "data")
    return tmp_path


def start(home, *words, **environment):
    """A validation under way."""
    known = {**os.environ, "LIGHTWORK_DATA": str(home / "data"), **environment}
    return subprocess.Popen(
        [sys.executable, "-m", "lightwork.cli", "validate", *words], cwd=home, env=known, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


@pytest.fixture(scope="module")
def tiny_run(tmp_path_factory):
    """The folder of a tiny validation and what it printed: so only to be read."""
    return made_once(tmp_path_factory, "validated", validated)


def validated(home):
    """Validate in this folder."""
    words = ("--workloads", "sleep_io,uniform", *NARROW, "--json", "tiny.json", "--md", "tiny.md")
    running = start(home, *words)
    out, err = running.communicate(timeout=200)
    assert running.returncode == 0, err
    return home, out


@pytest.mark.timing
def test_measures_saves_and_prints_the_tables(tiny_run):
    """Both workloads are measured and planned; the tables are printed, and saved with what they are made from."""
    home, out = tiny_run
    found = load(home / "tiny.json")
    assert [held.name for held in found.studies] == ["sleep_io", "uniform"]
    for held in found.studies:
        measured = {cell.setting for cell in held.cells if cell.trials}
        assert Setting("pipe", 2, 4) in measured
        assert held.choice.setting in {None, *measured}
        assert held.spent_s > held.choice.spent_s > 0
        assert all(trial.plain and trial.learned and trial.conditional for _, trial in held.trials)
    assert all(run.again_s and run.probes for held in found.studies for run in held.serial)
    for name in ("Spreads", "By workload", "sleep_io", "uniform", "Recommended settings"):
        assert name in out
        assert name in (home / "tiny.md").read_text()
    assert (home / "tiny.npz").exists()


@pytest.mark.timing
def test_waits_are_predicted_well(tiny_run):
    """Sleeps on two workers are predicted within half of what they take: the pieces fit together."""
    home, _ = tiny_run
    held = load(home / "tiny.json").studies[0]
    assert all(abs(trial.plain.error(trial.wall_s)) < 0.5 for _, trial in held.trials)


@pytest.mark.timing
def test_shows_and_predicts_anew_what_was_saved(tiny_run, capsys):
    """--from gives the same tables without measuring, and --predict-again by this version the same predictions."""
    home, out = tiny_run
    saved = str(home / "tiny.json")
    assert main(["validate", "--from", saved]) == 0
    assert capsys.readouterr().out == out
    assert main(["validate", "--from", saved, "--predict-again", "--json", str(home / "anew.json")]) == 0
    again, before = (encode(load(home / name)) for name in ("anew.json", "tiny.json"))
    for data in (again, before):
        for held in data["studies"]:
            for cell in held["cells"]:
                for trial in cell["trials"]:
                    for kind in ("plain", "learned", "conditional"):
                        # Saved with fewer figures than they were made from.
                        trial[kind] = trial[kind] and [float(f"{value:.3g}") for value in trial[kind].values()]
    assert again == before


@pytest.mark.matrix
def test_goes_on_after_a_workload_that_fails(calibrated):
    """A workload whose data can't be had is named and left out; the others have figures; the status is 1."""
    words = ("--workloads", "csv_parse,sleep_io", *NARROW, "--json", "failed.json")
    running = start(calibrated, *words, LIGHTWORK_FLIGHTS="nowhere.csv")
    out, err = running.communicate(timeout=200)
    assert running.returncode == 1
    assert "csv_parse failed and is left out: LIGHTWORK_FLIGHTS names nowhere.csv" in err
    assert "csv_parse has no figures" in out
    failed, whole = load(calibrated / "failed.json").studies
    assert not failed.trials
    assert whole.trials


@pytest.mark.matrix
def test_ctrl_c_leaves_what_was_measured(calibrated):
    """Interrupted in its second workload, the first is saved and shown; the status is 130."""
    running = start(calibrated, "--workloads", "sleep_io,uniform", *NARROW, "--json", "cut.json")
    told = []
    for line in running.stderr:
        told.append(line)
        if line.startswith("sleep_io: "):
            break
    assert told[-1].startswith("sleep_io: "), told
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=200)
    # CPython ends itself by the signal, which a shell calls 130, too, where it met an exec that an import does.
    assert running.returncode in {130, -signal.SIGINT}, err
    assert load(calibrated / "cut.json").studies[0].name == "sleep_io"
    assert "sleep_io" in out


def test_a_dry_run_runs_nothing(tmp_path, capsys):
    """It tells what would be planned and measured, in how long; nothing is saved."""
    assert main(["validate", "--dry-run", "--workers", "2,4", "--blocks", "3", "--workloads", "lock,giant"]) == 0
    told = capsys.readouterr().out
    # 3 strategies with two chunksizes and 2 without, on two worker counts.
    assert "would plan 2 workloads and measure each in 3 blocks, or as many as fit, of 16 settings" in told
    assert not list(tmp_path.glob("**/*.json"))


@pytest.mark.parametrize(
    ("words", "saying"),
    [
        (["--workloads", "nothing"], "unknown workload 'nothing': choose from"),
        (["--strategies", "pool"], "unknown strategy 'pool'"),
        (["--workers", "0"], "workers can't be '0'"),
        (["--blocks", "none"], "blocks can't be 'none'"),
        (["--budget", "soon"], "budget can't be 'soon'"),
        (["--predict-again"], "name one with --from"),
        (["--json", "-", "--md", "-"], "can't both go to standard output"),
        (["--from", "none.json"], "none.json can't be read"),
        (["--json", "."], ". is a folder: name a file for --json"),
        (["--json", "none/here.json"], "none can't be written to"),
    ],
)
def test_refuses_what_it_can_not_do(words, saying, capsys, tmp_path, monkeypatch):
    """Every request that can't be carried out is one line and status 2, before anything runs."""
    monkeypatch.chdir(tmp_path)
    assert main(["validate", *words]) == 2
    told = capsys.readouterr()
    assert (told.out, told.err.count("\n")) == ("", 1)
    assert saying in told.err


@pytest.mark.timing
def test_prints_json_where_asked(tiny_run, capsys):
    """--json - prints what would be saved, and nothing else."""
    home, _ = tiny_run
    assert main(["validate", "--from", str(home / "tiny.json"), "--json", "-"]) == 0
    assert json.loads(capsys.readouterr().out)["kind"] == "lightwork validation"
