"""Notebooks: functions of cells in a real kernel, what a cell shows, and a cell that is interrupted."""

import os
import signal
import threading
import time

import nbformat
import pytest
import rounds
from nbclient import NotebookClient

FUNCTIONS = """
import time
from dataclasses import dataclass
import lightwork


@dataclass
class Parcel:
    weight: int


def weigh(number):
    time.sleep(0.01)
    return Parcel(number)


async def load(number):
    import asyncio
    await asyncio.sleep(0.01)
    return number
"""
LEFT = """
import os, psutil
from pathlib import Path
mine = [child for child in psutil.Process().children(recursive=True) if child.status() != "zombie"]
print(len(mine))
"""


class Notebook:
    """A notebook under way in a folder, with a kernel of its own."""

    def __init__(self, folder, data, cells):
        self.notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
        self.client = NotebookClient(
            self.notebook, kernel_name="python3", timeout=120, resources={"metadata": {"path": str(folder)}},
            allow_errors=True,
        )  # fmt: skip
        self.environment = {**os.environ, "LIGHTWORK_DATA": str(data), rounds.MARK: rounds.RUN, "NO_COLOR": "1"}
        self.environment.pop("PYTEST_XDIST_WORKER", None)

    def run(self):
        """What the cells put out, each a list of outputs."""
        self.client.execute(env=self.environment)
        return [cell.outputs for cell in self.notebook.cells]


def shown(outputs, kind):
    """The output of this kind, joined."""
    return "".join(output.get("data", {}).get(kind, "") for output in outputs)


def printed(outputs, name="stdout"):
    """What went to a stream."""
    return "".join(output.text for output in outputs if output.output_type == "stream" and output.name == name)


def test_a_cells_function_is_planned_shown_and_run(tmp_path, data):
    """By threads and processes; the cell shows the answer as HTML, then a bar; results have its own class."""
    planned = 'plan = lightwork.plan(weigh, range(60), workers=2, blocks=1, strategies="threads,map")\nplan'
    ran = "print(plan.run(range(60))[59], sorted(set(plan.rounds.frame().outcome)))"
    outputs = Notebook(tmp_path, data, [FUNCTIONS, planned, ran]).run()
    assert "lw-study" in shown(outputs[1], "text/html")
    assert shown(outputs[1], "text/plain").startswith("<Plan: Use 2 ")
    assert "running 60 of 60 items serially" in printed(outputs[1], "stderr")
    assert printed(outputs[2]) == "Parcel(weight=59) ['ok']\n"
    assert '<progress value="60" max="60"' in shown(outputs[2], "text/html")
    assert shown(outputs[2], "text/plain") == "60 of 60"
    assert not [output for some in outputs for output in some if output.output_type == "error"]


def test_a_cells_coroutine_function_is_planned_and_run(tmp_path, data):
    """Though the kernel has an event loop of its own under way."""
    planned = "plan = lightwork.plan(load, range(60), workers=20, blocks=1, quiet=True)\nprint(plan.setting.strategy)"
    ran = "print(plan.run(range(60)) == list(range(60)))"
    outputs = Notebook(tmp_path, data, [FUNCTIONS, planned, ran]).run()
    assert [printed(some) for some in outputs[1:]] == ["asyncio\n", "True\n"]


def test_a_cell_that_is_interrupted_leaves_nothing_running(tmp_path, data):
    """Stopped in the middle of a plan: KeyboardInterrupt, no process left, and the next cell runs."""
    slow = "def slow(number):\n    time.sleep(1.0)\n\n\nlightwork.plan(slow, range(100), budget=60)"
    notebook = Notebook(tmp_path, data, [FUNCTIONS, slow, LEFT])

    def interrupt():
        while len(notebook.notebook.cells[1].get("outputs", [])) == 0:
            time.sleep(0.05)
        time.sleep(1.0)
        os.kill(notebook.client.km.provisioner.pid, signal.SIGINT)

    thread = threading.Thread(target=interrupt, daemon=True)
    thread.start()
    outputs = notebook.run()
    thread.join(10)
    (error,) = [output for output in outputs[1] if output.output_type == "error"]
    assert error.ename == "KeyboardInterrupt"
    assert printed(outputs[2]) == "0\n"
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["text/html", "text/plain"])
def test_a_saved_run_shows_itself(name, tmp_path, data):
    """lightwork.load() as a cell's last line shows verdicts."""
    from repository import REPOSITORY

    example = REPOSITORY / "docs" / "example" / "many.json"
    outputs = Notebook(tmp_path, data, [f"import lightwork\nlightwork.load({str(example)!r})"]).run()
    assert "faster" in shown(outputs[0], name) or "x" in shown(outputs[0], name)
