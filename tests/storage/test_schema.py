"""The saved results' schema is what the dataclasses are, and what the documentation tells; name by name."""

import json
import re
from pathlib import Path

import jsonschema
import msgspec
import pandas as pd
import pytest
from any_results import RESULTS, through_json
from hypothesis import given
from repository import REPOSITORY

from lightwork.analysis.judged_study import usable_cpus
from lightwork.analysis.scaling import scale
from lightwork.core.study import SERIAL, Results
from lightwork.machine.facts import facts
from lightwork.storage import results_json, schema
from lightwork.storage.results_json import KEY, encode

DOCS = REPOSITORY / "docs"
PAGE = (DOCS / "results.md").read_text()
SCHEMA = json.loads(schema.FILE.read_text())
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
RUNS = [path for path in sorted((DOCS / "example").glob("*.json")) if KEY in json.loads(path.read_text())]
OTHERS = [path for path in sorted((DOCS / "example").glob("*.json")) if path not in RUNS]
KINDS = {name: kind for name, kind in SCHEMA["$defs"].items() if "properties" in kind}


def test_the_schema_is_that_of_the_dataclasses():
    """results.schema.json is what the dataclasses give now: `python docs/generate.py` writes it anew."""
    assert json.loads(schema.text()) == SCHEMA
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("written", [{}, {"default": {}}], ids=["0.19", "0.23"])
def test_the_schema_is_the_same_whatever_version_of_msgspec_wrote_it(monkeypatch, written):
    """The empty default that msgspec writes since 0.23 is not in the stored file, and its order of keywords is ours."""
    found = msgspec.json.schema(Results)
    fields = found["$defs"]["Results"]["properties"]
    given = {name: value for name, value in fields["ledger_cost_ns"].items() if name != "default"}
    fields["ledger_cost_ns"] = {**written, **given}
    monkeypatch.setattr(msgspec.json, "schema", lambda _: found)
    assert schema.text() == schema.FILE.read_text()


@pytest.mark.parametrize("path", RUNS, ids=lambda path: path.name)
def test_a_saved_run_is_valid(path):
    """Runs that were saved long ago fit the schema."""
    VALIDATOR.validate(json.loads(path.read_text()))


def test_a_run_saved_now_is_valid_and_described(saved_run):
    """A run measured by this version fits it, and the page names all that stands beside our own part."""
    data = json.loads(saved_run.json.read_text())
    VALIDATOR.validate(data)
    assert data["benchmarks"]
    names = {*data, *data["benchmarks"][0]["extra_info"]} - KINDS["Setting"]["properties"].keys()
    assert [name for name in sorted(names) if f"`{name}`" not in PAGE] == []


@pytest.mark.parametrize("path", OTHERS, ids=lambda path: path.name)
def test_what_is_no_run_is_invalid(path):
    """Files of other kinds of ours do not fit it."""
    assert not VALIDATOR.is_valid(json.loads(path.read_text()))


@given(RESULTS)
def test_whatever_is_encoded_is_valid(found):
    """Any results fit the schema as they are written."""
    VALIDATOR.validate({KEY: through_json(encode(found)), "datetime": "now", "commit_info": {}})


def cell(found):
    """The third cell of the first study: a setting's own."""
    return found["studies"][0]["cells"][2]


BREAKS = {
    "another schema": lambda found: found.update(schema=1),
    "no schema": lambda found: found.pop("schema"),
    "no studies": lambda found: found.pop("studies"),
    "a cell without rounds": lambda found: cell(found).pop("rounds"),
    "a time that is text": lambda found: cell(found)["rounds"][0].update(t0_ns="5"),
    "an unknown outcome": lambda found: cell(found)["rounds"][0].update(outcome="fine"),
    "a loss that is missing": lambda found: cell(found)["losses"]["0"].pop("tail_ns"),
    "losses of no block": lambda found: cell(found)["losses"].update(x=cell(found)["losses"]["0"]),
    "names that are numbers": lambda found: found["studies"][0].update(item_names=[1]),
}


@pytest.mark.parametrize("name", BREAKS)
def test_a_broken_run_is_invalid(name):
    """Each thing that is missing or of another type is found."""
    data = json.loads((DOCS / "example" / "quick.json").read_text())
    BREAKS[name](data[KEY])
    assert not VALIDATOR.is_valid(data)


def section(name):
    """The names in the first column of a section's table."""
    (found,) = re.findall(rf"\n## {name}\n(.*?)(?=\n## |\Z)", PAGE, flags=re.DOTALL)
    rows = re.findall(r"^\| (`[^|]*) \|", found, flags=re.MULTILINE)
    return [field for row in rows for field in re.findall(r"`([^`]+)`", row)]


@pytest.mark.parametrize("name", KINDS)
def test_every_field_is_documented(name):
    """Each kind has its section with every one of its fields, each once, and no other."""
    assert sorted(section(name)) == sorted(KINDS[name]["properties"])


def test_every_fact_of_the_machine_is_documented(tmp_path):
    """So have the machine's facts."""
    assert sorted(section("Machine")) == sorted(facts(tmp_path))


def test_every_outcome_is_documented():
    """So have the ways in which a round ends."""
    assert all(f"`{outcome}`" in PAGE for outcome in SCHEMA["$defs"]["Outcome"]["enum"])


def test_the_example_gives_the_speedups_of_the_report(monkeypatch):
    """The page's lines of pandas give the same speedups as the analysis, where no round is left out."""
    (code,) = re.findall(r"<!-- tested: pandas -->\n```python\n(.*?)```", PAGE, flags=re.DOTALL)
    assert len(code.splitlines()) == 5
    monkeypatch.chdir(DOCS.parent)
    names = {"json": json, "pd": pd, "Path": Path}
    exec(code, names)
    found = results_json.load(DOCS / "example" / "quick.json")
    compared = 0
    for study in found.studies:
        scaling = scale(study, usable_cpus(found))
        undisturbed = not next(cell.disturbed for cell in scaling.cells if cell.cell.cell_id == SERIAL)
        for cell in scaling.cells:
            if cell.speedup and undisturbed and not cell.disturbed:
                assert names["speedups"].loc[study.label, cell.cell.cell_id] == pytest.approx(cell.speedup.point)
                compared += 1
    assert compared > 20
