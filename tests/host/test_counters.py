"""The kernel's counters: read twice around known work, they tell of it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from rounds import run_round

from lightwork.core.setting import Setting
from lightwork.core.usage import Usage
from lightwork.host import counters

WORK = """
import json, os, sys, time
from dataclasses import asdict
from lightwork.host import counters
before = counters.read()
{work}
print(json.dumps(asdict(counters.between(before, counters.read({fork_server})))))
"""
BURN = "end = time.thread_time() + 0.1\nwhile time.thread_time() < end: pass"
IN_A_CHILD = "pid = os.fork()\nif not pid:\n    {work}\n    os._exit(0)\nos.waitpid(pid, 0)"


def used_by(work: str, fork_server: str = "") -> Usage:
    """The usage of this work in an interpreter of its own."""
    code = WORK.format(work=work, fork_server=fork_server)
    told = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    return Usage(**json.loads(told))


def in_a_child(work: str) -> str:
    """The same work, done by a child that is waited for."""
    return IN_A_CHILD.format(work=work.replace("\n", "\n    "))


def test_cpu_time_is_the_callers_and_its_childrens():
    """100 ms of computing count for the tree wherever they are done, for the caller only where it does them."""
    own, childs = used_by(BURN), used_by(in_a_child(BURN))
    assert own.cpu_ns >= 100_000_000
    assert own.caller_cpu_ns == own.cpu_ns
    assert childs.cpu_ns >= 100_000_000 > childs.caller_cpu_ns
    assert 0 <= own.system_ns <= own.cpu_ns


def test_switches_tell_waiting_from_being_made_to():
    """Each of 50 naps is a voluntary switch, but for some that are over before they begin where others run."""
    assert used_by("for _ in range(50): time.sleep(0.005)").voluntary_switches >= 40


def test_touching_memory_is_a_fault_a_page():
    """40 MiB touched for the first time are at least as many minor faults as huge pages would make of them."""
    touched = used_by("held = bytearray(40 << 20)")
    assert touched.minor_faults >= 20
    assert touched.major_faults >= 0


@pytest.mark.parametrize("place", [str, in_a_child])
def test_bytes_written_and_read_back(tmp_path, place):
    """Bytes count when they pass through a call, whoever made it; a synced file counts as written to storage."""
    path = tmp_path / "file"
    work = f"f = open({str(path)!r}, 'wb'); f.write(bytes(3 << 20)); f.flush(); os.fsync(f.fileno())"
    work += f"; open({str(path)!r}, 'rb').read()"
    found = used_by(place(work))
    assert found.write_call_bytes >= 3 << 20
    assert found.read_call_bytes >= 3 << 20
    on_disk = subprocess.run(["stat", "-f", "-c", "%T", str(tmp_path)], check=True, capture_output=True, text=True)
    if on_disk.stdout.strip() != "tmpfs":
        assert found.written_bytes >= 3 << 20


@pytest.mark.timing
def test_what_others_use_is_not_the_rounds():
    """A process beside the work is others' CPU time and not the tree's."""
    burn = "import time\nend = time.monotonic() + 30\nwhile time.monotonic() < end: pass"
    with subprocess.Popen([sys.executable, "-c", burn]) as other:
        found = used_by("time.sleep(0.5)")
        other.kill()
    assert found.others_cpu_ns >= 100_000_000 > found.cpu_ns
    assert found.machine_cpus == os.cpu_count()


def test_the_fork_servers_children_count(tmp_path):
    """Workers that a fork server starts and reaps are in the tree's CPU time; their switches are not known."""
    found = run_round(tmp_path, Setting("map", 2, start_method="forkserver")).round.usage
    assert found.cpu_ns > found.caller_cpu_ns + 10_000_000
    assert found.voluntary_switches is None
    assert found.minor_faults > 0


def test_what_is_not_told_is_not_zero(monkeypatch):
    """A counter that either reading lacks is unknown, and so is what follows from it."""
    known = dict(counters.read())
    found = counters.between(known, known | {"busy_ns": None, "pressure_ns": None})
    assert (found.others_cpu_ns, found.pressure_ns, found.cpu_ns) == (None, None, 0)


def test_a_process_that_is_gone_tells_nothing():
    """The books of a fork server that has ended can't be read: then the tree's are unknown, not too small."""
    gone = subprocess.Popen(["true"])
    gone.wait()
    assert not Path(f"/proc/{gone.pid}").exists()
    found = counters.read(gone.pid)
    assert (found["cpu_ns"], found["minor_faults"], found["read_call_bytes"]) == (None, None, None)
    assert found["caller_cpu_ns"] > 0


def test_a_living_workers_ended_threads_and_children_count():
    """CPU time of a process that runs on has that of its threads that have ended and of the children it reaped."""
    script = (
        "import subprocess, sys, threading, time\n"
        "burn = 'import time; end = time.process_time() + 0.2\\nwhile time.process_time() < end: pass'\n"
        "def spin():\n"
        "    end = time.thread_time() + 0.2\n"
        "    while time.thread_time() < end: pass\n"
        "print(flush=True); sys.stdin.readline()\n"
        "thread = threading.Thread(target=spin); thread.start(); thread.join()\n"
        "subprocess.run([sys.executable, '-c', burn])\n"
        "print(flush=True); sys.stdin.readline()\n"
    )
    worker = subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    with worker:
        worker.stdout.readline()
        before = counters.read(crew=[worker.pid])
        worker.stdin.write("\n")
        worker.stdin.flush()
        worker.stdout.readline()
        used = counters.between(before, counters.read(crew=[worker.pid]))
        worker.stdin.close()
    assert used.cpu_ns >= 390_000_000
    assert used.system_ns <= used.cpu_ns


def test_others_are_never_negative():
    """The machine's ticks are coarser than the tree's clock: what comes out below zero is none."""
    before = dict.fromkeys(counters.read(), 0)
    assert counters.between(before, before | {"busy_ns": 10, "cpu_ns": 30}).others_cpu_ns == 0
