"""lightwork plan --rate and --max-in-flight: what is measured keeps them, and so does what is recommended."""

import json

import pytest
from calibrations import calibrate
from command_line import run_here

APART_S, MOST, WINDOW, LATE = 0.02, 4, 10, 0.05
SERVICE = """
import time


def refuse(number):
    if number == 7:
        raise ValueError("no such page")
    if number > 8:
        raise OSError("HTTP 429: Too Many Requests")


def numbers():
    return list(range(60))


def fetch(number):
    with open("starts", "a") as file:
        file.write(f"{time.monotonic()}\\n")
    time.sleep(0.04)
    return number
"""


@pytest.fixture(scope="module")
def planned(tmp_path_factory):
    """A plan's JSON, and when every item of every round began."""
    home = tmp_path_factory.mktemp("rate")
    (home / "service.py").write_text(SERVICE)
    (home / "data").mkdir()
    calibrate(home / "data")
    ended = run_here(
        home, "plan", "service.py:fetch", "--items", "service.py:numbers", "--rate", "50/s",
        "--max-in-flight", str(MOST), "--budget", "15s", "--json", LIGHTWORK_DATA=str(home / "data"),
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout), sorted(map(float, (home / "starts").read_text().split()))


def test_planning_itself_keeps_the_rate(planned):
    """In rounds of several workers no more items start than may, but where a late start is followed by one on time."""
    moments = planned[1]
    spans = [later - earlier for earlier, later in zip(moments, moments[WINDOW:], strict=False)]
    fast = [span for span in spans if span < 0.8 * WINDOW * APART_S]
    assert len(fast) < LATE * len(spans)


def test_no_setting_runs_more_items_at_once_than_may(planned):
    """Neither measured nor predicted, of any strategy."""
    told = planned[0]
    assert {each["strategy"] for each in told["predictions"]} > {"threads", "map"}
    assert max(each["workers"] for each in [*told["cells"], *told["predictions"]]) <= MOST


def test_the_answer_names_the_rate_and_its_script_keeps_it(planned):
    """A few workers reach what the rate allows, some twice the serial speed; nothing is promised beyond it."""
    told = planned[0]
    chosen, most = told["recommendation"], 1.1 * told["serial_wall_s"]["point"] / (59 * APART_S)
    assert chosen["workers"] > 1
    assert max(each["speedup"]["point"] for each in [chosen, *told["predictions"]]) < most
    assert "+ 1 / 50 - monotonic()" in chosen["code"]
    assert chosen["limited_by"].startswith("--rate 50/s: 60 items take at least")


def test_items_that_came_too_fast_are_not_left_out(tmp_path):
    """A service that refuses them says nothing of the items: no plan without them, but the way to one."""
    (tmp_path / "service.py").write_text(SERVICE)
    ended = run_here(
        tmp_path, "plan", "service.py:refuse", "--items", "service.py:numbers", "--skip-failing",
        LIGHTWORK_DATA=str(tmp_path / "data"),
    )  # fmt: skip
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "raised OSError: HTTP 429: Too Many Requests" in ended.stderr
    assert "that is no item's fault: keep to what the service allows with --rate, such as 20/s" in ended.stderr
