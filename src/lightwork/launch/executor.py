"""Executors: what an executor of the user's own is, found out by some calls in a process of its own."""

import json
import tempfile
from contextlib import closing
from pathlib import Path

from lightwork.errors import UsageError
from lightwork.launch.capture import Output
from lightwork.launch.process import hosted
from lightwork.launch.watchdog import Watch
from lightwork.strategies import executor_name
from lightwork.workload.user_module import name_of

MODULE = "lightwork.host.executor_trial"
LONGEST_S = 40.0  # MPI and clusters take seconds to start


def strategy_of(reference: str, beside: str = "") -> str:
    """The name of the strategy that uses the executor `module:factory`, or `file.py:factory`.

    beside: another reference, whose folder is looked through too, as the working directory is. Raises UsageError,
    saying what is wrong, for an executor that can't be made or makes no call.
    """
    _refuse_elsewhere(reference, beside)
    with _folder() as folder, closing(Output()) as output:
        answer = Path(folder) / "answer.json"
        with hosted([reference, beside, str(answer)], Path(folder), output, module=MODULE) as host:
            end = Watch(host, output).until(LONGEST_S)
        if not answer.exists():
            last = output.rest().strip().rpartition("\n")[2]
            what = end.reason or last or f"its process ended with exit status {end.exit_code}"
            raise UsageError(f"executor {reference} failed its trial: {what}")
        trial = json.loads(answer.read_text(encoding="utf-8"))
    if trial["trouble"]:
        raise UsageError(f"executor {trial['trouble']}")
    factory = reference.rpartition(":")[2]
    return executor_name(f"{name_of(reference)}:{factory}", in_threads=trial["in_threads"])


def _folder() -> tempfile.TemporaryDirectory[str]:
    """A folder for one trial, which a daemon of the executor's may still write into when it is removed."""
    return tempfile.TemporaryDirectory(prefix="lightwork-executor-", ignore_cleanup_errors=True)


def _refuse_elsewhere(reference: str, beside: str) -> None:
    """Raise UsageError for a file where workers would not look for its module."""
    place = Path(reference.rpartition(":")[0])
    folders = [Path.cwd().resolve(), *([Path(beside.rpartition(":")[0]).resolve().parent] if beside else [])]
    if place.suffix == ".py" and place.is_file() and place.resolve().parent not in folders:
        raise UsageError(
            f"executor {reference} is outside the working directory, where workers can't import it: move the file here "
            "or name an importable module:factory"
        )
