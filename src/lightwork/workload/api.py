"""A workload: a function, the list of items it is applied to, and a check that the work was really done.

A built-in workload is one file in `workloads/` whose module name is the workload's name. Nothing else has to be edited
to add one:

    @dataclass(frozen=True)
    class Parameters:
        files: int = 100

    def items(parameters: Parameters, place: Place) -> list[str]: ...

    @workload(parameters=Parameters, items=items, tiny=Parameters(files=4))
    def read_file(path: str) -> int: ...
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from lightwork.errors import UsageError

if TYPE_CHECKING:
    from lightwork.core.setting import Setting

Fact = str | int | float | bool | None
Facts = Mapping[str, Fact]
ItemFunction = TypeVar("ItemFunction", bound=Callable[[Any], Any])
BUILT_IN = "lightwork.workloads"


@dataclass(frozen=True)
class Place:
    """Where a round may find and leave files.

    `data_dir` holds what `prepare` made: shared by all rounds and changed by none of them.
    `round_dir` is this round's own: empty before `setup`, removed after `cleanup`.
    """

    data_dir: Path
    round_dir: Path


@dataclass(frozen=True)
class Stages:
    """An item's work in two halves, for a strategy that has many processes parse and one store.

    parse: item -> what is to be stored of it, plain data that can be pickled.
    store: [(item, parsed), ...], one at least -> their results in that order; all of them in one go, so that it may
        commit once. function(item) == store([(item, parse(item))])[0].
    """

    parse: Callable[[Any], Any]
    store: Callable[[Sequence[tuple[Any, Any]]], Sequence[Any]]


@dataclass(frozen=True)
class Workload:
    """One workload, as its file describes it.

    name: the registry's key: the module's name, for a built-in one without its package.
    function: item -> result. Module-level (workers import it); its result is data that is the same
        whenever the work is the same, because that is what the engine compares (lightwork.host.digest).
    parameters: a frozen dataclass; every field has a default and is a str, int, float, bool or Literal.
    items: (parameters, place) -> the items in given order; the same ones at every call.
    tiny: parameters small enough for a unit test (well under 0.1 s of serial work).
    prepare: (parameters, data_dir), once before the first round: make the data if it is not there yet,
        atomically, so that a killed or a second `prepare` does no harm.
    limits: (parameters, settings) before anything is measured; returns a line for each limit worth knowing (a server's
        connections) and raises UsageError, naming it, when a setting would exceed one.
    setup: (parameters, place) before the round's clock starts; returns facts worth recording (cache state).
    check: (parameters, place, results in given order) after the clock has stopped; returns evidence that
        must equal the serial round's, and raises CheckFailed when the work can't have been done.
    cleanup: (parameters, place) after the check, whatever happened; round_dir itself is removed by the engine.
    name_of: item -> the name a person knows it by (a file's name).
    weight_of: item -> its expected size in any unit; orders items largest first.
    function_for: (function, parameters) -> what is really called with each item.
    stages: the function's two halves, for strategies that need them; None where it has none.
    coroutine: the same work as a coroutine function, for strategies that await it; None where there is none. Where the
        work is nothing else, function is its lightwork.workload.coroutine.Awaited.
    unsendable: why processes can't be sent the function, as "it is a lambda"; "" where they can. function_bytes: what
        they are sent of it, with each chunk: a name, or the object whose method it is; 0 for a name.
        function_pickling_ns: what pickling it takes.
    keeps: whether what an item did lasts (it is stored), and doing it once more does no harm: a round that broke off
        can then be retried (lightwork.study.retry). Its check asks nothing of the results.
    validation: the parameters, by the name of each case, under which `lightwork validate` holds predictions against
        measurements; a serial round should take 0.3 to 0.5 s. None: one case, at the default size. {}: none.
    """

    name: str
    function: Callable[[Any], Any]
    parameters: type
    items: Callable[[Any, Place], Sequence[Any]]
    tiny: Any
    prepare: Callable[[Any, Path], None] = lambda *_: None
    limits: "Callable[[Any, Sequence[Setting]], Sequence[str]]" = lambda *_: ()
    setup: Callable[[Any, Place], Facts] = lambda *_: {}
    check: Callable[[Any, Place, Sequence[Any]], Facts] = lambda *_: {}
    cleanup: Callable[[Any, Place], object] = lambda *_: None
    name_of: Callable[[Any], str] = str
    weight_of: Callable[[Any], float] = lambda _: 1.0
    function_for: Callable[[Callable[[Any], Any], Any], Callable[[Any], Any]] = lambda function, _: function
    stages: Stages | None = None
    coroutine: Callable[[Any], Any] | None = None
    unsendable: str = ""
    function_bytes: int = 0
    function_pickling_ns: int = 0
    keeps: bool = False
    validation: Mapping[str, Mapping[str, Any]] | None = None

    def halves(self, strategy: str) -> Stages:
        """The two halves of the function. Raises UsageError, naming the strategy that wants them, without any."""
        if self.stages is None:
            raise UsageError(
                f"strategy {strategy} needs separate parse and store functions: give @workload of {self.name} "
                "stages=Stages(parse, store), or choose another strategy"
            )
        return self.stages

    def awaitable(self, strategy: str) -> Callable[[Any], Any]:
        """The work as a coroutine function. Raises UsageError, naming the strategy that awaits it, without one."""
        if self.coroutine is None:
            raise UsageError(
                f"strategy {strategy} needs a coroutine function (async def), and {self.name} has a plain one: choose "
                "threads, or await asyncio.to_thread(...) in a coroutine function"
            )
        return self.coroutine


REGISTERED: dict[str, Workload] = {}  # by name; lightwork.workload.registry finds them


def workload(**description: Any) -> Callable[[ItemFunction], ItemFunction]:
    """Register the decorated function as the workload of its module; the fields are Workload's.

    The function is returned unchanged: an object in its place could not be pickled by name.
    """

    def register(function: ItemFunction) -> ItemFunction:
        name = function.__module__.removeprefix(f"{BUILT_IN}.")
        REGISTERED[name] = Workload(name=name, function=function, **description)
        return function

    return register
