"""Saved faults: the cases of a run of `lightwork faults`, as plain data; JSON out and in. `schema` is the format's."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from lightwork.faults.fault import faults
from lightwork.faults.outcome import Case
from lightwork.faults.sharing.accidents import ACCIDENTS
from lightwork.faults.sharing.outcome import SharedCase
from lightwork.storage.decode import check_machine, read_as
from lightwork.storage.document import Format

FORMAT = Format("lightwork faults", 1, "cases", "faults", "lightwork faults --json", 1 << 26)


@dataclass(frozen=True)
class Faults:
    """One run. items: how many each round had. machine: its facts. left_out: strategies that are not in it, and why.

    shared, shared_left_out: the same of ways to share a state; none where they were not asked for.
    """

    cases: tuple[Case, ...]
    items: int
    victim: int
    machine: Mapping[str, Any]
    left_out: Mapping[str, str]
    saved_at: str
    version: str
    shared: tuple[SharedCase, ...] = ()
    shared_left_out: Mapping[str, str] = field(default_factory=dict)


def text_of(run: Faults) -> str:
    """The file's content: one line a case."""
    return FORMAT.text_of({"kind": FORMAT.kind, "schema": FORMAT.schema, **asdict(run)})


def decode(data: Mapping[str, Any]) -> Faults:
    """The run that `text_of` wrote. Raises KeyError or ValueError for anything else."""
    FORMAT.check(data)
    run = read_as(Faults, data)
    check_machine(run.machine)
    if not run.cases and not run.shared:
        raise ValueError("it has no cases")
    if missing := {case.fault for case in run.cases} - {*faults()}:
        raise ValueError(f"unknown fault {min(missing)}")
    if missing := {case.accident for case in run.shared} - {*ACCIDENTS}:
        raise ValueError(f"unknown accident {min(missing)}")
    return run


def load(path: Path) -> Faults:
    """The run saved at `path`. Raises UsageError when there is none, or it is something else."""
    return FORMAT.load(path, decode)
