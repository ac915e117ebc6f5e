"""Likeness: whether two saved runs come from one kind of machine, and in what else they differ; pure.

A kind, not a machine: hosts of a build service have a new name every day, and still compare.
"""

from collections.abc import Mapping

from lightwork.text.quantities import plain, size

KIND = {
    "processor": "processor",
    "logical_cpus": "logical CPUs",
    "usable_cpus": "usable CPUs",
    "architecture": "architecture",
    "memory_total_bytes": "memory",
}
AROUND = {
    "kernel": "kernel",
    "python": "Python",
    "implementation": "implementation",
    "gil": "the GIL",
    "filesystem": "filesystem of the data",
    "memory_limit_bytes": "memory limit",
}
NEARLY = 0.05  # relative, of bytes; a kernel keeps some memory for itself, and not always the same amount
Machine = Mapping[str, object]


def other_kind(machine: Machine, other: Machine) -> tuple[str, ...]:
    """What makes these two kinds of machines, as "usable CPUs: 2 and 4"; empty where they are of one kind.

    A fact that only one of them has makes no difference: older runs know less.
    """
    return _differences(KIND, machine, other)


def other_surroundings(machine: Machine, other: Machine) -> tuple[str, ...]:
    """In what else two runs differ that may move every figure: interpreter, kernel, filesystem, limits."""
    return _differences(AROUND, machine, other)


def _differences(names: Mapping[str, str], machine: Machine, other: Machine) -> tuple[str, ...]:
    return tuple(
        f"{words}: {_worded(name, machine[name])} and {_worded(name, other[name])}"
        for name, words in names.items()
        if name in machine and name in other and not _alike(name, machine[name], other[name])
    )


def _alike(name: str, value: object, other: object) -> bool:
    is_number = all(isinstance(one, int | float) and not isinstance(one, bool) for one in (value, other))
    if not is_number or not name.endswith("_bytes"):
        return value == other
    first, second = float(value), float(other)  # type: ignore[arg-type]  # both are numbers
    return abs(first - second) <= NEARLY * max(abs(first), abs(second))


def _worded(name: str, value: object) -> str:
    if value is None or value == "":
        return "none"
    if isinstance(value, int | float) and not isinstance(value, bool):
        return size(value) if name.endswith("_bytes") else f"{value:g}"
    return {"True": "on", "False": "off"}.get(str(value), plain(value))
