"""Runs of a history: each once, oldest first, of one kind of machine, and no more kept of them than is told."""

import random
from dataclasses import replace
from datetime import UTC, datetime

import history_samples as samples
import pytest
from history_samples import write

from lightwork import history
from lightwork.errors import UsageError
from lightwork.history.run import Word, moment, run_of, short_id


@pytest.fixture
def files(tmp_path):
    """Five saved runs, oldest first."""
    return [write(tmp_path / f"{day}.json", samples.results(samples.study(), day=day)) for day in range(5)]


def test_any_order_of_files_is_one_order_of_runs(files):
    """However the files are named, the runs stand by the times of their commits."""
    shuffled = random.Random(3).sample(files, len(files))
    assert [run.file for run in history.read(shuffled)] == [str(path) for path in files]


def test_without_commit_times_the_time_of_saving_decides(tmp_path):
    """One run that tells no time of its commit: then all stand by when they were saved, never half and half."""
    one, other = samples.results(samples.study(), day=1), samples.results(samples.study(), day=2)
    later_commit = replace(other, saved_at="2025-12-01T00:00:00+00:00")  # though it was saved first
    of_no_commit = replace(one, commit={}, saved_at="2025-11-01T00:00:00+00:00")
    files = [
        write(tmp_path / f"{name}.json", run) for name, run in (("a", later_commit), ("b", one), ("c", of_no_commit))
    ]
    assert [run.file[-6] for run in history.read(files[:2])] == ["b", "a"]
    assert [run.file[-6] for run in history.read(files)] == ["c", "a", "b"]


def test_runs_of_one_commit_stand_as_they_were_saved(tmp_path):
    """A commit measured twice: the run that was saved first comes first."""
    one = samples.results(samples.study())
    again = replace(one, saved_at="2026-02-01T00:00:00+00:00")
    runs = history.read([write(tmp_path / "a.json", again), write(tmp_path / "b.json", one)])
    assert [run.file[-6] for run in runs] == ["b", "a"]


def test_a_run_counts_once(files, tmp_path):
    """A file that is named twice, by another path, or that is a copy of another one is one run."""
    copy = write(tmp_path / "copies" / "x.json", samples.results(samples.study(), day=2))
    winding = tmp_path / "copies" / ".." / "1.json"
    assert len(history.read([*files, files[0], winding, copy])) == len(files)


def test_two_runs_of_one_moment_are_two(tmp_path):
    """Runs that differ in a single figure are no copies of each other."""
    one = samples.results(samples.study())
    other = samples.results(samples.study(serial_s=4.1))
    assert len(history.read([write(tmp_path / "a.json", one), write(tmp_path / "b.json", other)])) == 2


@pytest.mark.parametrize("content", ["{}", "no json", '{"lightwork": {"schema": 2}}'])
def test_a_file_that_is_no_run_is_named(files, tmp_path, content):
    """Among many files the one that is none of ours is named."""
    (tmp_path / "other.json").write_text(content)
    with pytest.raises(UsageError, match=r"other\.json"):
        history.read([*files, tmp_path / "other.json"])


def test_machines_of_two_kinds_are_refused(files, tmp_path):
    """One line names two files and what differs, and the option that lets it pass."""
    foreign = write(tmp_path / "z.json", samples.results(samples.study(), day=9, machine={"usable_cpus": 4.0}))
    with pytest.raises(UsageError) as refused:
        history.read([*files, foreign])
    words = str(refused.value)
    assert "usable CPUs: 8 and 4" in words
    assert all(part in words for part in (str(files[0]), str(foreign), "--any-machine"))
    assert "\n" not in words
    assert len(history.read([*files, foreign], any_machine=True)) == 6


def test_a_run_that_tells_little_hides_no_difference(tmp_path):
    """Between two kinds of machines a run that does not tell its own makes them no more alike."""
    found = [samples.results(samples.study(), day=day) for day in range(3)]
    machines = ({"usable_cpus": 8.0}, {}, {"usable_cpus": 4.0})
    paths = [
        write(tmp_path / f"{place}.json", replace(one, machine=machine))
        for place, (one, machine) in enumerate(zip(found, machines, strict=True))
    ]
    with pytest.raises(UsageError, match="usable CPUs: 8 and 4"):
        history.read(paths)


def test_a_nearly_equal_memory_is_no_other_kind(files, tmp_path):
    """What a kernel keeps for itself differs from boot to boot."""
    other = samples.results(samples.study(), day=9, machine={"memory_total_bytes": (32 << 30) - 5_000_000})
    assert len(history.read([*files, write(tmp_path / "z.json", other)])) == 6


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("2026-01-05T10:00:00+02:00", datetime(2026, 1, 5, 8, tzinfo=UTC)),
        ("2026-01-05T10:00:00", datetime(2026, 1, 5, 10, tzinfo=UTC)),
        ("0001-01-01T00:00:00+14:00", None),
        ("yesterday", None), ("", None), (None, None), (3, None), ([], None),
    ],
)  # fmt: skip
def test_a_moment_is_a_time_or_nothing(text, known):
    """Times are compared with each other in UTC; what is no time is none, and breaks nothing."""
    assert moment(text) == known


def test_a_commit_is_named_in_short():
    """A hash by its first seven digits; anything else by its beginning and end, in characters that every font has."""
    assert short_id("3f2c1ab0123456789") == "3f2c1ab"
    assert len(short_id("a branch of \u4e2d\u6587 \x1b[2J and more")) == 12
    assert short_id("\u4e2d\n") == r"\u4e2d\n"


@pytest.mark.parametrize("commit", [{}, {"id": "unversioned"}, {"id": "unknown"}, {"id": None}])
def test_without_a_repository_the_date_is_the_name(commit):
    """A run of no commit is called by the time at which it was saved, or else by its file."""
    run = run_of(replace(samples.results(samples.study()), commit=commit), "results/0003_nightly.json")
    assert run.name == run.named == "2026-01-05 10:00"
    assert replace(run, saved_at=None).name == "0003_…y.json"


@pytest.mark.parametrize(
    ("saved", "names"),
    [
        (("2026-01-05T09:30:00", "2026-01-05T10:05:00"), ["3f2c1ab 09:30", "3f2c1ab 10:05"]),
        (("2026-01-05T09:30:00", "2026-01-06T09:30:00"), ["3f2c1ab 01-05 09:30", "3f2c1ab 01-06 09:30"]),
        (("2026-01-05T09:30:00", "2026-01-05T09:30:09"), ["3f2c1ab 0000", "3f2c1ab 0001"]),
        (("2026-01-05T09:30:00", ""), ["3f2c1ab 0000", "3f2c1ab 0001"]),
    ],
)
def test_runs_of_one_commit_have_names_of_their_own(tmp_path, saved, names):
    """Two runs of a name have the time of saving beside it, with its day where days differ, or else the file's name."""
    files = []
    for place, at in enumerate(saved):
        found = replace(samples.results(samples.study(serial_s=4.0 + place), commit="3f2c1ab" * 5), saved_at=at)
        files.append(write(tmp_path / f"{place:04}.json", found))
    alone = write(tmp_path / "alone.json", samples.results(samples.study(), commit="4" * 40, day=3))
    assert [run.name for run in history.read([*files, alone])] == [*names, "4444444"]


def test_files_of_one_name_are_told_apart_by_number(tmp_path):
    """Runs of one commit and one moment, whose files in two folders have one name, are numbered."""
    found = [samples.results(samples.study(serial_s=serial_s), commit="3f2c1ab" * 5) for serial_s in (4.0, 5.0)]
    files = [write(tmp_path / folder / "a.json", one) for folder, one in zip("xy", found, strict=True)]
    assert [run.name for run in history.read(files)] == ["3f2c1ab #1", "3f2c1ab #2"]


def test_a_dirty_run_is_starred():
    """Uncommitted changes are part of the name."""
    (run,) = samples.runs(samples.results(samples.study(), commit="3f2c1ab" * 5, dirty=True))
    assert (run.name, run.named) == ("3f2c1ab*", "3f2c1ab* (2026-01-05)")


def test_a_study_without_a_reference_is_kept_with_its_trouble():
    """A run whose serial rounds all failed has no result, and says why."""
    bare = samples.study()
    bare = replace(bare, cells=bare.cells[1:])
    (run,) = samples.runs(samples.results(bare))
    assert (run.standings["load"].word, run.standings["load"].serial_s) == (Word.NOTHING, None)
    assert "no serial round was measured" in run.standings["load"].trouble
