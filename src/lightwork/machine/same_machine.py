"""Likeness: whether two saved runs come from one kind of machine, and in what else they differ; pure.

A kind, not a machine: hosts of a build service have a new name every day, and still compare.
"""

from collections.abc import Mapping

from lightwork.machine.fact import every, worded

NEARLY = 0.05  # relative, of bytes; a kernel keeps some memory for itself, and not always the same amount
Machine = Mapping[str, object]


def other_kind(machine: Machine, other: Machine) -> tuple[str, ...]:
    """What makes these two kinds of machines, as "usable CPUs: 2 and 4"; empty where they are of one kind.

    A fact that only one of them has makes no difference: older runs know less.
    """
    return _differences("kind", machine, other)


def other_surroundings(machine: Machine, other: Machine) -> tuple[str, ...]:
    """In what else two runs differ that may move every figure: interpreter, kernel, filesystem, limits."""
    return _differences("around", machine, other)


def kind_of(machine: Machine) -> tuple[object, ...]:
    """The facts that make its kind."""
    return tuple(machine.get(fact.key) for fact in every() if fact.compared == "kind")


def _differences(compared: str, machine: Machine, other: Machine) -> tuple[str, ...]:
    return tuple(
        f"{fact.name}: {worded(fact.key, machine[fact.key])} and {worded(fact.key, other[fact.key])}"
        for fact in every()
        if fact.compared == compared
        and fact.key in machine
        and fact.key in other
        and not _alike(fact.key, machine[fact.key], other[fact.key])
    )


def _alike(name: str, value: object, other: object) -> bool:
    is_number = all(isinstance(each, int | float) and not isinstance(each, bool) for each in (value, other))
    if not is_number or not name.endswith("_bytes"):
        return value == other
    first, second = float(value), float(other)  # type: ignore[arg-type]  # both are numbers
    return abs(first - second) <= NEARLY * max(abs(first), abs(second))
