"""Measuring: rounds while there is time for them."""

from calibrations import calibrate

from lightwork.core.study import SERIAL
from lightwork.launch.run import launch
from lightwork.launch.workdir import open_workdir
from lightwork.machine.facts import facts
from lightwork.plan.axes import Axes
from lightwork.plan.environment import Environment
from lightwork.plan.planner import make
from lightwork.plan.request import Request

WORK = """
import time


def wait(number):
    time.sleep(0.01)


def numbers():
    return list(range(40))
"""
HOUR_S = 3600.0


def test_a_block_ends_when_the_time_does(tmp_path):
    """Where the first round on several workers takes all the time, none of the others of its block is begun."""
    (tmp_path / "measured_work.py").write_text(WORK)
    (tmp_path / "data").mkdir()
    calibrate(tmp_path / "data")
    took_s = [0.0]

    with open_workdir(tmp_path / "data") as workdir:

        def slowly(job, deadline_s):
            finished = launch(workdir, job, deadline_s)
            if job.block:
                took_s.append(HOUR_S)
            return finished

        said = []
        environment = Environment(
            workdir, slowly, lambda: sum(took_s), lambda _: None, said.append, lambda: "now",
            facts(tmp_path / "data"), tmp_path / "data" / "calibration",
        )  # fmt: skip
        reference = f"{tmp_path / 'measured_work.py'}:{{}}".format
        both = Axes(("map",), (2,), start_methods=("fork", "spawn"))  # which are looked at whatever is predicted
        request = Request(reference("wait"), {"source": f"call:{reference('numbers')}"}, both, 2.0, HOUR_S)
        planned = make(request, environment)
    (block,) = [words for words in said if words.startswith("measuring ")]
    assert "," in block
    assert len([cell for cell in planned.study.cells if cell.cell_id != SERIAL]) == 1
