"""Saving a run: whole or not at all, under a number of its own, and with nothing lost where there is no room."""

import subprocess

import pytest
from benches import TINY, bench, command, rounds_kept, saved_in

from lightwork.storage import pytest_benchmark, results_json


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 16 kB."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"needs a small file system: {mounted.stderr.decode().strip()}")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.matrix
def test_a_full_disk_costs_no_round(tmp_path, small_disk):
    """A run that can't be saved says so in one line, with how to go on; resumed with room it is saved as it was."""
    full = bench(tmp_path, *TINY, "--workers", "2", "--benchmark-save", f"--benchmark-storage=file://{small_disk}")
    assert full.returncode == 1
    assert "Traceback" not in full.stdout
    (line,) = [line for line in full.stdout.splitlines() if line.startswith("lightwork: the run could not be saved")]
    assert "(No space left on device): its rounds are in results/journals/" in line
    assert not list(small_disk.rglob("*.json"))
    kept = rounds_kept(tmp_path)
    found = bench(tmp_path, *TINY, "--workers", "2", "--benchmark-save", "--resume")
    assert found.returncode == 0, found.stdout
    (path,) = saved_in(tmp_path)
    (study,) = results_json.load(path).studies
    assert sum(len(cell.rounds) + bool(cell.probe) for cell in study.cells) == kept - 1  # all but the warm-up
    assert rounds_kept(tmp_path) == 0


@pytest.mark.matrix
def test_a_journal_on_a_full_disk_is_told_of(small_disk):
    """A round that can't be written down fails its study in one line; what is in the journal stays there."""
    found = bench(small_disk, *TINY, "--workers", "2", "--blocks", "30")
    assert found.returncode == 1
    assert (
        "can't be written to (No space left on device): free some space, then run the same command with --resume"
        in found.stdout
    )
    assert "Traceback" not in found.stdout
    assert rounds_kept(small_disk) > 0


def test_never_writes_over_a_run(tmp_path):
    """Where another takes the next number between the look and the writing, the one after it is taken."""
    (tmp_path / "machine").mkdir()
    seen = []

    def taken_meanwhile(folder, storage, name):
        seen.append(len(seen) + 1)
        path = folder / f"{seen[-1]:04}_{name}.json"
        if len(seen) == 1:
            path.write_text("another run's")
        return path

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pytest_benchmark, "next_file", taken_meanwhile)
        path = pytest_benchmark.write_next(tmp_path / "machine", tmp_path, "mine", b"ours")
    assert (path.name, path.read_bytes()) == ("0002_mine.json", b"ours")
    assert (tmp_path / "machine" / "0001_mine.json").read_text() == "another run's"
    assert len(list((tmp_path / "machine").iterdir())) == 2


@pytest.mark.matrix
def test_runs_at_the_same_time_get_numbers_of_their_own(tmp_path):
    """Three runs that save into one storage at once are saved as three, whole, numbered from 1 to 3."""
    words = command(*TINY, "--workers", "2", "--blocks", "1", "--benchmark-save")
    runs = [
        subprocess.Popen(
            words, cwd=tmp_path, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        for _ in range(3)
    ]
    said = [run.communicate(timeout=200)[0].decode() for run in runs]
    assert [run.returncode for run in runs] == [0, 0, 0], said
    assert [path.name[:5] for path in saved_in(tmp_path)] == ["0001_", "0002_", "0003_"]
    assert all(results_json.load(path).studies for path in saved_in(tmp_path))
