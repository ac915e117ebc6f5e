"""Nothing heavy is loaded where workers start: every worker would pay for it, and so would --help."""

import json
import subprocess
import sys

import pytest

from lightwork import strategies
from lightwork.workload import registry

HEAVY = {"numpy", "pandas", "scipy", "matplotlib", "psutil", "rich", "pytest", "jinja2", "ctypes"}
WORKLOADS = [f"lightwork.workloads.{name}" for name in registry.names()]
STRATEGIES = [f"lightwork.strategies.{name}" for name in strategies.names()]


def loaded(code: str) -> set[str]:
    """The top-level modules that a fresh interpreter has loaded after this code."""
    told = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys, json; print(json.dumps(sorted(sys.modules)))"],
        check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    return {name.partition(".")[0] for name in json.loads(told.splitlines()[-1])}


def test_the_interpreter_itself_loads_none_of_it():
    """The check is no check where a fresh interpreter has heavy modules by itself."""
    assert not loaded("") & HEAVY


@pytest.mark.parametrize(
    "module",
    [
        "lightwork",
        "lightwork.host.__main__",
        "lightwork.machine.cgroup",
        "lightwork.machine.pressure",
        *WORKLOADS,
        *STRATEGIES,
    ],
)
def test_a_worker_loads_nothing_heavy(module):
    """What a host or a spawned worker imports is the standard library and lightwork."""
    found = loaded(f"import {module}")
    assert "lightwork" in found
    assert not found & HEAVY


@pytest.mark.parametrize(
    "words", [["--version"], ["--help"], ["report", "--help"], ["trace", "--help"], ["doctor", "--help"], ["list"]]
)
def test_the_command_line_answers_at_once(words):
    """Version, help and the list of what there is need no analysis."""
    code = f"""
import contextlib, runpy, sys
sys.argv = ["lightwork", *{words!r}]
with contextlib.suppress(SystemExit):
    runpy.run_module("lightwork", run_name="__main__", alter_sys=True)
"""
    found = loaded(code)
    assert "lightwork" in found
    assert not found & HEAVY


def test_the_plugin_loads_no_analysis_before_something_is_measured():
    """Every pytest run in the repository loads the plugin: it brings no numpy, pandas, scipy or matplotlib."""
    assert not loaded("import lightwork.pytest_plugin") & {"numpy", "pandas", "scipy", "matplotlib"}
