"""Saved faults: the cases of a run of `manyhands faults`, as plain data; JSON out and in. `schema` is the format's."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from manyhands.faults.fault import Fault
from manyhands.faults.outcome import Case, Ending
from manyhands.saved_json import Format

FORMAT = Format("manyhands faults", 1, "cases", "faults", "manyhands faults --json", 1 << 26)
INDICES = {"done", "running", "never", "raised", "again", "redone", "run_again"}


@dataclass(frozen=True)
class Faults:
    """One run. items: how many each round had. machine: its facts. left_out: strategies that are not in it, and why."""

    cases: tuple[Case, ...]
    items: int
    victim: int
    machine: Mapping[str, Any]
    left_out: Mapping[str, str]
    saved_at: str
    version: str


def text_of(found: Faults) -> str:
    """The file's content: one line a case."""
    shallow = {name: value for name, value in vars(found).items() if name != "cases"}
    cases = [asdict(case) for case in found.cases]
    return FORMAT.text_of({"kind": FORMAT.kind, "schema": FORMAT.schema, **shallow, "cases": cases})


def decode(data: Mapping[str, Any]) -> Faults:
    """The run that `text_of` wrote. Raises TypeError, KeyError or ValueError for anything else."""
    FORMAT.check(data)
    return Faults(
        tuple(map(_case, data["cases"])), int(data["items"]), int(data["victim"]), dict(data["machine"]),
        {str(name): str(why) for name, why in data["left_out"].items()}, str(data["saved_at"]), str(data["version"]),
    )  # fmt: skip


def load(path: Path) -> Faults:
    """The run saved at `path`. Raises UsageError when there is none, or it is something else."""
    return FORMAT.load(path, decode)


def _case(data: Mapping[str, Any]) -> Case:
    known = {field.name: data[field.name] for field in fields(Case)}
    indices = {name: tuple(int(index) for index in known[name]) for name in INDICES}
    knew_s = None if known["knew_s"] is None else float(known["knew_s"])
    return Case(**{
        **known, **indices, "strategy": str(known["strategy"]), "fault": Fault(known["fault"]),
        "ending": Ending(known["ending"]), "error": str(known["error"]), "knew_s": knew_s,
        "workers": int(known["workers"]), "left_behind": int(known["left_behind"]),
        "deadline_s": float(known["deadline_s"]),
    })  # fmt: skip
