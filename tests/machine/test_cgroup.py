"""Control groups: the limits and the throttling of the process's own group and its parents, recorded and real."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from control_groups import control_group, inside

from lightwork.machine.cgroup import Limits, Throttling, read_limits, read_throttling, versions

GIB = 1 << 30
NO_LIMIT_V1 = "9223372036854771712\n"


class Tree:
    """A recorded machine: /proc/PID/cgroup and the files under /sys/fs/cgroup."""

    def __init__(self, folder: Path) -> None:
        self.proc, self.mounts = folder / "proc", folder / "cgroup"
        self.proc.mkdir()
        self.mounts.mkdir()

    def groups(self, *lines: str) -> None:
        """What /proc/PID/cgroup says."""
        (self.proc / "cgroup").write_text("".join(f"{line}\n" for line in lines))

    def file(self, path: str, content: str) -> None:
        """A file of a control group."""
        (self.mounts / path).parent.mkdir(parents=True, exist_ok=True)
        (self.mounts / path).write_text(content)

    def limits(self) -> Limits:
        """What lightwork makes of it."""
        return read_limits(self.proc, self.mounts)

    def throttling(self) -> Throttling | None:
        """What the quotas have cost, by these files."""
        return read_throttling(self.proc, self.mounts)

    def versions(self) -> tuple[int, ...]:
        """Which versions can be seen."""
        return versions(self.proc, self.mounts)

    def folder(self, path: str = "") -> str:
        """How a limit says that it comes from this group."""
        return str(self.mounts / path)


@pytest.fixture
def tree(tmp_path):
    """A machine without any control group yet."""
    return Tree(tmp_path)


def test_v2_own_group(tree):
    """Version 2: quota over period, and the memory limit, of the group that the process is in."""
    tree.groups("0::/user.slice/job.scope")
    tree.file("user.slice/job.scope/cpu.max", "150000 100000\n")
    tree.file("user.slice/job.scope/memory.max", f"{2 * GIB}\n")
    own = tree.folder("user.slice/job.scope")
    assert tree.limits() == Limits(1.5, own, 2 * GIB, own)


def test_v2_a_parents_tighter_limit_counts(tree):
    """A parent's limit holds for its children: the least of all counts, each limit by itself."""
    tree.groups("0::/a/b/c")
    tree.file("a/cpu.max", "50000 100000\n")
    tree.file("a/b/cpu.max", "max 100000\n")
    tree.file("a/b/c/cpu.max", "400000 100000\n")
    tree.file("a/memory.max", f"{8 * GIB}\n")
    tree.file("a/b/memory.max", "max\n")
    tree.file("a/b/c/memory.max", f"{GIB}\n")
    assert tree.limits() == Limits(0.5, tree.folder("a"), GIB, tree.folder("a/b/c"))


def test_v2_max_is_no_limit(tree):
    """The word "max" at every level leaves CPUs and memory unlimited."""
    tree.groups("0::/a")
    for group in ("", "a/"):
        tree.file(f"{group}cpu.max", "max 100000\n")
        tree.file(f"{group}memory.max", "max\n")
    assert tree.limits() == Limits()


def test_v2_a_quota_without_a_period_has_the_kernels(tree):
    """A bare quota is one over 100 ms, the kernel's default period."""
    tree.groups("0::/")
    tree.file("cpu.max", "250000\n")
    assert tree.limits().cpus == 2.5


def test_v2_in_a_container_the_mount_is_the_own_group(tree):
    """In a container /proc names the root, and its limits stand at the mount itself."""
    tree.groups("0::/")
    tree.file("cpu.max", "50000 100000\n")
    tree.file("memory.max", f"{GIB}\n")
    assert tree.limits() == Limits(0.5, tree.folder(), GIB, tree.folder())


def test_v2_a_hosts_path_that_is_not_mounted_leaves_the_mounts_limits(tree):
    """Where /proc names the host's path, which can't be seen from inside, the mount's own limits are read."""
    tree.groups("0::/system.slice/docker-0123.scope")
    tree.file("cpu.max", "200000 100000\n")
    assert tree.limits().cpus == 2.0


def test_v2_a_group_outside_of_the_namespace_is_not_looked_for(tree):
    """With '..' in the path the own group lies outside; nothing beyond the mount is read."""
    tree.groups("0::/../neighbour")
    tree.file("cpu.max", "300000 100000\n")
    tree.file("neighbour/cpu.max", "100000 100000\n")
    (tree.mounts.parent / "neighbour").mkdir()
    (tree.mounts.parent / "neighbour" / "cpu.max").write_text("10000 100000\n")
    assert tree.limits().cpus == 3.0


def test_v1_own_group_and_parents(tree):
    """Version 1: each controller has a tree of its own; parents count there too."""
    tree.groups("12:pids:/docker/x", "5:cpu,cpuacct:/docker/x", "4:memory:/docker/x")
    tree.file("cpu,cpuacct/docker/cpu.cfs_quota_us", "100000\n")
    tree.file("cpu,cpuacct/docker/cpu.cfs_period_us", "50000\n")
    tree.file("cpu,cpuacct/docker/x/cpu.cfs_quota_us", "300000\n")
    tree.file("cpu,cpuacct/docker/x/cpu.cfs_period_us", "100000\n")
    tree.file("memory/docker/memory.limit_in_bytes", f"{4 * GIB}\n")
    tree.file("memory/docker/x/memory.limit_in_bytes", f"{3 * GIB}\n")
    assert tree.limits() == Limits(2.0, tree.folder("cpu,cpuacct/docker"), 3 * GIB, tree.folder("memory/docker/x"))


def test_v1_no_limit_is_minus_one_and_a_huge_number(tree):
    """Version 1 writes "no limit" as -1 and as a number near 2**63."""
    tree.groups("5:cpu,cpuacct:/", "4:memory:/")
    tree.file("cpu,cpuacct/cpu.cfs_quota_us", "-1\n")
    tree.file("cpu,cpuacct/cpu.cfs_period_us", "100000\n")
    tree.file("memory/memory.limit_in_bytes", NO_LIMIT_V1)
    assert tree.limits() == Limits()


def test_v1_a_controller_may_be_mounted_under_its_own_name(tree):
    """Where cpu and cpuacct share a hierarchy, it may be mounted as `cpu`."""
    tree.groups("5:cpu,cpuacct:/job")
    tree.file("cpu/job/cpu.cfs_quota_us", "70000\n")
    tree.file("cpu/job/cpu.cfs_period_us", "100000\n")
    assert tree.limits() == Limits(0.7, tree.folder("cpu/job"))


def test_hybrid_both_versions_are_read(tree):
    """Version 1 for the controllers and version 2 under `unified`: the tightest of both counts."""
    tree.groups("5:cpu,cpuacct:/job", "1:name=systemd:/job", "0::/job")
    tree.file("cpu,cpuacct/job/cpu.cfs_quota_us", "200000\n")
    tree.file("cpu,cpuacct/job/cpu.cfs_period_us", "100000\n")
    tree.file("unified/job/cpu.max", "90000 100000\n")
    tree.file("memory/memory.limit_in_bytes", f"{GIB}\n")
    assert tree.limits() == Limits(0.9, tree.folder("unified/job"))


def test_names_with_colons_are_names(tree):
    """A group's name may hold a colon."""
    tree.groups("0::/a:b")
    tree.file("a:b/cpu.max", "120000 100000\n")
    assert tree.limits().cpus == 1.2


def test_without_control_groups_there_is_no_limit(tree):
    """A system without /proc/PID/cgroup, or without the mount, sets no limit."""
    assert tree.limits() == Limits()
    tree.groups("0::/a", "4:memory:/b")
    assert tree.limits() == Limits()


def test_files_that_may_not_be_read_set_no_limit(tree):
    """An empty file, and a folder in a file's place, are no limits and no errors."""
    tree.groups("0::/a/b")
    tree.file("a/cpu.max", "")
    tree.file("a/memory.max", f"{GIB}\n")
    tree.file("a/b", "a file where a folder was expected")
    assert tree.limits() == Limits(None, "", GIB, tree.folder("a"))


def test_this_very_machine_can_be_read():
    """The limits of this process, whatever they are, are positive and say where they stand."""
    found = read_limits()
    assert (found.cpus is None) == (found.cpus_from == "")
    assert found.cpus is None or found.cpus > 0
    assert found.memory_bytes is None or found.memory_bytes > os.sysconf("SC_PAGE_SIZE")


def test_v2_throttling_is_summed_over_parents(tree):
    """Version 2: own group and parents are summed, in nanoseconds; neighbours and groups without a quota are not."""
    tree.groups("0::/a/b")
    tree.file("cpu.stat", "usage_usec 99\nuser_usec 90\nsystem_usec 9\n")
    tree.file("a/cpu.stat", "usage_usec 50\nnr_periods 10\nnr_throttled 4\nthrottled_usec 70\nnr_bursts 0\n")
    tree.file("a/b/cpu.stat", "usage_usec 20\nnr_periods 5\nnr_throttled 1\nthrottled_usec 8\n")
    tree.file("a/c/cpu.stat", "usage_usec 20\nnr_periods 500\nnr_throttled 100\nthrottled_usec 800\n")
    assert tree.throttling() == Throttling(15, 5, 78_000)


def test_v1_throttling_is_summed_over_parents(tree):
    """Version 1: the CPU controller's groups are summed; its time is in nanoseconds already."""
    tree.groups("5:cpu,cpuacct:/docker/x", "4:memory:/docker/x")
    tree.file("cpu,cpuacct/cpu.stat", "nr_periods 0\nnr_throttled 0\nthrottled_time 0\n")
    tree.file("cpu,cpuacct/docker/cpu.stat", "nr_periods 7\nnr_throttled 2\nthrottled_time 1500\n")
    tree.file("cpu,cpuacct/docker/x/cpu.stat", "nr_periods 30\nnr_throttled 3\nthrottled_time 2000\n")
    assert tree.throttling() == Throttling(37, 5, 3500)


def test_a_hierarchy_with_two_names_is_counted_once(tree):
    """Where `cpu` is a link to `cpu,cpuacct`, as it usually is, its groups' throttling counts once."""
    tree.groups("5:cpu,cpuacct:/job")
    tree.file("cpu,cpuacct/job/cpu.stat", "nr_periods 30\nnr_throttled 3\nthrottled_time 2000\n")
    (tree.mounts / "cpu").symlink_to("cpu,cpuacct")
    (tree.mounts / "cpuacct").symlink_to("cpu,cpuacct")
    assert tree.throttling() == Throttling(30, 3, 2000)


def test_a_group_that_was_never_throttled_says_so(tree):
    """Zero throttled periods is something told; no group that tells is None, not zero."""
    tree.groups("0::/a")
    assert tree.throttling() is None
    tree.file("a/cpu.stat", "usage_usec 20\nuser_usec 20\nsystem_usec 0\n")
    assert tree.throttling() is None
    tree.file("a/cpu.stat", "usage_usec 20\nnr_periods 9\nnr_throttled 0\nthrottled_usec 0\n")
    assert tree.throttling() == Throttling(9, 0, 0)


def test_tells_which_versions_can_be_seen(tree):
    """A version counts as seen where a folder of it is; a line in /proc alone is not enough."""
    assert tree.versions() == ()
    tree.groups("5:cpu,cpuacct:/job", "0::/job")
    assert tree.versions() == (2,)  # the mount itself
    tree.file("cpu,cpuacct/job/cpu.stat", "")
    assert tree.versions() == (1, 2)


@pytest.mark.timing
def test_a_real_quota_and_its_throttling_are_seen():
    """A process in a real group with half a CPU reads that quota, and being held back once it used more."""
    code = """
import dataclasses, json, time
from lightwork.machine.cgroup import read_limits, read_throttling
while not read_throttling().throttled_periods and time.process_time() < 5:
    sum(range(100_000))
limits, throttling = read_limits(), read_throttling()
print(json.dumps([limits.cpus, limits.cpus_from, *dataclasses.astuple(throttling)]))
"""
    with control_group(0.5) as folder:
        told = subprocess.run(
            inside(folder, sys.executable, "-c", code), check=True, capture_output=True, text=True, timeout=200
        ).stdout
    cpus, cpus_from, periods, throttled_periods, throttled_ns = json.loads(told)
    assert (cpus, cpus_from) == (0.5, str(folder))
    assert periods >= throttled_periods > 0
    assert throttled_ns > 0
