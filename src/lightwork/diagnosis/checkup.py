"""A checkup: everything that the machine tells at one moment about what workers would get."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from lightwork.diagnosis.thread_pools import ThreadPools, read_thread_pools
from lightwork.machine import cgroup, facts
from lightwork.machine.cgroup import Throttling
from lightwork.machine.interpreter import Interpreter, read_interpreter
from lightwork.machine.load import Load, read_load
from lightwork.machine.pressure import Pressure, read_pressure
from lightwork.machine.volume import Volume, shared_memory, volume_of


@dataclass(frozen=True)
class Checkup:
    """The facts, None where the system does not tell. `machine` is what a saved run carries (`facts.facts`)."""

    machine: Mapping[str, Any]
    cgroup_versions: tuple[int, ...]
    throttling: Throttling | None
    load: Load | None
    pressure: Pressure
    shared_memory: Volume | None
    data_folder: Volume
    interpreter: Interpreter
    thread_pools: ThreadPools

    @property
    def is_linux(self) -> bool:
        """Whether what is not there could be: other systems tell less."""
        return str(self.machine["kernel"]).startswith("Linux")


def check_up(data_dir: Path, window_s: float, workload: str | None = None) -> Checkup:
    """Ask the machine; takes `window_s` seconds and the start of one interpreter.

    Raises UsageError where the workload is unknown or its module can't be imported.
    """
    thread_pools = read_thread_pools(workload)  # first: a request that can't be answered should fail at once
    return Checkup(
        machine=facts.facts(data_dir),
        cgroup_versions=cgroup.versions(),
        throttling=cgroup.read_throttling(),
        load=read_load(window_s),
        pressure=read_pressure(),
        shared_memory=shared_memory(),
        data_folder=volume_of(data_dir),
        interpreter=read_interpreter(),
        thread_pools=thread_pools,
    )


def as_json(checkup: Checkup) -> dict[str, Any]:
    """All facts as plain JSON values, the machine's own at the top; units as the keys say, null for "unknown"."""
    nested = asdict(checkup)
    return {**nested.pop("machine"), **nested}
