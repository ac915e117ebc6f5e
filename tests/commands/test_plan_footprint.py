"""What items do beside returning a result: said where the recommended workers would not do as the serial run did."""

import re

import pytest
from rounds import nothing_left_behind
from users import furnish

JOB = """
import time

results, refused = [], (3, 17)


class BadOrder(Exception):
    def __init__(self, order, why):
        super().__init__(f"order {order}: {why}")


def orders():
    return list(range(40))


def check(order):
    time.sleep(0.02)
    if order in refused:
        raise BadOrder(order, "no customer")
    results.append(order)
    with open("checked.log", "a") as log:
        log.write(f"{order}\\n")
"""
NARROW = ("job.py:check", "--items", "job.py:orders", "--workers", "4", "--blocks", "1")


@pytest.fixture
def user(tmp_path):
    """A user with the module above."""
    some = furnish(tmp_path)
    (some.folder / "job.py").write_text(JOB)
    return some


def test_what_processes_lose_spoil_and_wait_for_is_said(user):
    """Results that are appended to a global, a file that all add to, an exception that a Pool can't take back."""
    with nothing_left_behind():
        ended = user.plan(*NARROW, "--strategies", "process_executor", "--skip-failing")
    assert ended.returncode == 0, ended.stderr
    warned = [line for line in ended.stdout.splitlines() if line.startswith("Warning: ")]
    for words in ("Items change results (list, ", "Several items add to checked.log", "BadOrder can't be unpickled"):
        assert any(words in line for line in warned), words


CACHED = """
import functools, time


@functools.lru_cache
def rate(currency):
    time.sleep(0.03)
    return currency + 1


def convert(order):
    rate(order % 12)
    time.sleep(0.0005)
    return order * rate(order % 12)


def orders():
    return list(range(600))
"""


@pytest.mark.matrix
def test_a_cache_that_each_process_fills_again_is_named(user):
    """No sample of its first items is taken for the rest: what all take, and what fills the cache."""
    (user.folder / "cached.py").write_text(CACHED)
    words = ("--items", "cached.py:orders", "--workers", "2", "--blocks", "1", "--strategies", "process_executor")
    ended = user.plan("cached.py:convert", *words)
    assert ended.returncode == 0, ended.stderr
    told = r"as more have run \(rate, a cache\): (\d+) items that fill it take \d+ ms in all, and each process fills"
    (fills,) = re.findall(told, ended.stdout)
    assert 8 <= int(fills) <= 24  # a busy machine makes others dear


@pytest.mark.matrix
def test_an_exception_that_a_pool_can_not_take_back_is_said_beside_the_failed_item(user):
    """In a line of its own, before the user's traceback."""
    ended = user.plan(*NARROW)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "\nBadOrder can't be unpickled (TypeError: " in ended.stderr
