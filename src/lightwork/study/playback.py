"""Playback: hands recorded rounds to pytest-benchmark through its own public timer.

pytest-benchmark reads its timer once at the beginning and once at the end of a round. `clock` answers 0 and
then the recorded duration, so that what is saved equals what was recorded, to the last bit.
"""

from collections import deque
from collections.abc import Sequence
from typing import Any

_readings_s: deque[float] = deque()


def clock() -> float:
    """The timer for `@pytest.mark.benchmark(timer=clock)`: seconds; it stands still when nothing is played."""
    return _readings_s.popleft() if _readings_s else 0.0


def hand_over(benchmark: Any, durations_s: Sequence[float]) -> None:
    """Give a benchmark fixture, whose timer is `clock`, these rounds as its own."""
    _readings_s.clear()
    for duration_s in durations_s:
        _readings_s.extend((0.0, duration_s))
    benchmark.pedantic(_nothing, rounds=len(durations_s), iterations=1, warmup_rounds=0)


def _nothing() -> None:
    """Take no time on the virtual clock."""
