"""The ways to hand items to workers, as a user would write them.

Each is one file with the short, idiomatic code that a user would copy; none of them measures. To add one,
write `NAME.py` here with one function under `@strategy(...)`: the registry finds it by its file name, and
the contract tests then cover it. A file imports nothing third-party at module level, so that every strategy can
be found, and told why it can't be used where what it needs is absent. A name with a colon, `module:factory`, is that of
an executor of the user's own (_executors.py).

SCRIPT, beside the function, is what a user pastes: the same hand-out as a whole script in its shortest form, which must
still end when an item raises. Its blanks, as string.Template has them, lightwork.planning.script.templates fills.

    run(function, items, workers, chunksize, context) -> results, in any order
"""

import importlib
import importlib.util
import pkgutil
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Any, Literal, Protocol, TypeVar

from lightwork.core.hand_out import Rule, Unpredictable
from lightwork.core.setting import START_METHODS, Setting
from lightwork.errors import UsageError, unknown
from lightwork.machine import extras, start_method

Workers = Literal["processes", "threads", "interpreters", "tasks", "remote"]
SHARING: tuple[Workers, ...] = ("threads", "tasks")  # kinds that share what the calling process keeps
# Compared where nothing else is asked for: the standard library's plain ways of using processes. Others are asked for
# by name, so that no plan takes longer for what few would choose.
USUAL = ("serial", "static", "static_striped", "fork", "map", "imap_unordered", "apply_async", "queue", "pipe")


IN_THREADS = "-threads"  # ends the name of an executor of the user's own whose workers are threads
NO_RULE = Unpredictable("its file names no hand-out rule")
UNRANKED = 1_000  # more complex than all that have a rank


class Run(Protocol):
    """A strategy's code: applies `function` to every item with `workers` workers; results in any order.

    chunksize is None where the strategy takes none. context is a multiprocessing context (a start method).
    An item's exception is raised in the caller, and no child is left behind.
    """

    def __call__(
        self, function: Any, items: Sequence[Any], workers: int, chunksize: int | None, context: Any
    ) -> Iterable[Any]:
        """Run all items; see the class."""


class Opened(Protocol):
    """A strategy's pool with a life of its own: made when entered, closed on leaving.

    Yields submit(items, chunksize) -> results, in any order, which may be called again and again.
    """

    def __call__(
        self, function: Any, workers: int, context: Any
    ) -> AbstractContextManager[Callable[[Sequence[Any], Any], Iterable[Any]]]:
        """Make the pool; see the class."""


@dataclass(frozen=True)
class Strategy:
    """A registered strategy.

    default_chunksize: (items, workers) -> the chunksize in force when none is asked for; None where the
    strategy has no chunksize. parallel: False for the serial reference. workers: what they are. needs: what is needed
    and absent here, as "needs joblib, which ..."; "" where nothing is. staged: whether it runs an item's work in two
    halves (lightwork.workload.api.Stages), the second in one process; its function is a
    lightwork.ledger.two_stage.Staged. awaits: whether its function must be a coroutine function. awaited: how it runs
    a coroutine function by itself; None where each item is awaited to its end in its worker. opened: its pool, for
    rounds that find one; None where workers are given their part when they are made. extra: the extra of lightwork
    that installs what it needs; "" where none does. hand_out: its rule, by which rounds are predicted. rank: how much
    a user must write and understand for it, from least to most. script: the template of the code to paste, "" where
    there is none. watched: the same with a bar that shows how many are done. call: what people call it by, "Pool.map".
    by_value: whether workers are sent the function itself, not its name, so that lambdas and closures reach them.
    renewed: the strategy whose script replaces workers after so many tasks: itself where its script has a Pool; "" for
    none. in_order: whether its results come in the order of the items. inherits: whether forked workers inherit the
    function and the items, so that neither is sent. costs_like: the strategy whose costs stand for its own where these
    were not measured; "" for none. executor: the user's own that makes its workers,
    "module:factory", of which nothing else is known; "" for none.
    """

    name: str
    run: Run
    default_chunksize: Callable[[int, int], int] | None
    start_methods: tuple[str, ...]
    parallel: bool
    summary: str
    workers: Workers
    needs: Callable[[], str]
    staged: bool = False
    awaits: bool = False
    awaited: Run | None = None
    opened: Opened | None = None
    extra: str = ""
    hand_out: Rule = NO_RULE
    rank: int = UNRANKED
    script: str = ""
    watched: str = ""
    call: str = ""
    by_value: bool = False
    renewed: str = ""
    in_order: bool = False
    inherits: bool = False
    costs_like: str = ""
    executor: str = ""

    @property
    def in_caller(self) -> bool:
        """Whether its items run in the caller's own process, whose CPU time is then the workers' too."""
        return not self.parallel or self.workers in ("threads", "interpreters", "tasks")

    @property
    def is_remote(self) -> bool:
        """Whether its workers may be a cluster's, on other hosts."""
        return self.workers == "remote"

    @property
    def ends_items(self) -> bool:
        """Whether a signal ends an item that takes too long: it runs in the main thread of its process."""
        return self.workers == "processes" and not self.executor

    @property
    def takes_initializer(self) -> bool:
        """Whether its script can hand a function to its workers that each calls once."""
        return "$pool" in self.script or "$initializer" in self.script

    @property
    def can_be_paced(self) -> bool:
        """Whether workers of its script can share a clock, so that items start at a rate."""
        return self.can_be_given

    @property
    def can_be_given(self) -> bool:
        """Whether workers of its script can be given something when they are made, or share the caller's memory."""
        return self.workers in SHARING or (self.workers == "processes" and self.takes_initializer)

    @property
    def takes_unsendable(self) -> bool:
        """Whether it runs functions that can't be pickled by their names."""
        inherits_alone = self.inherits and self.start_methods == ("fork",)
        return self.by_value or inherits_alone or not self.parallel or self.workers in SHARING

    @property
    def starts_its_own_way(self) -> bool:
        """Whether how its workers start is no choice: they are no processes, or a library starts them."""
        return len(self.start_methods) == 1 and not self.inherits

    @property
    def first_method(self) -> str:
        """The first of its start methods that this system has, for what is measured under one alone."""
        there = [method for method in self.start_methods if method in start_method.usable()]
        return self.start_methods[0] if self.starts_its_own_way or not there else there[0]

    def methods_among(self, start_methods: Sequence[str], *, or_another: bool = False) -> tuple[str, ...]:
        """Those of these start methods that it takes; its own way where it has one.

        or_another: whether one that takes none of them may be started otherwise: forked, where that is safe.
        """
        if self.starts_its_own_way or self.executor:
            return self.start_methods
        asked = tuple(method for method in start_methods if method in self.start_methods)
        others = [method for method in self.start_methods if start_method.is_safe(method)]
        return asked or tuple(others[: 1 if or_another else 0])

    def has_items(self, start_method: str) -> bool:
        """Whether workers that are started so have the function and the items from the beginning."""
        return self.inherits and start_method == "fork"


Function = TypeVar("Function", bound=Callable[..., Any])
_registry: dict[str, Strategy] = {}


def strategy(
    *,
    hand_out: Rule = NO_RULE,
    rank: int = UNRANKED,
    script: str = "",
    watched: str = "",
    call: str = "",
    default_chunksize: Callable[[int, int], int] | None = None,
    start_methods: tuple[str, ...] = START_METHODS,
    parallel: bool = True,
    workers: Workers = "processes",
    needs: str | Callable[[], str] = "",
    extra: str = "",
    staged: bool = False,
    awaits: bool = False,
    awaited: Run | None = None,
    opened: Opened | None = None,
    by_value: bool = False,
    renewed: str = "",
    in_order: bool = False,
    inherits: bool = False,
    costs_like: str = "",
) -> Callable[[Function], Function]:
    """Register the decorated function, unchanged, as the strategy named like its module.

    hand_out, rank, script, watched, call: see Strategy. Ranks go in tens, so that there is room between two.
    needs: the top-level module without which it can't run, `"joblib"`; or a function that says what is missing here,
    "needs Python 3.14 or newer; ...", and "" where nothing is. extra: the extra of lightwork that installs the module,
    where it is not called like it. staged, awaits, awaited, opened, by_value, renewed, in_order, inherits,
    costs_like: see Strategy.
    """
    installed_by = extra or (needs if isinstance(needs, str) else "")

    def missing() -> str:
        if callable(needs):
            return needs()
        if not needs or importlib.util.find_spec(needs):
            return ""
        return f"needs {needs}, which is not installed{extras.install_hint(installed_by)}"

    def register(run: Function) -> Function:
        name = run.__module__.rpartition(".")[2]
        summary = (run.__doc__ or "").partition("\n")[0]
        _registry[name] = Strategy(
            name=name,
            run=run,
            summary=summary,
            hand_out=hand_out,
            rank=rank,
            script=script,
            watched=watched,
            call=call or name,
            default_chunksize=default_chunksize,
            start_methods=start_methods,
            parallel=parallel,
            workers=workers,
            needs=missing,
            extra=installed_by,
            staged=staged,
            awaits=awaits,
            awaited=awaited,
            opened=opened,
            by_value=by_value,
            renewed=renewed or name * ("$pool" in script),
            in_order=in_order,
            inherits=inherits,
            costs_like=costs_like,
        )
        return run

    return register


def names() -> list[str]:
    """The names of the strategies that come with us, sorted, without importing any of them."""
    modules = (module.name for module in pkgutil.iter_modules(__path__))
    return sorted(name for name in modules if not name.startswith("_"))


def find(name: str) -> Strategy:
    """The strategy of this name. Raises UsageError, naming the ones there are, when there is none."""
    if is_executor(name):
        from lightwork.strategies._executors import executor_strategy

        return executor_strategy(name)
    if name not in _registry:
        if not is_known(name):
            raise unknown("strategy", name, names())
        importlib.import_module(f"{__name__}.{name}")
    return _registry[name]


def rank(name: str) -> int:
    """The rank of the strategy of this name; UNRANKED for one that is not there, as in results saved elsewhere."""
    return find(name).rank if is_known(name) else UNRANKED


def is_known(name: str) -> bool:
    """Whether there is a strategy of this name."""
    return name in _registry or is_executor(name) or name in names()


def is_executor(name: str) -> bool:
    """Whether this names an executor of the user's own."""
    return ":" in name


def executor_name(reference: str, *, in_threads: bool) -> str:
    """The name of the strategy that uses the executor `module:factory`. in_threads: of the calling process."""
    return f"{reference}{IN_THREADS * in_threads}"


def absent(name: str) -> str:
    """Why the strategy of this name can't be used here, as "needs joblib, which ..."; "" where it can."""
    return find(name).needs()


def usable() -> list[str]:
    """The names of the strategies that can be used here, sorted."""
    return [name for name in names() if not absent(name)]


def require(name: str) -> Strategy:
    """The strategy of this name, to be used. Raises UsageError, saying what it needs, where that is absent."""
    missing = absent(name)
    if missing:
        raise UsageError(f"strategy {name} {missing}")
    return find(name)


def chunksize_in_force(setting: Setting, items: int) -> int | None:
    """The chunksize that this setting will use on so many items; None where the strategy has none.

    Raises UsageError when the strategy can't take the chunksize, start method or pool that the setting asks for.
    """
    strategy = find(setting.strategy)
    if setting.start_method not in strategy.start_methods:
        methods = ", ".join(strategy.start_methods)
        raise UsageError(f"strategy {strategy.name} can't start with {setting.start_method}: choose from {methods}")
    if setting.pool == "warm" and strategy.opened is None:
        raise UsageError(f"strategy {strategy.name} has no pool to keep between rounds: use --pool fresh")
    if strategy.default_chunksize is None:
        if setting.chunksize is not None:
            raise UsageError(f"strategy {strategy.name} has no chunksize: leave it out")
        return None
    return setting.chunksize or strategy.default_chunksize(items, setting.workers)


def in_force(setting: Setting, items: int) -> Setting:
    """The same with the chunksize that it will use on so many items. Raises like chunksize_in_force."""
    return replace(setting, chunksize=chunksize_in_force(setting, items))
