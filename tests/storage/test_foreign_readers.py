"""A saved run is what github-action-benchmark (tool `pytest`) and Bencher (adapter `python_pytest`) expect to read.

Their rules, as their documentation and readers have them, in our own words:

    github-action-benchmark   every entry of `benchmarks` is a bar: named by `fullname`, as high as `stats.ops`, with
                              `stats.stddev` as its range and `stats.mean` (seconds) and `stats.rounds` in its tooltip
    Bencher                   `machine_info` and `commit_info` are objects; every entry of `benchmarks` is a latency:
                              named by `fullname` (1 to 1,024 bytes), `stats.median` seconds, `stats.iqr` each way
"""

import statistics

import pytest
from benches import read

from lightwork.core.study import SERIAL_AGAIN
from lightwork.storage import results_json

LONGEST_NAME_BYTES = 1024


def bars(saved):
    """What github-action-benchmark charts: name, value in rounds a second, range and tooltip."""
    found = []
    for one in saved["benchmarks"]:
        name, stats = one["fullname"], one["stats"]
        assert isinstance(name, str)
        assert all(is_number(stats[key]) for key in ("ops", "stddev", "mean", "rounds"))
        found.append((name, stats["ops"], stats["stddev"], (stats["mean"], stats["rounds"])))
    return found


def latencies(saved):
    """What Bencher stores: nanoseconds with their lower and upper end, by name."""
    assert isinstance(saved["machine_info"], dict)
    assert isinstance(saved["commit_info"], dict)
    found = {}
    for one in saved["benchmarks"]:
        name, median_s, iqr_s = one["fullname"], one["stats"]["median"], one["stats"]["iqr"]
        assert 1 <= len(name.encode()) <= LONGEST_NAME_BYTES
        assert is_number(median_s)
        assert is_number(iqr_s)
        found[name] = tuple(1e9 * value for value in (median_s, median_s - iqr_s, median_s + iqr_s))
    return found


def is_number(value):
    """A number as JSON has them; `read` refuses NaN and Infinity already."""
    return isinstance(value, int | float) and not isinstance(value, bool)


@pytest.fixture(params=["saved", "by --benchmark-json"])
def path(request, saved_run):
    """Both files that a real run writes."""
    return saved_run.json if request.param == "saved" else saved_run.also


def walls_s(path):
    """Wall seconds of every cell's rounds that is a benchmark, in their order."""
    (study,) = results_json.load(path).studies
    return [[one.wall_ns / 1e9 for one in cell.rounds] for cell in study.cells if cell.cell_id != SERIAL_AGAIN]


@pytest.mark.matrix
def test_github_action_benchmark_reads_it(path):
    """Each cell is a bar of a name of its own, as high as its rounds a second."""
    found = bars(read(path))
    assert len({name for name, *_ in found}) == len(found) == 3
    for (_, ops, stddev, (mean_s, rounds)), cell_s in zip(found, walls_s(path), strict=True):
        assert ops == pytest.approx(1 / statistics.fmean(cell_s))
        assert stddev == pytest.approx(statistics.stdev(cell_s))
        assert (mean_s, rounds) == (pytest.approx(statistics.fmean(cell_s)), len(cell_s))


def test_bencher_reads_it(path):
    """Each cell is a latency of a name of its own: the median of its rounds, the interquartile range around it."""
    found = latencies(read(path))
    assert len(found) == 3
    for (point_ns, low_ns, high_ns), cell_s in zip(found.values(), walls_s(path), strict=True):
        assert point_ns == pytest.approx(1e9 * statistics.median(cell_s))
        assert low_ns <= point_ns <= high_ns
        assert high_ns - point_ns == pytest.approx(point_ns - low_ns)


def test_names_stay_from_run_to_run(path):
    """A name holds the workload and the setting, and nothing of the run: both tools draw one line for each."""
    names = [name for name, *_ in bars(read(path))]
    assert all(name.startswith("bench/bench_cells.py::") for name in names)
    assert all("sleep_io" in name for name in names)
    run_of_its_own = results_json.load(path).ledgers.removeprefix("ledgers-").removesuffix(".npz")
    assert not any(run_of_its_own in name for name in names)
