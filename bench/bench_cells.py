"""Every cell asked for, as a benchmark: workload x strategy x workers and the other axes.

`measured` runs the study of a workload when its first cell asks, all cells in interleaved blocks; each test
then hands its own rounds to pytest-benchmark.
"""

import pytest

from lightwork.study.playback import clock, hand_over
from lightwork.study.session import Measured


@pytest.mark.filterwarnings("ignore:Benchmark fixture was not used")  # a cell that failed has no time
@pytest.mark.timeout(0)  # every round has a deadline of its own
@pytest.mark.benchmark(timer=clock)
def test_cell(measured: Measured, benchmark) -> None:
    """Every round did all of the work: each item exactly once, results and evidence equal to serial's."""
    if measured.failure:
        pytest.fail(measured.failure, pytrace=False)
    benchmark.group = measured.study.study.label
    benchmark.extra_info.update(measured.extra_info())
    hand_over(benchmark, measured.walls_s)
