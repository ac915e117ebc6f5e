"""A fact about the machine: one row says how it is read, how it is shown, what it advises and how machines compare."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from lightwork.machine import cgroup
from lightwork.text.quantities import plain, size

Machine = Mapping[str, Any]


class FactSource:
    """What facts are read from, each at most once."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir

    @cached_property
    def limits(self) -> cgroup.Limits:
        """What the control group allows."""
        return cgroup.read_limits()

    @cached_property
    def memory(self) -> Any:
        """The machine's memory, bytes."""
        import psutil

        return psutil.virtual_memory()


@dataclass(frozen=True)
class Fact:
    """One row of the table of facts.

    key: in a saved run; ends in its unit where it has one (`_bytes`, `_cpus`). read: its value, plain JSON; None where
    the system does not tell.
    compared: "kind" where machines that differ in it are of different kinds, "around" where their runs still compare,
    with a note; "" where it makes no difference. name: in such a note.
    heading, topic: where `lightwork doctor` shows it; "" where it does not, or shows it with another. words: what it
    shows, of all facts; by itself the value with its unit. advice: what to do about it; "" where nothing is wrong.
    """

    key: str
    read: Callable[[FactSource], Any]
    compared: Literal["", "kind", "around"] = ""
    name: str = ""
    heading: str = ""
    topic: str = ""
    words: Callable[[Machine], str] | None = None
    advice: Callable[[Machine], str] | None = None

    def shown(self, machine: Machine) -> str:
        """What the doctor shows."""
        return self.words(machine) if self.words else worded(self.key, machine.get(self.key))


_registry: dict[str, Fact] = {}


def register(*facts: Fact) -> None:
    """Add these facts: they are saved with every run, shown by the doctor and compared, as their rows say."""
    _registry.update({fact.key: fact for fact in facts})


def every() -> tuple[Fact, ...]:
    """All facts, in the order in which they are saved."""
    from lightwork.machine import facts  # noqa: F401  registers its rows

    return tuple(_registry.values())


def worded(key: str, value: object) -> str:
    """A fact's value with its unit, which ends its key."""
    if isinstance(value, Mapping):
        value = ", ".join(f"{name}={setting}" for name, setting in value.items())
    if value is None or value == "":
        return "none"
    if isinstance(value, int | float) and not isinstance(value, bool):
        return size(value) if key.endswith("_bytes") else f"{value:g}"
    return {"True": "on", "False": "off"}.get(str(value), plain(value))
