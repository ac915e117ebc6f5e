"""The sampler: the memory of real processes, and a price that it keeps to."""

import mmap
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from rounds import job, run_round

from lightwork.core.setting import Setting
from lightwork.launch.run import launch
from lightwork.launch.sampler import PROBING, TIMED, Rate, Sampler
from lightwork.launch.workdir import open_workdir
from lightwork.ledger.table import Ledger
from lightwork.machine.memory import MemorySizes

MIB = 1 << 20
HOLD = f"import sys; held = bytearray(40 * {MIB}); print('held', flush=True); sys.stdin.read()"
SHARE = f"""
import mmap, os, sys
held = mmap.mmap(-1, 40 * {MIB})
held.write(b'x' * len(held))
pids = []
for _ in range(3):
    pid = os.fork()
    if not pid:
        sum(held[::4096]); print('held', flush=True); sys.stdin.read(); os._exit(0)
    pids.append(pid)
print('held', flush=True)
for pid in pids: os.waitpid(pid, 0)
"""


NOWHERE = Path("/nowhere")


def sampled(code: str, lines: int) -> Sampler:
    """A sampler that has sampled the session of an interpreter running this code, when it had said so many lines."""
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
    )
    assert process.stdin is not None
    assert process.stdout is not None
    with process:
        for _ in range(lines):
            process.stdout.readline()
        sampler = Sampler(process.pid, NOWHERE, 4)
        sampler.sample()
        process.stdin.close()
    return sampler


def test_sees_the_memory_that_a_process_holds():
    """40 MiB held are in the peak, as proportional and as unique size, of the process and of the whole."""
    sampler = sampled(HOLD, 1)
    memory = sampler.memory()
    ((pss, uss),) = sampler.peaks.values()
    assert (memory.samples, memory.peak_pss_bytes, memory.peak_uss_bytes) == (1, pss, uss)
    assert uss > 40 * MIB
    assert pss >= uss


def test_shared_memory_counts_once():
    """40 MiB that four processes share are 40 in the sum of proportional sizes, and in nobody's unique size."""
    sampler = sampled(SHARE, 4)
    memory = sampler.memory()
    assert len(sampler.peaks) == 4
    assert 40 * MIB < memory.peak_pss_bytes < 80 * MIB
    assert memory.peak_uss_bytes < 40 * MIB


def test_keeps_each_process_own_peak():
    """A process's peak is the largest of its own samples; the round's is the largest sum of one sample."""
    memory = mmap.mmap(-1, 8 * MIB)
    sampler = Sampler(os.getsid(0), NOWHERE, 1)
    sampler._sizes = lambda: iter(
        [(1, MemorySizes(10, 5)), (2, MemorySizes(1, 1))]
    )  # the processes of two moments, by hand
    sampler.sample()
    sampler._sizes = lambda: iter([(1, MemorySizes(2, 2)), (2, MemorySizes(7, 6))])
    sampler.sample()
    memory.close()
    assert sampler.peaks == {1: (10, 5), 2: (7, 6)}
    assert (sampler.memory().peak_pss_bytes, sampler.memory().peak_uss_bytes) == (11, 8)


def test_what_the_system_does_not_tell_is_not_known():
    """Where a system tells unique sizes alone, proportional ones are not known of the round, and are not 0."""
    sampler = Sampler(os.getsid(0), NOWHERE, 1)
    sampler._sizes = lambda: iter([(1, MemorySizes(None, 5)), (2, MemorySizes(None, 1))])
    sampler.sample()
    memory = sampler.memory()
    assert (memory.samples, memory.peak_pss_bytes, memory.peak_uss_bytes) == (1, None, 6)


def test_without_a_sample_nothing_is_known():
    """A round too short for a sample has no peaks: not known is not zero."""
    memory = Sampler(os.getsid(0), NOWHERE, 2).memory()
    assert (memory.samples, memory.peak_pss_bytes, memory.peak_uss_bytes) == (0, None, None)


@pytest.mark.parametrize("rate", [TIMED, PROBING, Rate(0.001, 0.01)])
def test_the_pause_keeps_the_sampler_within_its_share(rate, tmp_path):
    """However dear a sample is, so much time passes before the next that the share is kept."""
    readings = iter([0, 3_000_000, 3_000_000, 20_000_000])
    sampler = Sampler(-1, tmp_path, 4, rate, lambda: next(readings))
    sampler.wake()  # the round has begun: what it waits for is there
    for cost_s in (None, 0.003, 0.017):
        if cost_s is not None:
            sampler.sample()
            assert cost_s / sampler.pause_s() <= rate.share * 1.000001
        assert sampler.pause_s() >= rate.interval_s
    assert sampler.memory().sampler_cpu_ns == 20_000_000


def test_nothing_is_sampled_before_the_round_begins(tmp_path):
    """Until the ledger appears the sampler only looks for it, often; the first sample is due a pause later."""
    sampler = Sampler(os.getsid(0), tmp_path / "ledger", 1)
    sampler.wake()
    assert (sampler.memory().samples, sampler.pause_s()) == (0, 0.01)
    Ledger.create(tmp_path / "ledger", 1, 1)
    sampler.wake()
    assert sampler.memory().samples == 0
    assert sampler.pause_s() >= TIMED.interval_s
    sampler.wake()
    assert sampler.memory().samples == 1


def test_nothing_is_sampled_when_the_clock_has_stopped(tmp_path):
    """What the caller needs to check the work is not the round's memory."""
    Ledger.create(tmp_path / "ledger", 1, 1)
    sampler = Sampler(os.getsid(0), tmp_path / "ledger", 1)
    sampler.wake()
    sampler.wake()
    Ledger(str(tmp_path / "ledger")).stop()
    sampler.wake()
    assert sampler.memory().samples == 1


@pytest.mark.timing
def test_a_round_tells_its_memory_and_what_sampling_cost(tmp_path):
    """A round of sleeping workers has samples, a peak for each worker, and a sampler under 1 % of one core."""
    deadline_s = 30.0
    with open_workdir(tmp_path) as workdir:
        naps = {"items": 8, "mean_ms": 150.0, "sizes": "uniform"}
        began_s, before_ns = time.monotonic(), time.thread_time_ns()
        found = launch(
            workdir, job(workdir, Setting("imap_unordered", 2), workload="sleep_io", **naps), deadline_s
        ).round
        used_share = (time.thread_time_ns() - before_ns) / 1e9 / (time.monotonic() - began_s)
    memory = found.memory
    assert memory.samples >= 1
    assert memory.peak_uss_bytes <= memory.peak_pss_bytes
    assert all(0 < worker.peak_uss_bytes <= worker.peak_pss_bytes for worker in found.workers)
    assert sum(worker.peak_pss_bytes for worker in found.workers) >= memory.peak_pss_bytes / 4
    assert memory.sampler_cpu_ns / found.wall_ns < 0.01
    assert memory.sampler_cpu_ns / 1e9 <= used_share * (time.monotonic() - began_s)


def test_a_short_round_is_not_sampled(tmp_path):
    """A round over before the first sample is due is left alone."""
    assert run_round(tmp_path, Setting("map", 8)).round.memory.sampler_cpu_ns >= 0
