"""Advice: one line for each fact that should change what one does, silence for the rest."""

from dataclasses import replace

import pytest
from checkups import FAULTLESS, GIB, MACHINE, machine, part

from lightwork.diagnosis.advice import ABOUT, Advice, advice
from lightwork.diagnosis.findings import findings
from lightwork.diagnosis.thread_pools import ThreadPool
from lightwork.machine.cgroup import Throttling
from lightwork.machine.pressure import Pressure, Stall

QUOTA = {"usable_cpus": 2.0, "logical_cpus": 20, "physical_cpus": 20, "quota_cpus": 2.0, "quota_from": "/group"}

ONE_POOL_WORKER = part("interpreter", default_pool_workers=1)


def texts(checkup):
    """What is advised, by topic."""
    return {one.topic: one.text for one in advice(checkup)}


def waiting(share):
    """A resource that was waited for during this share of the last 10 s."""
    return Stall(share, 10, None, None)


def test_a_faultless_machine_needs_no_advice():
    """Where nothing is wrong, nothing is said."""
    assert advice(FAULTLESS) == []


@pytest.mark.parametrize(
    ("checkup", "topic", "saying"),
    [
        (part("interpreter", default_pool_workers=9), "default Pool()", "would start 9"),
        (replace(ONE_POOL_WORKER, machine=MACHINE | {"usable_cpus": 1.0}), "usable", "only work that waits"),
        (machine(physical_cpus=4), "cores", "above 4 workers"),
        (
            replace(FAULTLESS, throttling=Throttling(10, 3, 4)),
            "throttled",
            "past 8 busy workers more of them just wait",
        ),
        (part("load", others_cpus=5.0), "load by others", "about 3.0 of your 8 CPUs"),
        (part("load", others_cpus=99.0), "load by others", "about 0.0 of your 8 CPUs"),
        (part("load", steal_share=0.02), "steal", "the hypervisor"),
        (part("pressure", cpu=waiting(0.3)), "CPU pressure", "more tasks than CPUs"),
        (machine(memory_available_bytes=GIB), "memory", "1.00 GiB in all"),
        (machine(memory_limit_bytes=4 * GIB), "memory limit", "8 workers may hold 512 MiB each"),
        (part("pressure", memory=waiting(0.05)), "memory pressure", "fewer workers"),
        (part("pressure", io=waiting(0.2)), "IO pressure", "storage is busy"),
        (replace(FAULTLESS, shared_memory=None), "shared memory", "without it Pool() and Queue()"),
        (part("shared_memory", writable=False), "shared memory", "without it Pool() and Queue()"),
        (part("shared_memory", free_bytes=64 << 20), "shared memory", "--shm-size"),
        (part("data_folder", writable=False), "data folder", "$LIGHTWORK_DATA"),
        (part("data_folder", filesystem="tmpfs"), "filesystem", "measure no disk"),
        (part("data_folder", filesystem="nfs4"), "filesystem", "on a network"),
        (part("data_folder", filesystem="overlay"), "filesystem", "a container's layer"),
        (part("data_folder", free_bytes=1 << 20), "space", "full disk"),
        (part("interpreter", debug_build=True), "build", "debug build"),
        (part("interpreter", optimised=False), "build", "--enable-optimizations"),
        (part("interpreter", free_threaded=True), "GIL", "turned the GIL on"),
        (part("interpreter", free_threaded=True, gil_enabled=False), "GIL", "ThreadPoolExecutor"),
        (part("interpreter", keeps_compiled=False), "compiled files", "compiles your modules again"),
        (part("interpreter", start_methods=("forkserver", "spawn")), "start methods", "__name__ == '__main__'"),
    ],
)
def test_one_fault_is_one_line(checkup, topic, saying):
    """Each fault by itself brings its own advice, with its figures, and no other."""
    found = texts(checkup)
    assert list(found) == [topic]
    assert saying in found[topic]
    assert found[topic].isprintable()


def test_a_quota_that_the_default_pool_does_not_see():
    """With a quota of 2 CPUs on 20, the default Pool() is told to be ten times too large."""
    checkup = replace(part("interpreter", cpu_count=20, default_pool_workers=20), machine=MACHINE | QUOTA)
    assert texts(checkup) == {
        "default Pool()": "`os.cpu_count()` says 20, you may use 2: the default Pool() would start 20; pass it a number"
    }


def test_load_that_leaves_the_quota_free_is_no_fault():
    """Others' 17 CPUs of 20 leave what a quota of 2 allows; their 19 do not."""
    quiet, busy = (
        replace(part("load", others_cpus=cpus), machine=MACHINE | QUOTA | {"usable_cpus": 2.0}) for cpus in (17.0, 19.0)
    )
    assert "load by others" not in texts(quiet)
    assert "load by others" in texts(busy)


@pytest.mark.parametrize(
    ("library", "variable"),
    [
        ("openblas", "OPENBLAS_NUM_THREADS"),
        ("mkl", "MKL_NUM_THREADS"),
        ("blis", "BLIS_NUM_THREADS"),
        ("openmp", "OMP_NUM_THREADS"),
    ],
)
def test_threads_times_workers(library, variable):
    """A library's threads are multiplied by the workers, and its own variable is named."""
    pools = (ThreadPool("other", "openmp", 1, None), ThreadPool(library, "blas", 20, None))
    (text,) = texts(part("thread_pools", pools=pools)).values()
    assert "8 workers would run 160 of these threads on 8 CPUs" in text
    assert f"set {variable}=1" in text


def test_what_is_not_told_is_not_advised_on():
    """A system that tells nothing beyond its CPUs and its memory gets no advice made up."""
    silent = replace(
        machine(physical_cpus=None),
        cgroup_versions=(),
        throttling=None,
        load=None,
        pressure=Pressure(None, None, None),
        thread_pools=replace(FAULTLESS.thread_pools, pools=(ThreadPool("flexiblas", "blas", None, None),)),
    )
    assert advice(silent) == []
    assert advice(part("interpreter", optimised=None)) == []
    assert advice(part("thread_pools", pools=None)) == []


def test_every_topic_is_a_fact_that_is_printed():
    """Advice stands below its fact: each topic is the name of a finding, in the same order."""
    printed = [one.topic for one in findings(FAULTLESS)]
    assert [topic for topic in printed if topic in ABOUT] == list(ABOUT)
    assert len(set(printed)) == len(printed)


def test_advice_says_what_it_is_about():
    """An Advice carries the fact's name beside its line, as --json prints it."""
    assert advice(machine(physical_cpus=4)) == [
        Advice("cores", "logical CPUs share cores: above 4 workers, CPU-bound work gains little")
    ]
