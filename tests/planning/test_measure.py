"""Measuring: rounds while there is time for them."""

import pytest
from calibrations import calibrate
from environments import environment

from lightwork.core.study import SERIAL
from lightwork.errors import WorkError
from lightwork.launch.run import launch
from lightwork.launch.workdir import open_workdir
from lightwork.planning.axes import Axes
from lightwork.planning.planner import make
from lightwork.planning.request import Request

WORK = """
import time


def wait(number):
    time.sleep(0.01)


def store(number):
    wait(number)
    open(f"made_{number}", "x").close()


def numbers():
    return list(range(40))
"""
HOUR_S = 3600.0


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A user's folder with a module, on a machine already calibrated."""
    place = tmp_path_factory.mktemp("measured")
    (place / "measured_work.py").write_text(WORK)
    (place / "data").mkdir()
    calibrate(place / "data")
    return place


def test_a_block_ends_when_the_time_does(folder):
    """Where the first round on several workers takes all the time, none of the others of its block is begun."""
    took_s = [0.0]

    with open_workdir(folder / "data") as workdir:

        def slowly(job, deadline_s):
            finished = launch(workdir, job, deadline_s)
            if job.block:
                took_s.append(HOUR_S)
            return finished

        said = []
        here = environment(workdir, folder / "data", execute=slowly, clock_s=lambda: sum(took_s), say=said.append)
        reference = f"{folder / 'measured_work.py'}:{{}}".format
        both = Axes(("map",), (2,), start_methods=("fork", "spawn"))  # which are looked at whatever is predicted
        request = Request(reference("wait"), {"source": f"call:{reference('numbers')}"}, both, 2.0, HOUR_S)
        planned = make(request, here)
    (block,) = [words for words in said if words.startswith("measuring ")]
    assert "," in block
    assert len([cell for cell in planned.study.cells if cell.cell_id != SERIAL]) == 1


def test_a_job_that_stored_something_is_run_serially_again_first(folder, monkeypatch):
    """Whether it can be is known at once, and no failure is taken for one of workers."""
    monkeypatch.chdir(folder)
    jobs = []
    with open_workdir(folder / "data") as workdir:

        def noting(job, deadline_s):
            jobs.append(job)
            return launch(workdir, job, deadline_s)

        reference = f"{folder / 'measured_work.py'}:{{}}".format
        request = Request(
            reference("store"), {"source": f"call:{reference('numbers')}"}, Axes(("map",), (2,)), 2.0, 1.5
        )
        with pytest.raises(WorkError, match="fails when it runs again: the serial run raised FileExistsError"):
            make(request, environment(workdir, folder / "data", execute=noting))
    assert [job.setting.strategy for job in jobs if job.workload == request.target] == [SERIAL, SERIAL]
