"""What /proc tells of processes; and that where it is absent all of it is unknown."""

import os
import subprocess
import sys
import threading
import time

import pytest

from lightwork.machine import proc

READERS = {
    "stat_fields": lambda: proc.stat_fields(os.getpid()),
    "cpu_ns": lambda: proc.cpu_ns(os.getpid()),
    "io_bytes": lambda: proc.io_bytes("self"),
    "status": lambda: proc.status(os.getpid()),
    "thread_ids": proc.thread_ids,
    "children": proc.children,
    "memory_bytes": proc.memory_bytes,
    "open_schedstat": proc.open_schedstat,
}
EMPTY = {
    "mapped_files": (proc.mapped_files, ""),
    "open_files": (lambda: list(proc.open_files()), []),
    "file_name": (lambda: proc.file_name(os.getpid(), 1), ""),
    "file_locks": (proc.file_locks, []),
    "boot": (proc.boot, ""),
}


@pytest.mark.parametrize("name", READERS)
def test_what_is_not_told_is_none(name, monkeypatch, tmp_path):
    """On a system without /proc each figure is None, which is not 0."""
    monkeypatch.setattr(proc, "PROC", tmp_path)
    assert READERS[name]() is None


@pytest.mark.parametrize("name", EMPTY)
def test_lists_and_names_are_empty_where_nothing_is_told(name, monkeypatch, tmp_path):
    """Without /proc there is nothing to list, and no name."""
    read, empty = EMPTY[name]
    assert read() != empty or name in ("file_name", "file_locks")
    monkeypatch.setattr(proc, "PROC", tmp_path)
    assert read() == empty


def test_a_process_that_has_gone_tells_nothing():
    """Its figures are None, not those of nobody."""
    process = subprocess.Popen([sys.executable, "-c", "pass"])
    process.wait()
    assert proc.cpu_ns(process.pid) is proc.status(process.pid) is None


def test_children_and_threads_are_this_process_own():
    """A child is listed while it is there, and a thread of whose id Python knows."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        assert child.pid in proc.children()
        child.communicate(b"\n")
    assert child.pid not in proc.children()
    assert threading.get_native_id() in proc.thread_ids()


def test_cpu_time_grows_with_work():
    """A tenth of a second of computing is seen, in ticks."""
    before_ns, until_s = proc.cpu_ns(os.getpid()), time.process_time() + 0.1
    while time.process_time() < until_s:
        pass
    assert proc.cpu_ns(os.getpid()) - before_ns >= 50_000_000


def test_open_files_are_named(tmp_path):
    """A file that this process has open is listed with its path and its size, and found by its inode."""
    path = tmp_path / "open"
    with path.open("w") as file:
        file.write("text")
        file.flush()
        sizes = {name: status.st_size for _, status, name in proc.open_files()}
        assert sizes[str(path)] == 4
        assert proc.file_name(os.getpid(), path.stat().st_ino) == "open"
