"""Limits outside: what may be asked for, and what errors say of those that were not."""

import pytest

from lightwork.core.rate import StartRate
from lightwork.errors import UsageError
from lightwork.planning.outside_limits import counts, most_in_flight, paced, rate, says_too_fast, turns
from lightwork.planning.repeated import fails_again


def test_a_rate_must_let_two_items_start_in_half_of_the_budget():
    """One in 30 s is enough for a minute; one in 60 s is not, unless no time was set."""
    assert rate("2/min", 60.0) == StartRate(2, "min")
    assert rate("1/min") == StartRate(1, "min")
    assert rate(None, 60.0) is None
    with pytest.raises(UsageError, match="give --budget 240s or more"):
        rate("1/min", 60.0)
    assert rate("1/min", 240.0) is not None


def test_workers_may_be_as_many_as_items_in_flight():
    """And no more."""
    assert counts("2,8", most_in_flight("8")) == (2, 8)
    assert counts("2,9", None) == (2, 9)
    with pytest.raises(UsageError, match="--workers 9 and --max-in-flight 8"):
        counts("2-9", 8)


def test_strategies_without_a_clock_are_left_out_unless_they_were_named():
    """Then the line says which can."""
    assert paced(["threads", "static", "map", "asyncio", "joblib"], are_named=False) == ["threads", "map", "asyncio"]
    with pytest.raises(UsageError, match=r"static has no clock .*: choose from asyncio, threads"):
        paced(["threads", "static"], are_named=True)


def test_without_a_rate_there_is_no_clock(tmp_path):
    """Nor any parameter that says so."""
    assert turns(None, tmp_path) == {}
    assert turns(StartRate(20, "s"), tmp_path) == {
        "turns": str(tmp_path / "turns"),
        "apart_s": pytest.approx(1.05 / 20),
    }


@pytest.mark.parametrize(
    ("reason", "is_too_fast"),
    [
        ("HTTPError: HTTP Error 429: Too Many Requests in item 3: x", True),
        ("HTTPStatusError: Client error '429 Too Many Requests' for url 'https://example.com/3'", True),
        ("RateLimitError: Rate limit reached for requests", True),
        ("ClientError: ThrottlingException: Rate exceeded", True),
        ("HttpError: quotaExceeded", True),
        ("OperationalError: too many connections in item 429: 429", False),
        ("ValueError: 1429 is too large", False),
        ("TimeoutError: timed out", False),
    ],
)
def test_errors_that_say_requests_come_too_fast(reason, is_too_fast):
    """By the status or in words; the item that is named at the end says nothing."""
    assert says_too_fast(reason) is is_too_fast


def test_a_second_run_that_came_too_fast_found_nothing_in_its_way():
    """The service is the reason, not what the first run stored."""
    told = str(fails_again("api.py:get", "item 3", "HTTPError: 429"))
    assert "--rate" in told
    assert "stored" not in told
    assert "stored" in str(fails_again("api.py:get", "item 3", "FileExistsError: made"))
