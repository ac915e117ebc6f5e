"""The command line: what it prints and where it exits, for those who call it well and for those who do not."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from benches import lightwork, read
from command_line import assert_refused, told
from registered import in_matrix

from lightwork import __version__, strategies
from lightwork.cli import main
from lightwork.storage.results_json import KEY
from lightwork.workload import registry


@pytest.fixture
def saved(saved_run, tmp_path):
    """The saved run as plain data, and a way to write it down, changed, beside its ledgers."""
    data = read(saved_run.json)
    ledgers = data[KEY]["ledgers"]
    (tmp_path / ledgers).write_bytes((saved_run.json.parent / ledgers).read_bytes())

    def write(**changes):
        path = tmp_path / "run.json"
        path.write_text(json.dumps(data | {KEY: data[KEY] | changes}))
        return str(path)

    return write


def test_tells_its_version(tmp_path):
    """--version prints the name and the version, and exits 0."""
    found = lightwork(tmp_path, "--version")
    assert (found.returncode, found.stdout) == (0, f"lightwork {__version__}\n")


@pytest.mark.parametrize("words", [["--help"], ["report", "--help"], ["list", "--help"], ["doctor", "--help"]])
def test_helps(words, tmp_path):
    """Every command has help that begins with its usage, and exits 0."""
    found = lightwork(tmp_path, *words)
    assert found.returncode == 0
    assert found.stdout.startswith("usage: lightwork")


@pytest.mark.parametrize("words", [[], ["render"], ["report", "--no-such-option"]])
def test_refuses_what_it_does_not_know(words, capsys):
    """No command, an unknown one and an unknown option exit 2 with one line that says where help is."""
    with pytest.raises(SystemExit) as left:
        main(words)
    assert left.value.code == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("lightwork: ")
    assert line.endswith("--help)")


@pytest.mark.parametrize(
    ("words", "near"),
    [
        (["pln"], "unknown command pln: did you mean plan?"),
        (["report", "--storag", "x", "--figurs"], "unknown option --figurs: did you mean --figures?"),
        (["costs", "--strategeis=map"], "unknown option --strategeis: did you mean --strategies?"),
        (["faults", "map"], "unrecognized arguments: map (see lightwork --help)"),
    ],
)
def test_a_slip_is_met_with_the_nearest_name(words, near, capsys):
    """A misspelt command or option is named together with the one that was probably meant."""
    with pytest.raises(SystemExit):
        main(words)
    assert near in capsys.readouterr().err


def test_lists_every_workload_and_strategy(capsys):
    """`list` names each workload with its parameters, and each strategy with its line."""
    status, out, _ = told(capsys, "list")
    lines = out.splitlines()
    assert status == 0
    for name in registry.names():
        assert any(line.split()[:1] == [name] and "=" in line for line in lines)
    for name in strategies.names():
        assert any(line.split()[:1] == [name] and strategies.find(name).summary in line for line in lines)


def test_a_reader_that_leaves_ends_it_quietly():
    """Where `head` has read enough, the command ends with 1 and no traceback."""
    code = "import sys, time; sys.stdin.close(); from lightwork.cli import main; sys.exit(main(['list']))"
    listing = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    listing.stdout.close()
    complaint = listing.stderr.read()
    listing.stderr.close()
    listing.stdin.close()
    assert (listing.wait(timeout=200), complaint) == (1, b"")


def test_reports_a_saved_run(saved_run, tmp_path, capsys):
    """`report RUN --out DIR` renders the page there, prints each study's verdict and loss and says where it is."""
    status, out, err = told(capsys, "report", str(saved_run.json), "--out", str(tmp_path / "page"))
    assert (status, err) == (0, "")
    verdict, loss, where = out.splitlines()
    assert verdict.startswith("sleep_io items=6 mean_ms=1.0 sizes=uniform: ")
    assert loss.startswith("    ")
    assert " speedup (" in loss
    assert where == f"report of {saved_run.json}: {tmp_path / 'page' / 'index.html'}"
    assert "sleep_io" in (tmp_path / "page" / "index.html").read_text()


def test_reports_the_run_saved_last(saved_run, tmp_path, capsys):
    """Without a name the last run of the storage is rendered."""
    status, out, _ = told(capsys, "report", "--storage", str(saved_run.folder / "results"), "--out", str(tmp_path))
    assert status == 0
    assert f"report of {saved_run.json}: " in out


def test_reports_without_ledgers(saved, tmp_path, capsys):
    """A run saved without ledgers has its report all the same."""
    assert told(capsys, "report", saved(ledgers=""), "--out", str(tmp_path / "page"))[0] == 0


def test_no_saved_run(tmp_path, capsys, monkeypatch):
    """Where nothing was saved, report says how to measure."""
    monkeypatch.chdir(tmp_path)
    assert_refused(capsys, "report", saying="no saved run in results/: measure one with")
    assert list(tmp_path.iterdir()) == []


def test_if_any(tmp_path, capsys, monkeypatch):
    """`report --if-any`, which make asks before it measures, exits 1 without a word where nothing was saved."""
    monkeypatch.chdir(tmp_path)
    assert told(capsys, "report", "--if-any") == (1, "", "")


def test_refuses_a_missing_run(tmp_path, capsys):
    """A run that is not there: one line."""
    assert_refused(capsys, "report", str(tmp_path / "none.json"), saying="none.json can't be read")


@pytest.mark.parametrize(
    ("content", "saying"),
    [
        (b'{"lightwork": {', "is not JSON"),
        (b"\x89PNG\r\n\x1a\n", "is not JSON"),
        (b'{"benchmarks": [], "datetime": "2026"}', "has no lightwork results"),
        (b'{"lightwork": {"schema": 999}}', "has schema 999 but this version reads 1"),
    ],
)
def test_refuses_what_is_no_run(tmp_path, capsys, content, saying):
    """Malformed, binary, foreign, or of another schema: one line that says which."""
    (tmp_path / "run.json").write_bytes(content)
    assert_refused(capsys, "report", str(tmp_path / "run.json"), saying=saying)


@pytest.mark.matrix
def test_the_last_run_is_the_one_saved_last_whatever_copied_it(saved, tmp_path, capsys):
    """Which run is the last follows from what the files say, not from when they were copied; a folder stands for it."""
    runs = tmp_path / "copied"
    runs.mkdir()
    for name, moment in (("0001_a.json", "2026-03-01T10:00:00+00:00"), ("0002_b.json", "2026-02-01T10:00:00+00:00")):
        data = read(Path(saved(ledgers="")))
        (runs / name).write_text(json.dumps({**data, "datetime": moment}))
    status, out, _ = told(capsys, "report", str(runs), "--out", str(tmp_path / "page"))
    assert status == 0
    assert "0001_a.json" in out


@pytest.mark.matrix
def test_reports_where_the_ledgers_are_lost(saved, tmp_path, capsys):
    """A JSON that was moved away from its ledgers still gives its report, and a line says what is not in it."""
    status, _, err = told(capsys, "report", saved(ledgers="gone.npz"), "--out", str(tmp_path / "page"))
    assert status == 0
    assert "gone.npz is missing, so there are no timelines" in err
    assert err.count("\n") == 1
    assert "these results have no ledgers" in (tmp_path / "page" / "index.html").read_text()


def test_refuses_damaged_ledgers(saved, tmp_path, capsys):
    """Ledgers that are cut off or that lie elsewhere are told in one line."""
    assert_refused(capsys, "report", saved(ledgers="../gone.npz"), saying="a file in the same folder")
    (tmp_path / "cut.npz").write_bytes(b"PK\x03\x04 and no more")
    assert_refused(capsys, "report", saved(ledgers="cut.npz"), saying="cut.npz holds no ledgers")


def test_refuses_an_out_that_is_no_folder(saved, tmp_path, capsys):
    """A file where the report's folder should be is told in one line, and left as it is."""
    (tmp_path / "taken").write_text("mine")
    assert_refused(capsys, "report", saved(), "--out", str(tmp_path / "taken"), saying="choose another")
    assert (tmp_path / "taken").read_text() == "mine"


def test_an_interrupt_is_one_line(saved_run, tmp_path):
    """Ctrl-C during a report ends it with one line and status 130, as shells have it."""
    code = "import os, signal, sys; from lightwork import cli, report\n"
    code += "report.render = lambda *parts, **more: os.kill(os.getpid(), signal.SIGINT)\n"
    code += f"sys.exit(cli.main(['report', {str(saved_run.json)!r}]))"
    found = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (found.returncode, found.stdout, found.stderr) == (130, "", "lightwork: interrupted\n")


INTERRUPTED = """
import os, signal, sys
from lightwork import cli
from lightwork.{module} import {name} as whole

def interrupted(*parts, **more):
    for case in whole(*parts, **more):
        yield case
        os.kill(os.getpid(), signal.SIGINT)

import lightwork.{module}
lightwork.{module}.{name} = interrupted
sys.exit(cli.main({words!r}))
"""


@pytest.mark.parametrize(
    ("module", "name", "words", "why"),
    [
        ("faults.matrix", "record", ["faults", "--strategies", "serial,map", "--faults", "raise"], "first fault"),
        *in_matrix(("costs.recording", "order_of", ["costs", "--strategies", "serial,map"], "first block")),
    ],
)
def test_an_interrupted_table_says_so(module, name, words, why, tmp_path):
    """After Ctrl-C the table holds what was measured; a line says that it is incomplete, a note what is missing."""
    code = INTERRUPTED.format(module=module, name=name, words=words)
    found = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=200,
        env={**os.environ, "LIGHTWORK_DATA": str(tmp_path / "data")},
    )  # fmt: skip
    assert found.returncode == 130, found.stderr
    assert found.stderr.endswith("lightwork: interrupted: the table is incomplete\n")
    assert f" is not included: interrupted before its {why}" in found.stdout
