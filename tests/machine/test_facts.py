"""The machine's facts: what a process may really use, and plain values that a saved run can carry."""

import json
import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mounts import is_mounted

from lightwork.machine import gil
from lightwork.machine.cgroup import Limits
from lightwork.machine.facts import facts, filesystem_of, usable_cpus
from lightwork.machine.volume import UNKNOWN


@given(st.integers(1, 512), st.integers(1, 512), st.none() | st.floats(0.01, 1000))
def test_usable_is_the_least_of_what_limits(affinity, logical, quota):
    """However many CPUs there are, no more are usable than the affinity mask and the quota allow."""
    found = usable_cpus(affinity, max(affinity, logical), Limits(cpus=quota, cpus_from="/group"))
    assert found.count == min([affinity, *([] if quota is None else [quota])])


@pytest.mark.parametrize(
    ("affinity", "quota", "reason"),
    [
        (8, None, "all 8 logical CPUs"),
        (8, 20.0, "all 8 logical CPUs"),
        (4, None, "the affinity mask allows 4 of 8 logical CPUs"),
        (4, 4.0, "the affinity mask allows 4 of 8 logical CPUs"),
        (4, 0.5, "a control group's quota (/group) allows 0.5"),
    ],
)
def test_says_which_limit_it_is(affinity, quota, reason):
    """The reason names the limit that binds, with its numbers."""
    assert usable_cpus(affinity, 8, Limits(cpus=quota, cpus_from="/group")).reason == reason


def test_facts_are_plain_json(tmp_path):
    """Every fact is a number, a word, a flag or nothing: JSON gives back the same."""
    found = facts(tmp_path)
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert 0 < found["usable_cpus"] <= found["logical_cpus"]
    assert 0 < found["memory_available_bytes"] <= found["memory_total_bytes"]
    assert found["python"] == platform.python_version() + "t" * found["free_threaded"]


def test_names_the_build_and_its_lock(tmp_path, monkeypatch):
    """A build with the lock has it enabled; a free-threaded one bears a "t", whether its lock is enabled or not."""
    assert facts(tmp_path)["gil"] or facts(tmp_path)["free_threaded"]
    monkeypatch.setattr(gil, "is_free_threaded", lambda: True)
    for enabled in (True, False):
        monkeypatch.setattr(sys, "_is_gil_enabled", lambda enabled=enabled: enabled, raising=False)
        found = facts(tmp_path)
        assert (found["python"], found["free_threaded"], found["gil"]) == (
            f"{platform.python_version()}t", True, enabled,
        )  # fmt: skip


def test_an_affinity_mask_is_seen():
    """A process that may use one core only has one usable CPU at most, where the machine has more."""
    if len(os.sched_getaffinity(0)) < 2:
        pytest.skip("only one core is usable here")
    code = (
        "import os, json; os.sched_setaffinity(0, [min(os.sched_getaffinity(0))])\n"
        "from pathlib import Path; from lightwork.machine.facts import facts; print(json.dumps(facts(Path('.'))))"
    )
    told = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    found = json.loads(told)
    assert found["usable_cpus"] <= 1
    assert found["logical_cpus"] >= 2
    assert "affinity" in found["usable_cpus_reason"] or "quota" in found["usable_cpus_reason"]


def test_knows_the_filesystem_of_a_folder(tmp_path):
    """The filesystem is the one that holds the folder, be it there already or not."""
    assert filesystem_of(Path("/proc/self")) == "proc"
    told = subprocess.run(["stat", "-f", "-c", "%T", str(tmp_path)], check=True, capture_output=True, text=True).stdout
    names = {"ext2/ext3": {"ext2", "ext3", "ext4"}, "overlayfs": {"overlay"}}
    expected = names.get(told.strip(), {told.strip()}) if is_mounted("/") else {UNKNOWN}
    assert filesystem_of(tmp_path) in expected
    assert filesystem_of(tmp_path / "not" / "there") == filesystem_of(tmp_path)
