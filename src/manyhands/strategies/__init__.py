"""The strategies: ways of handing items to workers.

Each is one file with the short, idiomatic code that a user would copy; none of them measures. To add one,
write `NAME.py` here with one function under `@strategy(...)`: the registry finds it by its file name, and
the contract tests then cover it.

    run(function, items, workers, chunksize, context) -> results, in any order
"""

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from manyhands.errors import UsageError, unknown
from manyhands.setting import START_METHODS, Setting


class Run(Protocol):
    """A strategy's code: applies `function` to every item with `workers` workers; results in any order.

    chunksize is None where the strategy takes none. context is a multiprocessing context (a start method).
    An item's exception is raised in the caller, and no child is left behind.
    """

    def __call__(
        self, function: Any, items: Sequence[Any], workers: int, chunksize: int | None, context: Any
    ) -> Iterable[Any]:
        """Run all items; see the class."""


@dataclass(frozen=True)
class Strategy:
    """A registered strategy.

    default_chunksize: (items, workers) -> the chunksize in force when none is asked for; None where the
        strategy has no chunksize. parallel: False for the serial reference.
    """

    name: str
    run: Run
    default_chunksize: Callable[[int, int], int] | None
    start_methods: tuple[str, ...]
    parallel: bool
    summary: str


Function = TypeVar("Function", bound=Callable[..., Any])
_registry: dict[str, Strategy] = {}


def strategy(
    *,
    default_chunksize: Callable[[int, int], int] | None = None,
    start_methods: tuple[str, ...] = START_METHODS,
    parallel: bool = True,
) -> Callable[[Function], Function]:
    """Register the decorated function, unchanged, as the strategy named like its module."""

    def register(run: Function) -> Function:
        name = run.__module__.rpartition(".")[2]
        summary = (run.__doc__ or "").partition("\n")[0]
        _registry[name] = Strategy(name, run, default_chunksize, start_methods, parallel, summary)
        return run

    return register


def names() -> list[str]:
    """The strategies' names, sorted, without importing any of them."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__))


def find(name: str) -> Strategy:
    """The strategy of this name. Raises UsageError, naming the ones there are, when there is none."""
    if name not in _registry:
        if name not in names():
            raise unknown("strategy", name, names())
        importlib.import_module(f"{__name__}.{name}")
    return _registry[name]


def chunksize_in_force(setting: Setting, items: int) -> int | None:
    """The chunksize that this setting will use on so many items; None where the strategy has none.

    Raises UsageError when the strategy can't take the chunksize or the start method that the setting asks for.
    """
    found = find(setting.strategy)
    if setting.start_method not in found.start_methods:
        methods = ", ".join(found.start_methods)
        raise UsageError(f"strategy {found.name} can't start by {setting.start_method}: choose from {methods}")
    if found.default_chunksize is None:
        if setting.chunksize is not None:
            raise UsageError(f"strategy {found.name} has no chunksize: leave it out")
        return None
    return setting.chunksize or found.default_chunksize(items, setting.workers)
