"""Data from a file that may be anybody's, as one of our dataclasses: every field of its own type, or an error."""

from collections.abc import Mapping
from math import isfinite
from typing import Any, TypeVar

import msgspec

Kind = TypeVar("Kind")


def read_as(kind: type[Kind], data: Any) -> Kind:
    """The plain JSON data as this dataclass, nested ones included; fields that it does not know are passed over.

    Raises ValueError, which says what was expected where, for data of another shape.
    """
    return msgspec.convert(data, kind, strict=True, str_keys=True)


def check_machine(machine: Mapping[str, Any]) -> None:
    """Raise ValueError where the machine's facts lack those that every table tells, or they can't be."""
    cpus = machine.get("usable_cpus")
    if not isinstance(cpus, int | float) or not isfinite(cpus) or cpus <= 0:
        raise ValueError(f"a machine with {cpus!r} usable CPUs")
    if unknown := [name for name in ("python", "processor") if not isinstance(machine.get(name), str)]:
        raise ValueError(f"a machine whose {unknown[0]} is {machine.get(unknown[0])!r}")
