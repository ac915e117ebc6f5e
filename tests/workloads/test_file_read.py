"""The files that are read, and whether the facts tell the truth about the page cache."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lightwork.errors import CheckFailed, UsageError
from lightwork.machine import page_cache
from lightwork.workload.api import Facts, Place
from lightwork.workloads import file_read
from lightwork.workloads.file_read import Parameters

SOME = Parameters(files=6, mean_kib=32)
COLD = Parameters(files=6, mean_kib=32, cache="cold")
MEMORY_FILES = Path("/dev/shm")  # a tmpfs: its files have no other home than the page cache


@pytest.fixture
def paths(place: Place) -> list[Path]:
    """The prepared files of SOME."""
    file_read.prepare(SOME, place.data_dir)
    return [Path(item.path) for item in file_read.items(SOME, place)]


@pytest.fixture
def tmpfs() -> Iterator[Path]:
    """A directory without a disk below it."""
    if not os.access(MEMORY_FILES, os.W_OK):
        pytest.skip("no writable tmpfs here")
    with tempfile.TemporaryDirectory(dir=MEMORY_FILES) as folder:
        yield Path(folder)


@pytest.fixture
def can_evict(tmp_path: Path) -> None:
    """Skip where a file that is on disk can't be put out of memory (tmpfs, some containers)."""
    probe = tmp_path / "probe"
    with open(probe, "w+b") as file:
        file.write(bytes(1 << 16))
        file.flush()
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    if starts_in_memory(probe):
        pytest.skip("no file can be evicted here")


def starts_in_memory(path: Path) -> bool:
    """Whether the file's first page can be read without waiting for a disk: a second opinion to mincore's."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        return os.preadv(descriptor, [bytearray(1)], 0, os.RWF_NOWAIT) == 1
    except BlockingIOError:
        return False
    finally:
        os.close(descriptor)


def set_up(parameters: Parameters, place: Place) -> Facts:
    """Prepare and set up; returns the facts."""
    file_read.prepare(parameters, place.data_dir)
    return file_read.setup(parameters, place)


def test_sizes_are_uneven_and_add_up(place: Place) -> None:
    """The files have mean_kib on average and a long tail, and weigh what they take on disk."""
    parameters = Parameters()
    file_read.prepare(parameters, place.data_dir)
    items = file_read.items(parameters, place)
    sizes = [item.size_bytes for item in items]
    assert len(items) == 64
    assert sum(sizes) == pytest.approx(64 * 256 * 1024, rel=1e-4)
    assert max(sizes) > 4 * sorted(sizes)[32]
    assert sizes == [Path(item.path).stat().st_size for item in items]


@pytest.mark.usefixtures("can_evict")
def test_cold_files_are_not_in_memory(place: Place) -> None:
    """Where files can be evicted, a cold setup evicts them all, and says cold of no more than 5 %."""
    facts = set_up(COLD, place)
    assert (facts["cache_found"], facts["cache_note"]) == ("cold", "")
    assert not any(starts_in_memory(Path(item.path)) for item in file_read.items(COLD, place))
    assert isinstance(facts["resident_fraction"], float)
    assert facts["resident_fraction"] <= 0.05


@pytest.mark.usefixtures("can_evict")
def test_freshly_written_files_are_evicted_too(tmp_path: Path) -> None:
    """Pages that are not on disk yet are written first: until then the kernel keeps them silently."""
    fresh = tmp_path / "fresh"
    fresh.write_bytes(bytes(1 << 20))
    page_cache.evict([fresh])
    assert not starts_in_memory(fresh)


def test_warm_files_are_in_memory(place: Place) -> None:
    """A warm setup reads what a cold one evicted."""
    set_up(COLD, place)
    facts = set_up(SOME, place)
    assert facts["cache_wanted"] == facts["cache_found"] == "warm"
    assert facts["resident_fraction"] == pytest.approx(1.0)


@pytest.mark.usefixtures("can_evict")
def test_residency_is_measured_page_by_page(paths: list[Path]) -> None:
    """With one file of six read back after the eviction, its share of the pages is found in memory."""
    page_cache.evict(paths)
    page_cache.warm(paths[:1])
    pages = [-(-path.stat().st_size // os.sysconf("SC_PAGESIZE")) for path in paths]
    assert page_cache.resident_fraction(paths) == pytest.approx(pages[0] / sum(pages))


def test_a_file_system_in_memory_is_never_cold(tmpfs: Path) -> None:
    """Where eviction can't work, the facts say so and don't call the round cold."""
    facts = set_up(COLD, Place(tmpfs, tmpfs))
    assert facts["cache_wanted"] == "cold"
    assert facts["cache_found"] == "warm"
    assert facts["cache_note"] == "cold reads not possible here: 100 % of the pages stayed in memory"


def test_without_posix_fadvise_nothing_is_cold(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """A system that can't evict is found out by its residency."""
    set_up(SOME, place)
    monkeypatch.delattr(os, "posix_fadvise")
    facts = set_up(COLD, place)
    assert facts["cache_found"] == "warm"
    assert "100 % of the pages stayed in memory" in str(facts["cache_note"])


def test_without_mincore_nothing_is_claimed(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """A kernel that can't be asked makes the cache state unknown."""

    def refuse(path: Path) -> list[bool]:
        raise OSError

    monkeypatch.setattr(page_cache, "_pages_in_memory", refuse)
    facts = set_up(COLD, place)
    assert facts["cache_found"] == "unknown"
    assert facts["resident_fraction"] is None
    assert "unknown whether the reads were cold" in str(facts["cache_note"])


@pytest.mark.parametrize(
    ("wanted", "resident", "found", "note"),
    [
        ("cold", 0.05, "cold", ""),
        ("cold", 0.06, "mixed", "cold reads not possible here: 6 % of the pages stayed in memory"),
        ("warm", 0.4, "mixed", "warm reads not possible here: 40 % of the pages were in memory"),
        ("warm", 0.95, "warm", ""),
    ],
)
def test_the_facts_follow_the_residency(wanted: str, resident: float, found: str, note: str) -> None:
    """Up to 5 % in memory is cold, from 95 % on is warm, and what lies between is neither."""
    facts = page_cache.facts(wanted, resident)
    assert (facts["cache_found"], facts["cache_note"]) == (found, note)


def test_a_changed_byte_is_noticed(tmp_path: Path) -> None:
    """One flipped byte in one file fails the check, which counts the files read right."""
    place = Place(tmp_path, tmp_path)
    set_up(SOME, place)
    items = file_read.items(SOME, place)
    spoilt = Path(items[2].path)
    content = spoilt.read_bytes()
    spoilt.write_bytes(bytes([content[0] ^ 1]) + content[1:])
    with pytest.raises(CheckFailed, match="5 of 6 files were read correctly; 6 results returned"):
        file_read.check(SOME, place, [file_read.read_file(item) for item in items])


def test_cold_and_warm_read_the_same_files(place: Place) -> None:
    """The cache state changes nothing on disk; the seed does."""
    other = Parameters(files=6, mean_kib=32, seed=2)
    for parameters in (SOME, COLD, other):
        file_read.prepare(parameters, place.data_dir)
    assert file_read.items(SOME, place) == file_read.items(COLD, place)
    read = {path: file_read.read_file(path) for path in file_read.items(other, place)}
    assert set(read.values()).isdisjoint(map(file_read.read_file, file_read.items(SOME, place)))


@pytest.mark.parametrize("values", [{"files": 0}, {"mean_kib": 0}])
def test_nothing_to_read_is_refused(values: dict[str, Any]) -> None:
    """No files and empty files are usage errors that name the parameter."""
    with pytest.raises(UsageError, match=rf"file_read.{next(iter(values))} can't be 0"):
        Parameters(**values)
