"""A system that tells nothing (support/bare_system): every command answers, and what is unknown is shown as unknown."""

import json
import subprocess
import sys
import time

import psutil
import pytest
from benches import bench, lightwork, saved_in
from processes import started
from repository import REPOSITORY

from lightwork.storage.results_json import load

BARE = REPOSITORY / "tests" / "support" / "bare_system"
JOB = """
import hashlib, os, time
from pathlib import Path

def mark(number):
    Path("pid.part").write_text(str(os.getpid()))
    Path("pid.part").rename("pid")
    time.sleep(100)

def work(number):
    time.sleep(0.01)
    return hashlib.sha256(bytes(number)).hexdigest()

numbers = list(range(30))
"""
READINGS = {
    "/proc/self/stat": "__import__('os').stat('/proc/self/stat')",
    "/dev/shm": "__import__('os').listdir('/dev/shm')",
    "affinity": "__import__('os').sched_getaffinity",
    "fork": "__import__('multiprocessing').get_context('fork')",
}


@pytest.fixture(autouse=True)
def _bare(monkeypatch):
    """Every interpreter that a test starts knows nothing of its system."""
    monkeypatch.setenv("PYTHONPATH", str(BARE))


@pytest.fixture
def job(tmp_path):
    """A folder with a job."""
    (tmp_path / "bare_job.py").write_text(JOB)
    return tmp_path


@pytest.mark.parametrize("reading", READINGS)
def test_the_system_hides_what_only_linux_tells(reading):
    """A reading that is Linux's alone fails in an interpreter of the bare system, and works in this one."""
    eval(READINGS[reading])
    ended = subprocess.run([sys.executable, "-c", READINGS[reading]], capture_output=True, check=False, timeout=60)
    assert ended.returncode == 1


def test_doctor_shows_unknowns_as_unknown(tmp_path):
    """The doctor answers; limits, load, steal, pressure and affinity are unknown, and nothing is 0 instead."""
    ended = lightwork(tmp_path, "doctor", "--seconds", "0.01")
    assert ended.returncode == 0, ended.stdout
    lines = dict(
        line.strip().split("  ", 1)
        for line in ended.stdout.splitlines()
        if line.startswith("  ") and "  " in line.strip()
    )
    for topic in ("quota", "throttled", "load by others", "steal", "CPU pressure", "memory limit", "IO pressure"):
        assert lines[topic].strip() == "unknown", topic
    assert lines["affinity"].strip().startswith("unknown of ")
    assert lines["start methods"].strip() == "spawn (default)"


def test_plan_answers_with_what_this_python_has(job):
    """A plan ends with an answer, processes are spawned; what it did not learn of the system is null, never 0."""
    ended = lightwork(
        job, "plan", "bare_job.py:work", "--items", "bare_job.py:numbers", "--budget", "20s", "--json", "plan.json"
    )
    assert ended.returncode == 0, ended.stdout
    plan = json.loads((job / "plan.json").read_text())
    methods = {(each["strategy"], each["start_method"]) for each in plan["predictions"]}
    assert ("process_executor", "spawn") in methods
    assert ("process_executor", "fork") not in methods
    assert plan["recommendation"]["strategy"] == "threads"
    assert plan["recommendation"]["memory_bytes"] is None


def test_a_study_and_its_report_are_complete(tmp_path):
    """A bench run is measured and its report made; counters and memory are null in the saved run, not 0."""
    ended = bench(
        tmp_path, "--workloads=sleep_io", "--param=sleep_io.items=12", "--strategies=threads,map,process_executor",
        "--workers=2", "--blocks=2", "--benchmark-save=bare",
    )  # fmt: skip
    assert ended.returncode == 0, ended.stdout
    cells = load(saved_in(tmp_path)[0]).studies[0].cells
    rounds = [round_ for cell in cells for round_ in cell.rounds]
    assert rounds
    for name in ("read_bytes", "steal_ns", "others_cpu_ns", "throttled_ns", "pressure_ns"):
        assert {getattr(round_.usage, name) for round_ in rounds} == {None}, name
    assert {round_.memory.peak_pss_bytes for round_ in rounds} == {None}
    assert {cell.setting.start_method for cell in cells if cell.setting.strategy == "map"} == {"spawn"}
    report = lightwork(tmp_path, "report")
    assert report.returncode == 0, report.stdout
    page = (tmp_path / "reports" / "index.html").read_text()
    for missing in ("memory.", "bytes read and written.", "what other programs took", "CPU time stolen by other"):
        assert f"sizes=csv_parse: {missing}" in page


def test_cores_cannot_be_limited(tmp_path):
    """Where there is no affinity, --cores is refused in one line that says what to do."""
    ended = bench(tmp_path, "--workloads=sleep_io", "--strategies=map", "--workers=2", "--cores=1", "--blocks=1")
    assert "cores can't be limited on this system: leave --cores out" in ended.stdout


@pytest.mark.timeout(120)
def test_a_killed_plan_leaves_no_host(job):
    """Where the kernel sends no signal for a pipe, a host still ends when its measuring process is killed."""
    words = [sys.executable, "-m", "lightwork", "plan", "bare_job.py:mark", "--items", "bare_job.py:numbers"]
    with started(words, cwd=job, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as plan:
        mark = job / "pid"
        while not mark.exists():
            assert plan.poll() is None
            time.sleep(0.05)
        host = psutil.Process(int(mark.read_text()))
        plan.kill()
        gone, _ = psutil.wait_procs([host], timeout=30)
    assert gone == [host]
