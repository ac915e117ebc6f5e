"""Cases: every workload and family there is, under a grid without repetition."""

from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from lightwork.strategies import chunksize_in_force
from lightwork.validate.cases import CHUNKSIZES, all_cases, cases_of, settings_of, usual_strategies, worker_counts
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


@given(
    st.lists(st.sampled_from(usual_strategies()), min_size=1, unique=True),
    st.lists(st.integers(1, 9), min_size=1, max_size=3, unique=True),
    st.lists(st.one_of(st.none(), st.integers(1, 20)), min_size=1, max_size=3, unique=True),
    st.integers(1, 200),
)
def test_no_two_settings_are_the_same_work(strategies, workers, chunksizes, items):
    """Each strategy has every worker count, and no chunksize in force twice."""
    found = settings_of(strategies, workers, chunksizes, items)
    keys = [(one.strategy, one.workers, chunksize_in_force(one, items)) for one in found]
    assert len(set(keys)) == len(keys)
    assert {(one.strategy, one.workers) for one in found} == {(name, count) for name in strategies for count in workers}


def test_the_whole_grid_is_what_is_promised():
    """Every strategy at 1 to 4 workers a core and three chunksizes: 64 settings on two cores."""
    assert worker_counts(2.0) == (2, 4, 6, 8)
    assert worker_counts(0.5) == (1, 2)
    assert len(settings_of(usual_strategies(), worker_counts(2.0), CHUNKSIZES, 100)) == 64
