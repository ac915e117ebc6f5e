"""A source: the user's work as a script imports it."""

import keyword
from collections.abc import Collection
from dataclasses import dataclass, replace

from lightwork.core.rate import StartRate
from lightwork.errors import UsageError
from lightwork.planning.guards import UNGUARDED, Guards
from lightwork.planning.script.given_once import GivenOnce
from lightwork.planning.script.items_source import ARGUMENTS, Origin
from lightwork.planning.script.names import free
from lightwork.workload.arguments import AS_IT_IS, Passing


@dataclass(frozen=True)
class InitializerCall:
    """What each worker calls before its first item: a function of a module, and its arguments.

    alias: what its first name is imported as.
    """

    module: str
    function: str
    values: tuple[object, ...] = ()
    alias: str = ""

    def named_apart_from(self, taken: Collection[str]) -> "InitializerCall":
        """The same, imported by a name that is not taken."""
        return replace(self, alias=free(self.function.partition(".")[0], taken))

    @property
    def name(self) -> str:
        """By which the script calls it."""
        first, dot, rest = self.function.partition(".")
        return f"{self.alias or first}{dot}{rest}"

    @property
    def keywords(self) -> str:
        """As a pool takes it: `, initializer=load, initargs=(3,)`."""
        return f", initializer={self.name}" + (f", initargs={self.values!r}" if self.values else "")

    @property
    def call(self) -> str:
        """As a statement: `load(3)`."""
        return f"{self.name}({', '.join(map(repr, self.values))})"

    @property
    def statement(self) -> str:
        """That imports it."""
        first = self.function.partition(".")[0]
        return f"from {self.module} import {first}" + (f" as {self.alias}" if self.alias not in ("", first) else "")


@dataclass(frozen=True)
class Source:
    """The user's work: a function of one item, and its items.

    module: as an import statement names it, `etl.load`; "" where the function stands in the script. function: its name
    there, or `OBJECT.method`. folders: where its modules lie, when that is not where Python looks for them by itself.
    is_coroutine: whether it is a coroutine function. passing: how an item reaches it. initializer: what each worker
    calls first; None for nothing.
    inner_threads: how many a BLAS or OpenMP library may have in a process; None for as many as it likes. guards: what
    stands around each item. rate: how many items may start in a unit of time; None for any number.
    bound: an expression that makes the function, where it has no name yet; "" where it has. shared: what each worker is
    given once; None for nothing.
    Raises UsageError for what no import statement can name.
    """

    module: str
    function: str
    items: Origin = ARGUMENTS
    folders: tuple[str, ...] = ()
    is_coroutine: bool = False
    passing: Passing = AS_IT_IS
    initializer: InitializerCall | None = None
    inner_threads: int | None = None
    guards: Guards = UNGUARDED
    rate: StartRate | None = None
    bound: str = ""
    shared: GivenOnce | None = None

    @property
    def arguments(self) -> str:
        """The arguments of the function's call for an item, as Python: `*item, limit=3`."""
        if self.shared is None:
            return self.passing.call
        keywords = [f"{name}={value!r}" for name, value in self.passing.keywords.items()]
        return ", ".join([self.shared.arguments, *keywords])

    def __post_init__(self) -> None:
        for name in (*filter(None, self.module.split(".")), *self.function.split(".")):
            if not name.isidentifier() or keyword.iskeyword(name):
                raise UsageError(f"can't import {self.function} from {self.module}: {name!r} is not a Python name")
