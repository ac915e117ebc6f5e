"""A built-in workload to be planned: its parameters from `NAME=VALUE` words, and what it is then called."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_type_hints

from lightwork.core.setting import Setting
from lightwork.errors import UsageError
from lightwork.study.design import SERIAL_SETTING, label_of
from lightwork.workload import parameters, registry

DATABASE = "db"


@dataclass(frozen=True)
class BuiltIn:
    """A built-in workload. parameters: those that were given, passwords hidden. label: its name with them."""

    name: str
    parameters: Mapping[str, Any]
    label: str


def built_in(name: str, words: Sequence[str], db: str | None) -> BuiltIn:
    """The workload of this name with these parameters; db: its database, where the words name none.

    Raises UsageError for a parameter, a value or a database that it does not take. What stands in the place of a name
    is not repeated from where it may hold a password.
    """
    workload = registry.find(name)
    given = dict(_pair(name, word) for word in words)
    if db is not None:
        if DATABASE not in get_type_hints(workload.parameters):
            raise UsageError(f"{name} has no database: omit --db, or plan db_insert or csv_to_db")
        given = {DATABASE: db, **given}
    chosen = parameters.build(name, workload.parameters, given)
    taken = parameters.as_dict(chosen)
    return BuiltIn(name, {key: taken[key] for key in given}, label_of(workload, chosen))


def refuse_beyond_limits(chosen: BuiltIn, settings: Sequence[Setting]) -> None:
    """Raise UsageError for a setting that exceeds a limit of the workload, such as a server's connections."""
    workload = registry.find(chosen.name)
    workload.limits(parameters.build(chosen.name, workload.parameters, chosen.parameters), (SERIAL_SETTING, *settings))


def _pair(workload_name: str, word: str) -> tuple[str, str]:
    """Name and value of NAME=VALUE; the workload's name may stand before it, as `pytest bench/` wants it."""
    name, equals, value = word.partition("=")
    name = name.removeprefix(f"{workload_name}.")
    if not equals or not name.isidentifier():
        shown = word.partition("://")[0]
        raise UsageError(f"a parameter can't be {shown!r}: write NAME=VALUE, like files=30")
    return name, value
