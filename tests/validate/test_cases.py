"""Cases: every workload and family there is, under a grid without repetition."""

from collections import Counter
from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from lightwork.strategies import find
from lightwork.validate.cases import STRATEGIES, all_cases, cases_of, worker_counts
from lightwork.validate.recording import ValidationGrid
from lightwork.workload import registry
from lightwork.workload.parameters import build
from lightwork.workloads.synthetic import Family


def test_every_workload_and_family_is_a_case():
    """All built-in workloads that do some work are compared with the truth, and every synthetic family."""
    cases = all_cases().values()
    assert {case.workload for case in cases} == set(registry.names()) - {"no_op"}
    assert len(cases) == sum(len(cases_of(registry.find(name))) for name in registry.names()), "two of one name"
    families = {case.parameters["family"] for case in cases if case.workload == "synthetic"}
    assert families == set(get_args(Family))
    for case in cases:
        build(case.workload, registry.find(case.workload).parameters, case.parameters)


@given(st.integers(1, 500), st.floats(0.5, 16), st.sampled_from([32, 64]))
def test_worker_counts_go_past_what_helps(useful, cores, most):
    """They begin with the cores, go past them, and reach what is of use to the job, or as many as are asked for."""
    found = worker_counts(useful, cores, most)
    assert found[:2] == (max(2, round(cores)), 2 * max(2, round(cores)))
    assert list(found) == sorted(set(found))
    assert found[-1] >= min(useful, most)
    assert len(found) == 2 or found[-2] < useful


@given(
    st.lists(st.sampled_from(STRATEGIES), min_size=1, unique=True),
    st.lists(st.integers(1, 9), min_size=1, max_size=3, unique=True),
    st.lists(st.one_of(st.none(), st.integers(1, 20)), min_size=1, max_size=3, unique=True),
)
def test_every_strategy_has_every_worker_count(strategies, workers, chunksizes):
    """Those with chunks at every chunksize, the others once, none twice."""
    found = ValidationGrid(strategies, workers, 64, chunksizes, 1, 1, 2.0, ("fork",)).settings(1)
    assert len(set(found)) == len(found)
    sizes = {name: len(chunksizes) if find(name).default_chunksize else 1 for name in strategies}
    assert Counter((one.strategy, one.workers) for one in found) == {
        (name, count): size for name, size in sizes.items() for count in workers
    }
