"""A whole plan: what its parts know of each other."""

from time import monotonic

from calibrations import calibrate
from environments import environment

from lightwork.launch.workdir import open_workdir
from lightwork.planning.axes import Axes
from lightwork.planning.planner import make
from lightwork.planning.request import Request

WORK = """
import time


def wait(seconds):
    time.sleep(seconds)


def giant_last():
    return [0.02] * 30 + [1.2]
"""


def test_a_giant_goes_first_though_only_a_sample_was_run(tmp_path):
    """What it took is known; what stands for others is moved nowhere."""
    (tmp_path / "giant_work.py").write_text(WORK)
    (tmp_path / "data").mkdir()
    calibrate(tmp_path / "data")
    reference = f"{tmp_path / 'giant_work.py'}:{{}}".format
    request = Request(reference("wait"), {"source": f"call:{reference('giant_last')}"}, Axes(("map",), (2,)), 2.0, 10.0)
    with open_workdir(tmp_path / "data") as workdir:
        planned = make(request, environment(workdir, tmp_path / "data", clock_s=monotonic))
    assert not planned.sample.is_all
    assert planned.first == (30,)
    assert planned.job.weights[30] == max(planned.job.weights) > 0
    assert set(planned.job.weights[:30]) == {0}
    assert planned.contest.chosen.order == "largest-first"
