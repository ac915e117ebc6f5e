"""The sleeps: their total, their shapes, and the times recorded from real parsing."""

import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lightwork.errors import CheckFailed, UsageError
from lightwork.workload.api import Place
from lightwork.workloads import _flights, csv_parse, sleep_io
from lightwork.workloads.sleep_io import Nap, Parameters

NOWHERE = Place(Path("nowhere"), Path("nowhere"))
MADE_UP = st.sampled_from(["uniform", "log-normal", "giant"])


def seconds(**values: Any) -> list[float]:
    """The sleeps of these parameters."""
    return [nap.seconds for nap in sleep_io.items(Parameters(**values), NOWHERE)]


@given(MADE_UP, st.integers(1, 300), st.floats(0.01, 100), st.integers(0, 9), st.floats(0, 3))
def test_the_total_does_not_depend_on_the_shape(
    sizes: Any, items: int, mean_ms: float, seed: int, sigma: float
) -> None:
    """Whatever the shape, the sleeps add up to items x mean_ms and none is negative."""
    sleeps_s = seconds(sizes=sizes, items=items, mean_ms=mean_ms, seed=seed, sigma=sigma)
    assert len(sleeps_s) == items
    assert sum(sleeps_s) == pytest.approx(items * mean_ms / 1000)
    assert min(sleeps_s) >= 0


def test_uniform_sleeps_are_alike() -> None:
    """Every uniform sleep is the mean."""
    assert seconds(sizes="uniform", items=10, mean_ms=3.0) == pytest.approx([0.003] * 10)


def test_log_normal_sleeps_have_a_long_tail() -> None:
    """With sigma 1 the longest sleep is many times the median; sigma 0 makes them alike."""
    sleeps_s = sorted(seconds(sizes="log-normal"))
    assert sleeps_s[-1] > 5 * sleeps_s[100]
    assert max(seconds(sigma=0.0)) == pytest.approx(min(seconds(sigma=0.0)))


def test_the_giant_has_its_share() -> None:
    """One sleep is giant_share of the total, the others are alike."""
    sleeps_s = sorted(seconds(sizes="giant", items=11, mean_ms=10.0, giant_share=0.4))
    assert sleeps_s[-1] == pytest.approx(0.4 * 0.110)
    assert sleeps_s[0] == pytest.approx(sleeps_s[-2])


@pytest.mark.parametrize("sizes", ["log-normal", "giant"])
def test_the_seed_makes_the_sleeps(sizes: str) -> None:
    """Another seed gives other sleeps."""
    assert seconds(sizes=sizes, seed=1) != seconds(sizes=sizes, seed=2)


@pytest.mark.usefixtures("few_flights")
def test_recorded_sleeps_are_the_parse_times(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each file of the split is a sleep by its name, as long as the median of three parses; measured once."""
    ticks = iter(second for number in range(100) for second in (0, number % 36 + 1))
    monkeypatch.setattr(time, "perf_counter", lambda: next(ticks))
    parameters, place = Parameters(sizes="csv_parse"), Place(tmp_path, tmp_path)
    sleep_io.prepare(parameters, tmp_path)
    naps = sleep_io.items(parameters, place)
    names = [file.name for file in _flights.files("carrier-month", tmp_path)]
    assert naps == [Nap(n, 1 + n + len(names), name) for n, name in enumerate(names)]
    monkeypatch.setattr(csv_parse, "parse_with_csv", None)
    sleep_io.prepare(parameters, tmp_path)
    assert sleep_io.items(parameters, place) == naps


@pytest.mark.usefixtures("few_flights")
def test_recorded_sleeps_can_be_fewer(tmp_path: Path) -> None:
    """`items` is the most files taken, at even distances."""
    parameters = Parameters(sizes="csv_parse", items=3)
    sleep_io.prepare(parameters, tmp_path)
    naps = sleep_io.items(parameters, Place(tmp_path, tmp_path))
    names = [file.name for file in _flights.files("carrier-month", tmp_path)]
    assert [nap.name for nap in naps] == names[::4]
    assert all(nap.seconds > 0 for nap in naps)


def test_it_really_sleeps() -> None:
    """The function waits as long as its item says and returns the item's number."""
    began_s = time.monotonic()
    assert sleep_io.sleep(Nap(7, 0.02, "item 7")) == 7
    assert time.monotonic() - began_s >= 0.02


def test_the_weight_is_the_time_and_the_name_tells_it() -> None:
    """Ordering by weight orders by duration; a person can read the duration in the name."""
    nap = sleep_io.items(Parameters(items=1, mean_ms=3.2), NOWHERE)[0]
    assert nap.name == "item 0 (3.2 ms)"
    assert nap.seconds == pytest.approx(0.0032)


def test_a_result_twice_is_noticed() -> None:
    """A number that came back in another's place fails the check."""
    with pytest.raises(CheckFailed, match="3 results returned for 3 items, 1 missing"):
        sleep_io.check(Parameters(items=3), NOWHERE, [0, 1, 1])


@pytest.mark.parametrize("values", [{"giant_share": 1.0}, {"giant_share": 0.0}, {"items": 0}])
def test_impossible_parameters_are_refused(values: dict[str, Any]) -> None:
    """No items, and a giant that is nothing or everything, are usage errors that name the parameter."""
    with pytest.raises(UsageError, match=rf"sleep_io.{next(iter(values))} can't be"):
        Parameters(**values)
