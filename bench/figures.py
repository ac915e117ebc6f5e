"""Running a study for a published figure: real rounds, a quiet list of what it found."""

import functools
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from lightwork.core.round import Job
from lightwork.core.setting import Setting
from lightwork.core.study import Study
from lightwork.launch.finished import Execute, Finished
from lightwork.launch.run import launch
from lightwork.launch.workdir import Workdir, open_workdir
from lightwork.storage.paths import data_dir
from lightwork.study.design import draw_up
from lightwork.study.run import StudyKit, measure

HERE = str(Path(__file__).parent)


def study(
    workload: str,
    settings: Sequence[Setting],
    blocks: int,
    parameters: Mapping[str, Any] | None = None,
    execute: Execute | None = None,
    **more: Any,
) -> tuple[Study, list[Finished]]:
    """Measure so many blocks; the study and every finished round with its ledger.

    execute: (workdir, job, deadline) -> Finished in the place of `launch`, to plant something known.
    """
    _let_hosts_find_planted_work()
    design = draw_up(
        workload, parameters or {}, settings, data_dir(), blocks=(blocks, blocks), budget_s=float("inf"), **more
    )
    kept: list[Finished] = []
    with open_workdir(data_dir()) as workdir:
        run = functools.partial(execute or launch, workdir)
        found = measure(design, StudyKit(workdir, run, time.monotonic, kept.append, lambda _: None, lambda: ""))
    return found, kept


def _let_hosts_find_planted_work() -> None:
    """Hosts and spawned workers import planted workloads by name, from this folder."""
    known = [path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path]
    if HERE not in known:
        os.environ["PYTHONPATH"] = os.pathsep.join([HERE, *known])


def planting(cell_id: str, setting: Setting, parameters: Mapping[str, Any]):
    """An `execute` that runs one cell's rounds as another setting with changed parameters."""

    def execute(workdir: Workdir, job: Job, deadline_s: float) -> Finished:
        if job.cell_id == cell_id:
            job = replace(job, setting=setting, parameters={**job.parameters, **parameters})
        return launch(workdir, job, deadline_s)

    return execute
