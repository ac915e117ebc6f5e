"""Same work: in which parameters two studies of one label differ, in words; pure.

A parameter that both name with other values makes it other work. One that only one of them names need not: a version
that did not know it yet may have done the same. So the two are told apart. A comparison notes the second, a history
draws no line across it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lightwork.text.quantities import counted, short

VALUE = 24  # characters of a name or a value
NAMED = 3  # parameters
Parameters = Mapping[str, Any]


@dataclass(frozen=True)
class OtherParameters:
    """Each as "files: 37 and 256", or with "unknown" where a study does not name it.

    changed: those that both name; one_sided: those that only one does;
    either: both kinds, in the order in which the studies name them.
    """

    changed: tuple[str, ...]
    one_sided: tuple[str, ...]
    either: tuple[str, ...]


def other_parameters(parameters: Parameters, other: Parameters) -> OtherParameters:
    """In which parameters two studies differ. Values that read the same are the same: NaN does not equal itself."""
    names = [*parameters, *(name for name in other if name not in parameters)]
    differences = {
        name: f"{short(name, VALUE)}: {_value(name, parameters)} and {_value(name, other)}"
        for name in names
        if not _alike(name, parameters, other)
    }
    both = {name for name in differences if name in parameters and name in other}
    return OtherParameters(
        tuple(words for name, words in differences.items() if name in both),
        tuple(words for name, words in differences.items() if name not in both),
        tuple(differences.values()),
    )


def in_few_words(parameters: Sequence[str]) -> str:
    """The first of them, and how many more there are; "" for none."""
    more = [f"{counted(len(parameters) - NAMED, 'more parameter')}"] if len(parameters) > NAMED else []
    return ", ".join([*parameters[:NAMED], *more])


def _alike(name: str, parameters: Parameters, other: Parameters) -> bool:
    if name not in parameters or name not in other:
        return False
    return bool(parameters[name] == other[name]) or repr(parameters[name]) == repr(other[name])


def _value(name: str, parameters: Parameters) -> str:
    return short(parameters[name], VALUE) if name in parameters else "unknown"
