"""Playback: what pytest-benchmark saves equals what was recorded, to the last bit."""

import json
import random
import sys

from benches import read, run

from lightwork.study.playback import clock, hand_over

SUITE = """
import json
import pytest
from lightwork.study.playback import clock, hand_over

RUNS = json.load(open("runs.json"))

@pytest.mark.benchmark(timer=clock)
@pytest.mark.parametrize("number", range(len(RUNS)))
def test_cell(number, benchmark):
    hand_over(benchmark, RUNS[number])
"""


def made_up_runs():
    """Runs of one round and of many; nanoseconds, hours, and numbers that floats can't write in decimals."""
    chance = random.Random(1)
    return [
        [0.1],
        [1e-9, 3600.0, 0.1 + 0.2],
        [chance.randrange(1, 10**12) / 1e9 for _ in range(40)],
        [chance.expovariate(1.0) for _ in range(40)],
        [0.25] * 5,
    ]


def test_saved_data_equal_the_recorded_rounds(tmp_path):
    """Handed over one after the other, every run is saved as it was: same rounds, same order, nothing of another."""
    runs = made_up_runs()
    (tmp_path / "runs.json").write_text(json.dumps(runs))
    (tmp_path / "test_suite.py").write_text(SUITE)
    done = run(tmp_path, [
        sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "test_suite.py", "--benchmark-json=saved.json",
        "--benchmark-disable-gc",
    ])  # fmt: skip
    assert done.returncode == 0, done.stdout
    saved = read(tmp_path / "saved.json")["benchmarks"]
    assert [benchmark["stats"]["data"] for benchmark in saved] == runs
    for benchmark, durations in zip(saved, runs, strict=True):
        stats = benchmark["stats"]
        assert (stats["rounds"], stats["iterations"]) == (len(durations), 1)
        assert (stats["min"], stats["max"]) == (min(durations), max(durations))


class Reader:
    """What a benchmark fixture does with its timer in each round; `most` is after how many rounds it gives up."""

    def __init__(self, most=100):
        self.most, self.data = most, []

    def pedantic(self, target, *, rounds, iterations, warmup_rounds):
        """Time the target so often."""
        for _ in range(min(rounds, self.most)):
            start = clock()
            target()
            self.data.append(clock() - start)


def test_rounds_of_a_broken_off_benchmark_are_not_played_to_the_next():
    """What one benchmark has left unread, having been interrupted or disabled, is not taken for the next one's."""
    hand_over(Reader(most=1), [0.25, 0.5, 0.75])
    reader = Reader()
    hand_over(reader, [3.0, 4.0])
    assert reader.data == [3.0, 4.0]


def test_the_clock_stands_still_when_nothing_is_played():
    """Whoever looks at the clock between two runs, pytest-benchmark's own calibration for one, sees no time pass."""
    assert {clock() for _ in range(10)} == {0.0}
