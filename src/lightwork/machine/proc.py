"""The process filesystem: what Linux tells of processes in /proc, as proc(5) describes it.

Other systems have no such folder, and a sandbox may hide parts of it: then the answer is None, which means unknown,
never none. Standard library only: hosts and workers import this module.
"""

import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

PROC = Path("/proc")
STAT_STARTS_WITH_STATE = 3  # the number of the first field after the name, as proc(5) counts them
NS_PER_S = 1_000_000_000
SIGNALS_CAUGHT = "SigCgt"  # in `status`: hexadecimal, a bit a signal
OpenFile = tuple[int, os.stat_result, str]  # descriptor, status, path


def stat_fields(pid: int) -> Mapping[int, int] | None:
    """The numbers in a process's `stat`, from field 4 on, by field; None where unknown or gone."""
    try:
        words = (PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return None
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
    try:
        lines = (PROC / process / "io").read_text().splitlines()
    except OSError:
        return None
    return {name: int(value) for name, _, value in (line.partition(": ") for line in lines)}


def status(pid: int) -> Mapping[str, str] | None:
    """The fields in a process's `status` by name; None where unknown or gone."""
    try:
        lines = (PROC / str(pid) / "status").read_text().splitlines()
    except OSError:
        return None
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def thread_ids() -> list[int] | None:
    """The native ids of this process's threads, those that Python does not know among them."""
    try:
        return [int(name) for name in os.listdir(PROC / "self/task")]
    except OSError:
        return None


def children() -> list[int] | None:
    """The pids of this process's children, zombies among them."""
    tasks = thread_ids()
    try:
        texts = [(PROC / f"self/task/{task}/children").read_text() for task in tasks or ()]
    except OSError:  # a kernel without this list
        return None
    return None if tasks is None else [int(pid) for text in texts for pid in text.split()]


def memory_bytes() -> tuple[int, int] | None:
    """What this process has resident, and the part of it that files and other processes share."""
    try:
        with open(PROC / "self/statm", "rb") as file:
            _, resident, shared, *_ = map(int, file.read().split())
    except OSError:
        return None
    page_bytes = os.sysconf("SC_PAGE_SIZE")
    return resident * page_bytes, shared * page_bytes


def address_space_bytes() -> int | None:
    """What this process has mapped."""
    try:
        pages = (PROC / "self/statm").read_text().split()[0]
    except OSError:
        return None
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def mapped_files() -> str:
    """The lines of this process's `maps`, which name the libraries that it has loaded; "" where unknown."""
    with suppress(OSError):
        return (PROC / "self/maps").read_text(encoding="utf-8", errors="replace")
    return ""


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
        descriptor = os.open(PROC / "thread-self/schedstat", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    return descriptor


def boot() -> str:
    """What tells this boot of this machine, and its namespace of times, from all others; "" where unknown."""
    namespace = PROC / "self/ns/time"
    with suppress(OSError):
        boot_id = (PROC / "sys/kernel/random/boot_id").read_text().strip()
        return f"{boot_id} {namespace.readlink() if namespace.is_symlink() else ''}".strip()
    return ""
