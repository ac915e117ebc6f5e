"""A workload's parameters: a frozen dataclass on one side, `name=value` words on the other."""

import dataclasses
import types
from collections.abc import Mapping
from math import inf
from typing import Any, Literal, get_args, get_origin, get_type_hints

from lightwork.errors import UsageError, unknown


def build(workload: str, kind: type, values: Mapping[str, Any], base: Any = None) -> Any:
    """A `kind` with these values, the rest from `base` or from the defaults.

    Values may be of the field's type already or the words for it ("200", "true").
    Raises UsageError naming the parameters or the choices there are.
    """
    hints = get_type_hints(kind)
    converted = {}
    for name, value in values.items():
        if name not in hints:
            raise unknown(f"parameter of workload {workload}", name, hints)
        converted[name] = _convert(f"{workload}.{name}", hints[name], value)
    made: Any = kind
    return dataclasses.replace(base, **converted) if base is not None else made(**converted)


def as_dict(parameters: Any) -> dict[str, Any]:
    """The parameters by name, plain values only."""
    return dataclasses.asdict(parameters)


def _convert(name: str, hint: Any, value: Any) -> Any:
    if get_origin(hint) is Literal:
        choices = get_args(hint)
        if value not in choices:
            raise UsageError(f"{name} can't be {value!r}: choose from {', '.join(map(str, choices))}")
        return value
    if isinstance(hint, types.UnionType):
        return _convert_optional(name, hint, value)
    if hint is bool and isinstance(value, str):
        return _convert_flag(name, value)
    try:
        converted = hint(value)
    except (TypeError, ValueError):
        raise UsageError(f"{name} can't be {value!r}: it must be one {hint.__name__}") from None
    if isinstance(converted, (int, float)) and not isinstance(converted, bool) and not 0 <= converted < inf:
        raise UsageError(f"{name} can't be {value!r}: it must be finite and not negative")
    return converted


def _convert_optional(name: str, hint: types.UnionType, value: Any) -> Any:
    """Words for `T | None`: "none" is None, anything else a T."""
    if value is None or value == "none":
        return None
    (kind,) = (part for part in get_args(hint) if part is not types.NoneType)
    return _convert(name, kind, value)


def _convert_flag(name: str, word: str) -> bool:
    words = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
    if word.lower() not in words:
        raise UsageError(f"{name} can't be {word!r}: it must be true or false")
    return words[word.lower()]
