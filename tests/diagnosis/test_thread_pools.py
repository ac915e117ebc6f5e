"""Thread pools: what a fresh worker's libraries start, by real imports in real interpreters."""

import os

import pytest

from lightwork.diagnosis.thread_pools import read_thread_pools
from lightwork.errors import UsageError


@pytest.fixture
def module(tmp_path, monkeypatch):
    """A way to write a module that workers can import."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), os.environ["PYTHONPATH"]]))
    (tmp_path / "mine").mkdir()

    def write(code):
        (tmp_path / "mine" / "work.py").write_text(code)
        return "mine.work"

    return write


WORKLOAD = """
import dataclasses, os
from lightwork.workload.api import workload
@dataclasses.dataclass(frozen=True)
class Parameters: ...
@workload(parameters=Parameters, items=lambda *_: [1], tiny=Parameters())
def work(item): return item
"""


@pytest.mark.parametrize("threads", [1, 2])
def test_the_environment_of_workers_counts(monkeypatch, threads):
    """The BLAS of numpy starts as many threads as the environment says, and that is what is told."""
    for name in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS"):
        monkeypatch.setenv(name, str(threads))
    if threads > len(os.sched_getaffinity(0)):
        pytest.skip("BLAS starts no more threads than it has CPUs")
    found = read_thread_pools()
    assert found.imported == "numpy"
    blas = [pool for pool in found.pools if pool.kind == "blas"]
    if not blas:
        pytest.skip("this numpy has no BLAS that can be asked")
    assert {pool.threads for pool in blas} == {threads}


def test_a_light_workload_has_none():
    """A workload that imports the standard library alone brings no threads."""
    found = read_thread_pools("sleep_io")
    assert (found.imported, found.pools) == ("sleep_io", ())


def test_a_workloads_own_imports_count(module):
    """What a workload's module imports is seen, and what it prints, from Python or C, does no harm."""
    found = read_thread_pools(module(f"{WORKLOAD}\nimport numpy\nprint('noise')\nos.system('echo noise')"))
    assert [pool.library for pool in found.pools] == [pool.library for pool in read_thread_pools().pools]


@pytest.mark.parametrize(
    ("code", "saying"),
    [
        ("raise OSError('no \\x1b[31m')", r"OSError: no \x1b[31m"),
        ("import os; os._exit(3)", "exit status 3"),
        ("x = 1", "registers no workload"),
    ],
)
def test_refuses_a_module_that_can_not_be_asked(module, code, saying):
    """A module that fails, ends its interpreter or holds no workload is refused in one inert line that says so."""
    with pytest.raises(UsageError) as refused:
        read_thread_pools(module(code))
    assert saying in str(refused.value)
    assert str(refused.value).isprintable()


def test_refuses_an_unknown_workload():
    """An unknown name is refused with the names there are."""
    with pytest.raises(UsageError, match="choose from csv_parse"):
        read_thread_pools("no_such")
