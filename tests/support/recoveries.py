"""Rounds in which a worker is killed, resumed."""

import functools
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rounds import job

from lightwork.core.setting import Setting
from lightwork.faults.accident import Accident
from lightwork.launch.finished import Finished
from lightwork.launch.run import launch
from lightwork.launch.workdir import open_workdir
from lightwork.ledger.table import Ledger, State
from lightwork.storage.ledgers import table
from lightwork.study.retry import Retrying

Strike = Callable[[int, Ledger], bool]
HANGING = {"map", "imap_unordered", "apply_async", "queue", "shared_memory"}  # when a worker is killed
HANGS_AFTER_S, GIVEN_UP_AFTER_S = 6.0, 90.0  # only where a strategy hangs is its deadline waited for


def states(ledger: bytes) -> Any:
    """The items' states in a ledger."""
    return table(ledger)["state"]


def retried(
    folder: Path,
    setting: Setting,
    workload: str,
    strike: Strike | None = None,
    beside: int = 0,
    **parameters: Any,
) -> Finished:
    """The round of this setting, resumed where it broke off; what strikes it from outside has struck.

    beside: how many other rounds run at the same time.
    """
    first_s = HANGS_AFTER_S + beside if setting.strategy in HANGING else GIVEN_UP_AFTER_S
    for deadline_s in (first_s, GIVEN_UP_AFTER_S):
        with open_workdir(folder) as workdir:
            made = job(workdir, setting, workload, **parameters)
            accident = Accident(Path(made.ledger), strike)
            finished = Retrying(workdir, functools.partial(launch, workdir, beside=accident.beside))(made, deadline_s)
            assert not any(workdir.rounds.iterdir())
        if strike is None or accident.struck_ns:
            return finished
    raise AssertionError(f"nothing struck {setting.cell_id} within {GIVEN_UP_AFTER_S} s")


def kill_half_way(host_pid: int, ledger: Ledger) -> bool:
    """Kill the process of a worker that runs an item, once half of all items are done."""
    rows = ledger.rows()
    busy = [row for row in rows if row.state is State.RUNNING]
    if sum(row.state is State.DONE for row in rows) < len(rows) // 2 or not busy:
        return False
    status = Path(f"/proc/{ledger.lives()[busy[0].worker].pid}/status").read_text()
    os.kill(int(status.split("Tgid:")[1].split()[0]), signal.SIGKILL)
    return True
