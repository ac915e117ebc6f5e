"""Load: what others take, by recorded counters and beside a real busy process."""

import os
import subprocess
import sys

import pytest

from lightwork.machine.load import CpuTime, Load, load_between, read_cpu_time, read_load

S = 10**9


def test_reads_the_counters(tmp_path):
    """Busy is all but idle, iowait and steal; the guests' time is part of user's and counts once."""
    stat = tmp_path / "stat"
    stat.write_text("cpu  100 10 50 800 20 3 7 10 60 5\ncpu0 1 2 3 4 5 6 7 8 9 10\nintr 5\n")
    tick_ns = S // os.sysconf("SC_CLK_TCK")
    assert read_cpu_time(stat) == CpuTime(170 * tick_ns, 10 * tick_ns, 1000 * tick_ns)


@pytest.mark.parametrize("content", ["", "cpu 1 2 3 4\n", "intr 1 2 3 4 5 6 7 8 9\n"])
def test_what_the_kernel_does_not_tell_is_none(tmp_path, content):
    """No file, no counters and counters without steal time are None, not 0."""
    stat = tmp_path / "stat"
    assert read_cpu_time(stat) is None
    stat.write_text(content)
    assert read_cpu_time(stat) is None
    assert read_load(0.001, stat) is None


def test_own_time_is_not_others():
    """Of 3 s that 2 CPUs were busy in 2 s, 1 s was this process's: others kept 1 CPU busy."""
    before, after = CpuTime(10 * S, 2 * S, 20 * S), CpuTime(13 * S, 3 * S, 24 * S)
    assert load_between(before, after, own_ns=S, wall_ns=2 * S) == Load(2.0, 1.0, 0.25, 0.125)


def test_never_below_nothing():
    """Coarse ticks may count less than the own clock: others are then idle, not negative."""
    before, after = CpuTime(10 * S, 0, 20 * S), CpuTime(11 * S, 0, 22 * S)
    assert load_between(before, after, own_ns=2 * S, wall_ns=S).others_cpus == 0


def test_a_clock_that_stands_still_tells_nothing():
    """A kernel whose counters do not move (all zero in some sandboxes) gives None."""
    assert load_between(CpuTime(0, 0, 0), CpuTime(0, 0, 0), own_ns=0, wall_ns=S) is None


@pytest.mark.timing
def test_a_real_busy_neighbour_is_seen():
    """Another process that computes all the time is others' load, whatever else runs here."""
    if read_cpu_time() is None:
        pytest.skip("no CPU time is told here")
    code = "print(flush=True)\nwhile True: pass"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as neighbour:
        neighbour.stdout.readline()
        found = read_load(0.5)
        neighbour.kill()
    assert found.others_cpus > 0.2
    assert found.window_s >= 0.5
