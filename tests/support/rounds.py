"""Real rounds for tests: toy workloads run by a real host."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil

from lightwork.core.round import Job
from lightwork.core.setting import Setting
from lightwork.launch.finished import Finished
from lightwork.launch.run import launch
from lightwork.launch.workdir import Workdir, open_workdir

PATIENCE_S = 90.0  # no round that ends by itself takes as long on any day


def run_round(folder: Path, setting: Setting, deadline_s: float = PATIENCE_S, **parameters: Any) -> Finished:
    """One round of `toys.squares` with these parameters."""
    with open_workdir(folder) as workdir:
        return launch(workdir, job(workdir, setting, **parameters), deadline_s)


def job(workdir: Workdir, setting: Setting, workload: str = "toys.squares", **parameters: Any) -> Job:
    """The job of one round on this workdir."""
    return Job(
        setting.cell_id, 0, 0, workload, parameters, setting, 1, True, True,
        str(workdir.data_dir), str(workdir.rounds / "round"), str(workdir.shared / "round"),
    )  # fmt: skip


MARK, RUN = "LIGHTWORK_TEST_RUN", str(os.getpid())
os.environ[MARK] = RUN


@contextlib.contextmanager
def nothing_left_behind() -> Iterator[None]:
    """Check that no process started within is still running afterwards, wherever it hangs now."""
    before = {process.pid for process in psutil.process_iter()}
    yield
    mine = [process for process in psutil.process_iter() if process.pid not in before and _is_ours(process)]
    assert not mine, mine


def _is_ours(process: psutil.Process) -> bool:
    """Whether it runs and inherited this test run's mark: others may be measuring on the same machine."""
    try:
        return process.status() != psutil.STATUS_ZOMBIE and process.environ().get(MARK) == RUN
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return False
