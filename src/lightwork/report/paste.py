"""What to paste for a recommended setting: its script, with a placeholder where one's own function stands; pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from lightwork.core.study import Cell
from lightwork.errors import UsageError
from lightwork.planning.script.source import Source
from lightwork.planning.script.templates import recipe
from lightwork.text.quantities import plain

SOURCE = Source("your_module", "your_function")
FORK_UNTIL = (3, 14)  # from this Python on, fork is no longer what a pool takes by itself


@dataclass(frozen=True)
class Paste:
    """The script; "" where there is none, and then `note` says why. note: what else to know of it."""

    code: str
    note: str


def paste_of(cell: Cell, machine: Mapping[str, object]) -> Paste:
    """The script for exactly this cell's setting, under the Python that it was measured with."""
    if any(round_.remote is not None for round_ in cell.rounds):
        return Paste("", "Measured on a running cluster: pass its address to dask's Client, and map chunks.")
    try:
        code = recipe(SOURCE, cell.setting, cell.chunksize, usual_method=_usual_method(machine))
    except UsageError as refused:
        return Paste("", f"{plain(refused)}.")
    warm = "The pool started before the clock: keep one pool and use it for every job."
    return Paste(code, warm if cell.setting.pool == "warm" else "")


def _usual_method(machine: Mapping[str, object]) -> str:
    """What this machine's Python starts workers by where nothing is said; older runs tell the version alone."""
    if method := machine.get("start_method"):
        return str(method)
    version = str(machine.get("python", "")).rstrip("t").split(".")
    python_version = tuple(int(part) for part in version[:2] if part.isdecimal())
    return "forkserver" if python_version >= FORK_UNTIL else "fork"
