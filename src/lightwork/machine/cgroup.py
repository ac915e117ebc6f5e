"""Control groups: the CPU quota and the memory limit that hold for this process, and what the quota has cost.

Versions 1 and 2. A limit may stand in the process's own group or in any parent of it; the tightest one counts.
`os.cpu_count()` and Python 3.13's `process_cpu_count()` see none of them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

NO_MEMORY_LIMIT_BYTES = 1 << 60  # version 1 writes "no limit" as a number near 2**63


@dataclass(frozen=True)
class Limits:
    """What the control groups allow; None where they set no limit. `*_from` is the file that says so."""

    cpus: float | None = None
    cpus_from: str = ""
    memory_bytes: int | None = None
    memory_from: str = ""


@dataclass(frozen=True)
class Throttling:
    """What a quota has held back so far, in the process's own group and all its parents, since each was made.

    periods: how many the quota was counted in; throttled_periods: those in which it ran out.
    throttled_ns: how long threads that could have run were held, summed over CPUs: it may exceed the wall time.
    """

    periods: int
    throttled_periods: int
    throttled_ns: int


def read_limits(proc: Path = Path("/proc/self"), mounts: Path = Path("/sys/fs/cgroup")) -> Limits:
    """The limits of the process that `proc` belongs to. Both arguments are there for recorded trees."""
    cpus: list[tuple[float, str]] = []
    memory: list[tuple[int, str]] = []
    for folder, version in _groups(proc, mounts):
        quota = _quota_v2(folder) if version == 2 else _quota_v1(folder)  # noqa: PLR2004
        if quota is not None:
            cpus.append((quota, str(folder)))
        limit = _number(folder / ("memory.max" if version == 2 else "memory.limit_in_bytes"))  # noqa: PLR2004
        if limit is not None and limit < NO_MEMORY_LIMIT_BYTES:
            memory.append((limit, str(folder)))
    least_cpus, cpus_from = min(cpus, default=(None, ""))
    least_memory, memory_from = min(memory, default=(None, ""))
    return Limits(least_cpus, cpus_from, least_memory, memory_from)


def read_throttling(proc: Path = Path("/proc/self"), mounts: Path = Path("/sys/fs/cgroup")) -> Throttling | None:
    """The throttling of the process that `proc` belongs to; None where no group tells. Counters only ever grow."""
    # `cpu` is often a link to `cpu,cpuacct`: counted by what they really are, or the sum would be double.
    folders = {folder.resolve() for folder, _ in _groups(proc, mounts)}
    groups = [throttling for folder in folders if (throttling := _throttling(folder))]
    if not groups:
        return None
    return Throttling(*(sum(counts) for counts in zip(*groups, strict=True)))


def versions(proc: Path = Path("/proc/self"), mounts: Path = Path("/sys/fs/cgroup")) -> tuple[int, ...]:
    """The versions of control groups that can be seen here; () where a missing limit means nothing."""
    return tuple(sorted({version for _, version in _groups(proc, mounts)}))


def _throttling(folder: Path) -> tuple[int, int, int] | None:
    """Periods, throttled periods and throttled nanoseconds of one group; None where it counts no periods."""
    words = _words(folder / "cpu.stat")
    counts = dict(zip(words[::2], map(int, words[1::2]), strict=False))
    if "nr_periods" not in counts:
        return None
    throttled_ns = counts.get("throttled_time", 1000 * counts.get("throttled_usec", 0))
    return counts["nr_periods"], counts.get("nr_throttled", 0), throttled_ns


def _groups(proc: Path, mounts: Path) -> Iterator[tuple[Path, int]]:
    try:
        lines = (proc / "cgroup").read_text().splitlines()
    except FileNotFoundError:
        return
    for line in lines:
        number, controllers, path = line.split(":", 2)
        version = 2 if number == "0" else 1
        names = ("", "unified") if version == 2 else (controllers, *controllers.split(","))  # noqa: PLR2004
        for root in dict.fromkeys(mounts / name for name in names):
            yield from ((folder, version) for folder in _with_parents(root, path))


def _with_parents(root: Path, path: str) -> Iterator[Path]:
    """The folder at `path` under `root` and all its parents down to `root`, those that exist."""
    folder = root
    if folder.is_dir():
        yield folder
    for part in Path(path.lstrip("/")).parts:
        if part == "..":  # a group outside of this namespace: its files can't be seen
            return
        folder = folder / part
        if folder.is_dir():
            yield folder


def _quota_v2(folder: Path) -> float | None:
    words = _words(folder / "cpu.max")
    if not words or words[0] == "max":
        return None
    period_us = int(words[1]) if len(words) > 1 else 100_000
    return int(words[0]) / period_us


def _quota_v1(folder: Path) -> float | None:
    quota_us, period_us = _number(folder / "cpu.cfs_quota_us"), _number(folder / "cpu.cfs_period_us")
    if quota_us is None or not period_us or quota_us < 0:
        return None
    return quota_us / period_us


def _number(path: Path) -> int | None:
    words = _words(path)
    return int(words[0]) if words and words[0] != "max" else None


def _words(path: Path) -> list[str]:
    try:
        return path.read_text().split()
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return []
