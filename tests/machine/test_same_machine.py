"""Two saved runs compare where they come from one kind of machine, whatever its name."""

import pytest

from lightwork.machine.fact import every
from lightwork.machine.same_machine import other_kind, other_surroundings

KIND = {fact.key: fact.name for fact in every() if fact.compared == "kind"}
AROUND = {fact.key: fact.name for fact in every() if fact.compared == "around"}

MACHINE = {
    "processor": "AMD EPYC", "logical_cpus": 2, "usable_cpus": 2.0, "architecture": "x86_64",
    "memory_total_bytes": 25_276_502_016, "kernel": "Linux 6.18", "python": "3.11.7", "implementation": "CPython",
    "gil": True, "filesystem": "ext4", "memory_limit_bytes": None, "start_method": "fork", "switches": {},
}  # fmt: skip
CHANGED = {
    "processor": "Intel Xeon", "logical_cpus": 4, "usable_cpus": 1.5, "architecture": "aarch64",
    "memory_total_bytes": 8 << 30, "kernel": "Linux 5.15", "python": "3.13.0", "implementation": "PyPy",
    "gil": False, "filesystem": "tmpfs", "memory_limit_bytes": 2 << 30, "start_method": "forkserver",
    "switches": {"PYTHONHASHSEED": "1"},
}  # fmt: skip


@pytest.mark.parametrize("name", KIND)
def test_a_fact_of_the_kind_makes_another_kind(name):
    """Each fact that makes a kind of machine tells two of them apart, with both values, and is no mere surrounding."""
    other = {**MACHINE, name: CHANGED[name]}
    (words,) = other_kind(MACHINE, other)
    assert words.startswith(KIND[name])
    assert other_surroundings(MACHINE, other) == ()


@pytest.mark.parametrize("name", AROUND)
def test_a_surrounding_is_told_and_is_no_other_kind(name):
    """An interpreter, a kernel or a limit that changed is told, and leaves the kind of machine what it is."""
    other = {**MACHINE, name: CHANGED[name]}
    (words,) = other_surroundings(MACHINE, other)
    assert words.startswith(AROUND[name])
    assert other_kind(MACHINE, other) == ()


def test_the_words_are_those_of_a_reader():
    """Sizes have units, and what is not there is "none"."""
    other = {**MACHINE, "memory_limit_bytes": 2 << 30, "usable_cpus": 4.0}
    assert other_kind(MACHINE, other) == ("usable CPUs: 2 and 4",)
    assert other_surroundings(MACHINE, other) == ("memory limit: none and 2.00 GiB",)
    set_here = {**MACHINE, "switches": {"OMP_NUM_THREADS": "1", "PYTHON_GIL": "0"}}
    assert other_surroundings(MACHINE, set_here) == ("environment variables: none and OMP_NUM_THREADS=1, PYTHON_GIL=0",)


@pytest.mark.parametrize(("name", "count"), [("logical_cpus", 31), ("usable_cpus", 31.0), ("usable_cpus", 31.5)])
def test_one_cpu_less_makes_another_kind(name, count):
    """CPUs are counted, not nearly the same: 32 and 31 are two kinds of machine."""
    many = {**MACHINE, "logical_cpus": 32, "usable_cpus": 32.0}
    assert len(other_kind(many, {**many, name: count})) == 1
    assert other_kind(many, {**many, name: int(many[name])}) == ()


def test_little_less_memory_and_unknown_facts_make_no_difference():
    """What the kernel keeps for itself, and what an older run did not record, do not make another machine."""
    other = {name: value for name, value in MACHINE.items() if name not in ("processor", "gil")}
    assert other_kind(MACHINE, {**other, "memory_total_bytes": 25_000_000_000}) == ()
    assert other_surroundings(MACHINE, other) == ()
