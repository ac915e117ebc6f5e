"""What items do beside returning a result: said where the recommended workers would not do as the serial run did."""

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


def test_an_exception_that_a_pool_can_not_take_back_is_said_beside_the_failed_item(user):
    """In a line of its own, before the user's traceback."""
    ended = user.plan(*NARROW)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "\nBadOrder can't be unpickled (TypeError: " in ended.stderr
