"""The process filesystem: what Linux tells of processes in /proc, as proc(5) describes it.

Other systems have no such folder, and a sandbox may hide parts of it: then the answer is None, which means unknown,
never none. Standard library only: hosts and workers import this module.
"""

import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

PROC = Path("/proc")
STAT_STARTS_WITH_STATE = 3  # the number of the first field after the name, as proc(5) counts them
NS_PER_S = 1_000_000_000
SIGNALS_CAUGHT = "SigCgt"  # in `status`: hexadecimal, a bit a signal
OpenFile = tuple[int, os.stat_result, str]  # descriptor, status, path


class MappedMemory(NamedTuple):
    """Bytes that are mapped; of these resident; of these again shared with files and other processes."""

    mapped: int
    resident: int
    shared: int


def stat_fields(pid: int) -> Mapping[int, int] | None:
    """The numbers in a process's `stat`, from field 4 on, by field; None where unknown or gone."""
    text = _text(f"{pid}/stat")
    if text is None:
        return None
    words = text.rpartition(")")[2].split()
    return dict(enumerate(map(int, words[1:]), STAT_STARTS_WITH_STATE + 1))


def tick_ns() -> int:
    """The unit of the CPU times in `stat`."""
    return NS_PER_S // os.sysconf("SC_CLK_TCK")


def cpu_ns(pid: int) -> int | None:
    """What all threads of a process have computed; None where unknown or gone."""
    fields = stat_fields(pid)
    return None if fields is None else (fields[14] + fields[15]) * tick_ns()


def io_bytes(process: str) -> Mapping[str, int] | None:
    """The counters in a process's `io` by name; process: a pid or "self"."""
    fields = _fields(f"{process}/io")
    return None if fields is None else {name: int(value) for name, value in fields.items()}


def status(pid: int) -> Mapping[str, str] | None:
    """The fields in a process's `status` by name; None where unknown or gone."""
    return _fields(f"{pid}/status")


def thread_ids() -> list[int] | None:
    """The native ids of this process's threads, those that Python does not know among them."""
    try:
        return [int(name) for name in os.listdir(PROC / "self/task")]
    except OSError:
        return None


def children() -> list[int] | None:
    """The pids of this process's children, zombies among them."""
    tasks = thread_ids()
    if tasks is None:
        return None
    texts = [_text(f"self/task/{task}/children") for task in tasks]
    pids = [int(pid) for text in texts for pid in (text or "").split()]
    return None if None in texts else pids  # a kernel without this list


def memory_bytes() -> MappedMemory | None:
    """This process's memory, as `statm` has it."""
    text = _text("self/statm")
    if text is None:
        return None
    page_bytes = os.sysconf("SC_PAGE_SIZE")
    return MappedMemory(*(int(pages) * page_bytes for pages in text.split()[:3]))


def mapped_files() -> str:
    """The lines of this process's `maps`, which name the libraries that it has loaded; "" where unknown."""
    return _text("self/maps") or ""


def open_files() -> Iterator[OpenFile]:
    """The regular files that this process has open, in the order of their descriptors; none where unknown."""
    folder = PROC / "self/fd"
    with suppress(OSError):
        for descriptor in sorted(map(int, os.listdir(folder))):
            with suppress(OSError):  # the one that listed them
                file = os.fstat(descriptor)
                if stat.S_ISREG(file.st_mode):
                    yield descriptor, file, os.readlink(folder / str(descriptor))  # noqa: PTH115  called often


def file_name(pid: int, inode: int) -> str:
    """The name of the file that a process has open under this inode; "" where unknown or closed."""
    folder = PROC / str(pid) / "fd"
    with suppress(OSError):
        for entry in os.listdir(folder):
            with suppress(OSError):
                if os.stat(folder / entry).st_ino == inode:  # noqa: PTH116  through the link
                    return (folder / entry).readlink().name
    return ""


def file_locks() -> list[bytes]:
    """The lines of `locks`: every lock on a file of this machine; none where unknown."""
    try:
        return (PROC / "locks").read_bytes().splitlines()
    except OSError:
        return []


def open_schedstat() -> int | None:
    """A descriptor of this thread's `schedstat`, for `runqueue_ns`; None where unknown."""
    try:
        return os.open(PROC / "thread-self/schedstat", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None


def boot() -> str:
    """What tells this boot of this machine, and its namespace of times, from all others; "" where unknown."""
    namespace = PROC / "self/ns/time"
    boot_id = _text("sys/kernel/random/boot_id")
    if boot_id is None:
        return ""
    return f"{boot_id.strip()} {namespace.readlink() if namespace.is_symlink() else ''}".strip()


def _text(name: str) -> str | None:
    try:
        return (PROC / name).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None


def _fields(name: str) -> Mapping[str, str] | None:
    """A file of lines like "name: value"."""
    text = _text(name)
    if text is None:
        return None
    return {name: value.strip() for name, _, value in (line.partition(":") for line in text.splitlines())}
