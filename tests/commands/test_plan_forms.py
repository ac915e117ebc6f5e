"""lightwork plan: its verdict printed and written in every form, from the command line."""

import csv
import html
import io
import json

import jsonschema
import pytest
from calibrations import calibrate
from command_line import run_here

from lightwork.planning.forms import forms
from lightwork.planning.saved import SCHEMA_FILE
from lightwork.replay.costs import Costs

LOAD = """
import time


def load_file(path):
    time.sleep(0.05)
    return path


def nothing(number):
    return number


def numbers():
    return list(range(40))
"""
FEW = ("--strategies", "map", "--workers", "1,2,4", "--orders", "given", "--chunksizes", "1,2")
MEASURED = (*FEW, "--blocks", "3")
PREDICTED = (*FEW, "--once")


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A user's folder: a module, twelve files, and what this machine's strategies are said to cost."""
    folder = tmp_path_factory.mktemp("user")
    (folder / "load.py").write_text(LOAD)
    for number in range(12):
        (folder / f"file_{number:02}.csv").write_text("theirs")
    (folder / "data").mkdir()
    calibrate(folder / "data", Costs(request_ns=1e6, boot_ns=1e6, close_ns=1e6))
    return folder


def plan(home, *words):
    """A plan in the user's folder, as it ended."""
    return run_here(home, "plan", *words, LIGHTWORK_DATA=str(home / "data"))


def files(home):
    """The names of the user's files."""
    return sorted(path.name for path in home.glob("file_*.csv"))


def contract(text):
    """The JSON, which must be valid by the schema."""
    told = json.loads(text, parse_constant=pytest.fail)
    jsonschema.Draft202012Validator(json.loads(SCHEMA_FILE.read_text())).validate(told)
    return told


@pytest.mark.parametrize(
    "words", [PREDICTED, pytest.param(MEASURED, marks=pytest.mark.timing)], ids=["predicted", "measured"]
)
def test_writes_every_form_beside_the_words(home, words):
    """One plan: words and script on standard output, and four files that tell the same setting."""
    found = plan(home, "load.py:load_file", *files(home), *words, *(f"--{form}=p.{form}" for form in forms()))
    assert found.returncode == 0, found.stderr
    told = contract((home / "p.json").read_text())
    chosen = told["recommendation"]
    assert chosen is not None, told["sentence"]
    measured = words is MEASURED
    assert (chosen["measured"], told["items_run"], told["target"]) == (measured, 12, "load.py:load_file")
    assert chosen["workers"] > 1
    low, high = chosen["speedup"]["low"], chosen["speedup"]["high"]
    assert (low, high) == (None, None) or low <= chosen["speedup"]["point"] <= high  # blocks that differ carry none
    assert found.stdout.startswith(f"{told['sentence']}\n")
    assert found.stdout.endswith(f"\n\n{chosen['code']}")
    assert 'sorted(glob("*.csv"))' in chosen["code"]
    markdown = (home / "p.md").read_text()
    assert chosen["code"] in markdown
    assert len(markdown.splitlines()) < 60
    assert told["sentence"] in html.unescape((home / "p.html").read_text())
    rows = list(csv.DictReader(io.StringIO((home / "p.csv").read_text())))
    assert len(rows) == len(told["predictions"]) == 6
    (best,) = [row for row in rows if row["judged"] == "recommended"]
    if measured:
        assert float(best["measured_speedup"]) == chosen["speedup"]["point"]
        cell = next(cell for cell in told["cells"] if cell["judged"] == "recommended")
        assert cell["failed_rounds"] == 0
        assert cell["memory_bytes"] in (None, chosen["memory_bytes"])  # rounds too short to be looked at are predicted


@pytest.mark.parametrize(("form", "beginning"), [("json", '{\n  "schema": 1,'), ("md", "# light"), ("csv", "target,")])
def test_a_form_without_a_file_stands_in_place_of_the_words(home, form, beginning):
    """`--json` alone prints JSON and nothing else; so do the others, and a file beside it is still written."""
    beside = () if form == "json" else ("--json=beside.json",)
    found = plan(home, "load.py:load_file", *files(home), *PREDICTED, f"--{form}", *beside)
    assert found.returncode == 0, found.stderr
    assert found.stdout.startswith(beginning)
    assert "Predicted, not measured" not in found.stdout.splitlines()[0]
    if beside:
        assert contract((home / "beside.json").read_text())["recommendation"]["measured"] is False


@pytest.mark.parametrize(
    "words",
    [
        ("load.py:load_file", "--items", "load.py:numbers", *FEW, "--cores", "8"),
        pytest.param(("load.py:nothing", "--items", "load.py:numbers", *MEASURED), marks=pytest.mark.matrix),
        ("sleep_io", "--param", "mean_ms=5", "--once", *FEW),  # long enough for workers to pay off on any day
    ],
)
def test_every_kind_of_plan_keeps_the_contract(home, words):
    """For another machine, for work that is not worth any worker, and for a built-in workload the JSON is valid."""
    found = plan(home, *words, "--json")
    assert found.returncode == 0, found.stderr
    told = contract(found.stdout)
    assert told["longest_item"]["name"]
    assert told["serial_wall_s"]["point"] > 0
    if words[0] == "load.py:nothing":
        assert told["recommendation"] is None
    elif words[0] == "sleep_io":
        assert told["recommendation"]["code"] == ""


def test_two_forms_can_not_share_standard_output(home):
    """It is refused before anything runs, with the way out."""
    found = plan(home, "load.py:load_file", *files(home), "--json", "--csv")
    assert (found.returncode, found.stdout) == (2, "")
    assert found.stderr == (
        "lightwork: --csv and --json can't both go to standard output: name a file, as --csv=FILE\n"
    )


def test_a_users_file_is_never_replaced(home):
    """`--csv *.csv` would take the first item for the file's name: it is refused, and the item stays what it was."""
    found = plan(home, "load.py:load_file", "--csv", *files(home))
    assert (found.returncode, found.stdout) == (2, "")
    assert "file_00.csv exists and lightwork did not write it" in found.stderr
    assert (home / "file_00.csv").read_text() == "theirs"


@pytest.mark.matrix
def test_an_earlier_plans_file_is_replaced(home):
    """The second plan writes over what the first one wrote, in one step and with nothing left beside it."""
    for cores in ("2", "3"):
        found = plan(home, "load.py:load_file", *files(home), *FEW, "--cores", cores, "--md", "again.md")
        assert found.returncode == 0, found.stderr
        assert f"for {cores} cores" in (home / "again.md").read_text()
    assert not list(home.glob(".again*"))


@pytest.mark.parametrize(("place", "why"), [("none/p.json", "can't be written to"), (".", "is a folder")])
def test_a_place_that_can_not_be_written_is_told_before_anything_runs(home, place, why):
    """One line and status 2, with nothing printed."""
    found = plan(home, "load.py:load_file", *files(home), "--json", place)
    assert (found.returncode, found.stdout, found.stderr.count("\n")) == (2, "", 1)
    assert why in found.stderr
