"""Saved results: the same after a journey through a file, and one line for a file that holds something else."""

import json
import os
from dataclasses import replace

import pytest
from any_results import FACTS, LONG, MAYBE, REMOTES, RESULTS, ROUNDS, SETTINGS, TEXT, through_json
from hypothesis import given
from hypothesis import strategies as st

from lightwork.core.round import Answer, Job, Outcome, Round, Worker, decode_job
from lightwork.core.round import encode as encode_record
from lightwork.core.setting import Setting
from lightwork.core.study import SCHEMA, Cell, Results, Study
from lightwork.core.usage import Usage
from lightwork.errors import UsageError
from lightwork.storage import results_json
from lightwork.storage.decode import read_as
from lightwork.storage.results_json import KEY, decode, encode


@given(RESULTS, TEXT, FACTS)
def test_results_survive_json(found, saved_at, commit):
    """Every value of every round is the same after it was written as JSON and read back."""
    data = through_json(encode(found))
    assert decode(data, saved_at, commit) == replace(found, saved_at=saved_at, commit=commit)


@given(ROUNDS)
def test_rounds_survive_json(found):
    """So is a single round, as it stands in a journal."""
    assert read_as(Round, through_json(encode_record(found))) == found


@given(SETTINGS, FACTS, LONG)
def test_jobs_survive_json(setting, parameters, seed):
    """What is asked of the host arrives there as it was asked."""
    job = Job("map-w2", 1, 2, "toy", parameters, setting, seed, True, False, "/data", "/round", "/ledger")
    assert decode_job(through_json(encode_record(job))) == job


@given(st.sampled_from(Outcome), MAYBE, FACTS, st.none() | REMOTES, st.none() | st.booleans())
def test_answers_survive_json(outcome, t0_ns, facts, remote, gil):
    """What the host answers arrives as it was answered."""
    answer = Answer(outcome, "reason", "detail", t0_ns, None, Usage(cpu_ns=3), remote, facts, facts, gil)
    assert read_as(Answer, through_json(encode_record(answer))) == answer


@pytest.mark.parametrize("outcome", [outcome for outcome in Outcome if outcome is not Outcome.OK])
def test_a_failed_round_has_no_time(outcome):
    """Only a round that did the work has a wall time, whatever its clock says."""
    assert Round("map", 0, 0, Outcome.OK, t0_ns=5, t1_ns=12).wall_ns == 7
    with pytest.raises(ValueError, match=f"a round that {outcome} has no time"):
        _ = Round("map", 0, 0, outcome, t0_ns=5, t1_ns=12).wall_ns


def test_finds_a_cell_by_its_id(study):
    """A study gives its reference and any cell by id, and raises for one that it has not."""
    assert study.serial.cell_id == "serial"
    assert study.cell("map-w2-fork-given").chunksize == 3
    with pytest.raises(KeyError, match="queue"):
        study.cell("queue")


@pytest.fixture
def study():
    """A study of two cells without rounds."""
    cells = (Cell("serial", Setting("serial"), None, ()), Cell("map-w2-fork-given", Setting("map", 2), 3, ()))
    return Study("toy", "toy", {}, ("a",), 1, "now", True, cells)


@pytest.fixture
def saved(study):
    """What pytest-benchmark would save, as plain data."""
    return {
        "datetime": "2026-01-02T03:04:05", "commit_info": {"id": "abc"}, "benchmarks": [],
        KEY: encode(Results((study,), {"usable_cpus": 2.0}, {"cpu_time": 900.0}, "ledgers.npz")),
    }  # fmt: skip


def test_loads_what_was_saved(tmp_path, saved, study):
    """A file is read with the time and the commit that pytest-benchmark wrote beside the results."""
    path = tmp_path / "run.json"
    path.write_text(json.dumps(saved))
    found = results_json.load(path)
    assert found.studies == (study,)
    assert (found.saved_at, found.commit, found.schema) == ("2026-01-02T03:04:05", {"id": "abc"}, SCHEMA)


def test_refuses_another_schema(tmp_path, saved):
    """Results of another format are refused with both numbers, before anything in them is believed."""
    path = tmp_path / "run.json"
    path.write_text(json.dumps(saved | {KEY: {"schema": SCHEMA + 1}}))
    with pytest.raises(UsageError, match=f"has schema {SCHEMA + 1} but this version reads 1 and {SCHEMA}"):
        results_json.load(path)


def test_reads_results_of_the_first_schema(tmp_path, saved):
    """What the first format said of a round's CPU time and steal stands in its usage; the rest is not known."""
    old = encode_record(Round("serial", 0, 0, Outcome.OK, t0_ns=1, t1_ns=2))
    for name in ("usage", "memory", "traffic", "thread_cpu_ns"):
        del old[name]
    old |= {"tree_cpu_ns": 70, "steal_s": 0.5}
    cell = saved[KEY]["studies"][0]["cells"][0]
    del cell["probe"], cell["losses"]
    cell["rounds"] = [old]
    path = tmp_path / "run.json"
    path.write_text(json.dumps(saved | {KEY: saved[KEY] | {"schema": 1}}))
    found = results_json.load(path)
    (one,) = found.studies[0].serial.rounds
    assert one == Round("serial", 0, 0, Outcome.OK, t0_ns=1, t1_ns=2, usage=Usage(cpu_ns=70, steal_ns=500_000_000))
    assert (found.schema, found.studies[0].serial.probe, found.studies[0].serial.losses) == (1, None, {})
    assert encode(found)["schema"] == SCHEMA


def test_refuses_a_missing_file(tmp_path):
    """A file that is not there, and a folder, are refused with the next step."""
    with pytest.raises(UsageError, match=r"can't be read .No such file or directory.: use a saved run"):
        results_json.load(tmp_path / "none.json")
    with pytest.raises(UsageError, match=r"can't be read .Is a directory."):
        results_json.load(tmp_path)


@pytest.mark.parametrize("content", [b"", b"{", b"results", b"\xff\xfe\x00", b"[" * 100_000])
def test_refuses_what_is_no_json(tmp_path, content):
    """A file that is no JSON, however broken, is refused in one line."""
    path = tmp_path / "run.json"
    path.write_bytes(content)
    with pytest.raises(UsageError, match="is not JSON: name a file that"):
        results_json.load(path)


@pytest.mark.parametrize("data", [None, 3, "lightwork", [], {}, {"benchmarks": []}, {KEY: None}, {KEY: []}, {KEY: {}}])
def test_refuses_foreign_json(tmp_path, data):
    """JSON of somebody else, a run of plain pytest-benchmark among it, is refused in one line."""
    path = tmp_path / "run.json"
    path.write_text(json.dumps(data))
    with pytest.raises(UsageError, match="has no lightwork results"):
        results_json.load(path)


SAMPLE = encode(
    Results((Study("toy", "toy", {"items": 3}, ("a",), 1, "now", True, (
        Cell("map-w1-fork-given", Setting("map"), 1, (
            Round("map-w1-fork-given", 0, 0, Outcome.OK, t0_ns=1, t1_ns=2, workers=(Worker(0, 1, 2, 3, 4, 0),)),
        )),
    )),), {"usable_cpus": 2.0})
)  # fmt: skip


def places(data, path=()):
    """The path of everything in nested data."""
    pairs = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list | tuple) else ()
    for key, value in pairs:
        yield (*path, key)
        yield from places(value, (*path, key))


@given(st.sampled_from(list(places(SAMPLE))), st.sampled_from([None, 3, "word", [], {}, {"extra": 1}, ...]))
def test_any_other_shape_is_one_line_or_harmless(tmp_path_factory, place, other):
    """With anything in the results replaced or left out, loading gives results or one line, never a bug."""
    data = through_json(SAMPLE)
    inner = data
    for key in place[:-1]:
        inner = inner[key]
    if other is ...:
        del inner[place[-1]]
    else:
        inner[place[-1]] = other
    path = tmp_path_factory.mktemp("shape") / "run.json"
    path.write_text(json.dumps({KEY: data}))
    refusal = ""
    try:
        assert isinstance(results_json.load(path), Results)
    except UsageError as error:
        refusal = str(error)
    assert "\n" not in refusal


def test_the_latest_run_is_the_one_saved_last(tmp_path):
    """Of all machines' folders the newest file counts, whatever its number; ledgers and journals are no runs."""
    for age_s, name in enumerate(["b/0001_x.json", "a/0002_y.json", "a/0009_z.json"]):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("{}")
        os.utime(path, (1e9 - age_s, 1e9 - age_s))
    (tmp_path / "a" / "ledgers.npz").write_text("newest")
    (tmp_path / "journals" / "run" / "s1").mkdir(parents=True)
    (tmp_path / "journals" / "run" / "s1" / "journal.jsonl").write_text("newest")
    assert [path.name for path in results_json.saved_in(tmp_path)] == ["0009_z.json", "0002_y.json", "0001_x.json"]
    assert results_json.latest(tmp_path).name == "0001_x.json"


def test_without_a_saved_run_there_is_a_next_step(tmp_path):
    """Where nothing is saved the error says how to measure."""
    with pytest.raises(UsageError, match=r"no saved run in .*: measure one with `python -m pytest bench/"):
        results_json.latest(tmp_path / "results")


def test_ledgers_lie_beside_their_run(tmp_path):
    """A ledgers' name is a file of the run's own folder."""
    assert results_json.beside(tmp_path / "0001.json", "ledgers.npz") == tmp_path / "ledgers.npz"


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "a/b.npz", 3, None, ["a"]])
def test_ledgers_lie_nowhere_else(tmp_path, name):
    """A saved run can't make its reader open a file elsewhere."""
    with pytest.raises(UsageError, match="expected a file in the same folder"):
        results_json.beside(tmp_path / "0001.json", name)


def test_refuses_two_studies_of_one_label(tmp_path, saved):
    """A label names one study of a run: of two, a reader would drop one without a word."""
    saved[KEY]["studies"] *= 2
    path = tmp_path / "run.json"
    path.write_text(json.dumps(saved))
    with pytest.raises(UsageError, match=r"has no lightwork results .ValueError: two studies are called toy."):
        results_json.load(path)


@pytest.mark.parametrize("content", [None, "no JSON", "{}", '{"lightwork": {"schema": 9}}', "label"])
def test_a_refusal_names_its_file_in_plain_text(tmp_path, saved, content):
    """A file or a label made to break out of a terminal stays text, whatever is wrong with the file."""
    path = tmp_path / "a\x1b[31m.json"
    if content == "label":
        one = {**saved[KEY]["studies"][0], "label": "\x1b[31m", "item_names": []}
        content = json.dumps({KEY: {**saved[KEY], "studies": [one]}})
    if content is not None:
        path.write_text(content)
    with pytest.raises(UsageError, match=r"a\\x1b\[31m\.json ") as refusal:
        results_json.load(path)
    assert "\x1b" not in str(refusal.value)


def test_other_refusals_name_their_place_in_plain_text(tmp_path):
    """So do a storage without runs, and a run that names its ledgers elsewhere."""
    for refused in (results_json.latest, lambda path: results_json.beside(path, "a/b")):
        with pytest.raises(UsageError, match=r"a\\x1b\[31m") as refusal:
            refused(tmp_path / "a\x1b[31m")
        assert "\x1b" not in str(refusal.value)


@pytest.mark.parametrize(
    ("change", "saying"),
    [
        ({"t1_ns": 5}, "took no time"),
        ({"t1_ns": None}, "took no time"),
        ({"spin_ns": 0.0}, "a spin of 0.0 ns"),
        ({"longest_item": 1}, "names item 1 of 1"),
    ],
)
def test_refuses_figures_that_can_not_be(tmp_path, saved, change, saying):
    """A round without length, a spin without time, an item that is not there: one line before anything is computed."""
    one = encode_record(Round("serial", 0, 0, Outcome.OK, t0_ns=5, t1_ns=9))
    saved[KEY]["studies"][0]["cells"][0]["rounds"] = [{**one, **change}]
    path = tmp_path / "run.json"
    path.write_text(json.dumps(saved))
    with pytest.raises(UsageError, match=saying):
        results_json.load(path)


@pytest.mark.parametrize(
    ("saved", "saying"),
    [
        ({"schema": 1, "predictions": [], "recommendation": None}, "it is a plan: show it beside a run by"),
        ({"kind": "lightwork faults", "schema": 1, "cases": []}, "it is what `lightwork faults` wrote"),
        ({"kind": 3}, "KeyError"),
        ([], "TypeError"),
    ],
)
def test_another_file_of_ours_is_told_for_what_it_is(saved, saying, tmp_path):
    """A plan or a table of faults in a run's place is told for what it is; what is none of ours stays unknown."""
    path = tmp_path / "other.json"
    path.write_text(json.dumps(saved))
    with pytest.raises(UsageError, match=saying):
        results_json.load(path)
