"""Planning: `lightwork.plan()`, the command `lightwork plan` as a call."""

import argparse
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from lightwork.api import where
from lightwork.api.call_words import argument_words
from lightwork.api.handing import checked, handed, listed, name_of
from lightwork.api.option_words import axis_words, json_words, option_word
from lightwork.api.plan import Plan
from lightwork.api.running import SERIAL, Chosen
from lightwork.errors import LightworkError, UsageError
from lightwork.workload.making import FrameRows

if TYPE_CHECKING:
    from lightwork.planning.answered import Answered

FUNCTIONS = ("setup", "cleanup", "initializer", "check")
WORDS = ("budget", "timeout", "memory_limit", "rate", "item_timeout", "on_error")
COUNTS = ("cores", "blocks", "max_in_flight", "retries", "inner_threads", "seed")
AXES = ("workers", "strategies", "chunksizes", "orders", "start_methods")
FLAGS = ("quick", "once", "cold", "scratch", "skip_failing", "starmap", "progress")
PLAIN = ("executor", "initargs", "arguments", "shared")
SOMEWHERE = "[...]"  # items that no name in the caller's source stands for


def plan(
    function: Callable[..., Any],
    items: Iterable[Any],
    *,
    budget: str | float | None = None,
    quick: bool = False,
    workers: str | int | Sequence[int] | None = None,
    strategies: str | Sequence[str] | None = None,
    executor: str | Callable[..., Any] | None = None,
    chunksizes: str | int | Sequence[int] | None = None,
    orders: str | Sequence[str] | None = None,
    start_methods: str | Sequence[str] | None = None,
    inner_threads: int | None = None,
    cores: float | None = None,
    blocks: int | None = None,
    timeout: str | float | None = None,
    memory_limit: str | float | None = None,
    max_in_flight: int | None = None,
    rate: str | None = None,
    setup: Callable[[], Any] | None = None,
    cleanup: Callable[[], Any] | None = None,
    initializer: Callable[..., Any] | None = None,
    initargs: Sequence[Any] = (),
    check: Callable[[list[Any]], Any] | None = None,
    starmap: bool = False,
    arguments: Mapping[str, Any] | None = None,
    shared: str | None = None,
    scratch: bool = False,
    cold: bool = False,
    once: bool = False,
    skip_failing: bool = False,
    on_error: str | None = None,
    retries: int = 0,
    item_timeout: str | float | None = None,
    progress: bool = False,
    seed: int = 1,
    quiet: bool = False,
) -> Plan:
    """Measure a function on its items and recommend a strategy, a number of workers and a chunksize.

    The function runs many times on the same items in separate processes: first serially, then with the settings most
    likely to win. It may be any function, of a module, a script or a notebook's cell, with `async def` or without;
    workers look for modules where the calling program does.

    function: of one item. items: at least two; a data frame's rows are dicts. budget: for all of it, seconds or words
    such as "30s", "2m"; 60 s by default, 15 s if quick. workers, chunksizes: counts or ranges such as "1-8";
    strategies, orders, start_methods: names; by default, all chosen for the job. executor: one more to compare, as
    "module:factory" or that function itself; called with max_workers, it returns a concurrent.futures.Executor.
    inner_threads: OMP_NUM_THREADS of the workers. cores: predict for a machine with this many. blocks: measure each
    setting this often, ignoring the budget. timeout: of a round. memory_limit: of all processes together, bytes or
    words such as "2GB". max_in_flight: run at most this many items at once; rate: start at most this many, such as
    "20/s". setup, cleanup: run before and after each round; check: gets all results of a round, False fails it.
    initializer: called once in each worker, with initargs. starmap: spread each item over the function's arguments;
    arguments: keywords for each call. shared: the name of an argument that is the same in all items, to be given to
    each worker once. scratch: run rounds in copies of the working directory. cold: evict the items'
    files from memory before each round. once: run each item once, serially, and predict the rest. skip_failing: plan
    without the items that fail. on_error, retries, item_timeout, progress: error handling and progress bar in the code
    to paste. seed: of all random choices. quiet: print no progress on standard error.

    Raises UsageError for invalid arguments or where it can't measure: in a worker, in a thread other than the main one,
    in a running event loop or under pytest-xdist. Raises WorkError if the work itself fails.
    """
    began_s = time.monotonic()
    options = {name: value for name, value in locals().items() if name not in ("function", "items", "began_s", "quiet")}
    where.refuse_where_nothing_can_be_measured("lightwork.plan()")
    frame = sys._getframe(1)  # noqa: SLF001  there is no other way to the caller's words
    words = argument_words(frame, 0, "function"), argument_words(frame, 1, "items")
    return planned_by_options(checked(function), listed(items), options, began_s, words=words, quiet=quiet)


def planned_by_options(
    function: Callable[..., Any], items: list[Any], options: Mapping[str, Any], began_s: float,
    *, words: tuple[str, str] = ("", ""), quiet: bool = False,
) -> Plan:  # fmt: skip
    """The plan for these options of plan(). words: what the caller's source calls function and items.

    Raises UsageError for an option that there is none of, besides what plan() raises.
    """
    from lightwork.machine.facts import facts as facts_of
    from lightwork.planning.answered import answered, say_aloud, surroundings
    from lightwork.planning.script.script import Named
    from lightwork.storage.paths import ready_data_dir

    around = {name: checked(options[name], name) for name in FUNCTIONS if options.get(name) is not None}
    asked, facts = _namespace(options), facts_of(ready_data_dir())
    module, name, bound = _named(function, words[0])
    named = Named(module, name, _items_words(words[1], items), _initializer_of(around), bound)
    with (
        surroundings(facts, began_s, _silent if quiet else say_aloud) as environment,
        handed(function, items, around, environment.workdir.temporary) as job,
    ):
        asked.target, asked.maker, asked.label = job.target, job.items, name_of(function)
        vars(asked).update(job.around)
        try:
            answer = answered(asked, environment, named)
        except LightworkError as error:  # which may name our module where the user knows a function
            raise type(error)(str(error).replace(f"{job.module}:", "")) from None
    return Plan(answer.result, answer.planned.study, function, _chosen(answer, around, options))


def _chosen(answer: "Answered", around: Mapping[str, Any], options: Mapping[str, Any]) -> Chosen:
    """How the job is run from now on."""
    recommended, request = answer.result.recommendation, answer.planned.request
    setting = replace(recommended.setting, chunksize=recommended.chunksize) if recommended else SERIAL
    return Chosen(
        setting=setting,
        way=answer.planned.passing.way,
        keywords=tuple((options.get("arguments") or {}).items()),
        timeout_s=request.guards.timeout_s,
        retries=request.guards.retries,
        apart_s=request.rate.kept_s if request.rate else 0.0,
        first=answer.planned.first,
        items=len(answer.planned.weights),
        inner_threads=request.inner_threads,
        collects=request.skip_failing,
        left_out=answer.planned.lethal if request.guards.collects else answer.planned.left_out,
        initializer=around.get("initializer"),
        initargs=tuple(options.get("initargs") or ()),
        shared=answer.planned.part,
    )


def _namespace(given: Mapping[str, Any]) -> argparse.Namespace:
    """The command's options, as words. Raises UsageError for values that no words stand for."""
    from lightwork.commands import plan as command

    if unknown_names := [name for name in given if name not in (*FUNCTIONS, *WORDS, *COUNTS, *AXES, *FLAGS, *PLAIN)]:
        raise UsageError(f"unknown option {unknown_names[0]!r}: see help(lightwork.plan)")
    parser = argparse.ArgumentParser()
    command.add_to(parser.add_subparsers())
    options = parser.parse_args(["plan", "function"])
    words = {name: option_word(name, given[name]) for name in (*WORDS, *COUNTS) if given.get(name) is not None}
    words = {name: word for name, word in words.items() if (name, word) != ("retries", "0")}
    axes = {name: axis_words(name, given[name]) for name in AXES if given.get(name) is not None}
    vars(options).update({**words, **axes, **{name: bool(given.get(name)) for name in FLAGS}})
    options.shared = option_word("shared", given["shared"]) if given.get("shared") else None
    options.executor = _executor_words(given.get("executor"))
    options.initargs = json_words("initargs", list(given["initargs"])) if given.get("initargs") else None
    options.arguments = json_words("arguments", dict(given["arguments"])) if given.get("arguments") else None
    return options


def _executor_words(executor: object) -> str | None:
    """As "module:factory". Raises UsageError for what workers could not find by such a name."""
    if executor is None or isinstance(executor, str):
        return executor
    if not callable(executor):
        kind = type(executor).__name__
        raise UsageError(f"executor is a {kind}, not what makes one: pass a function that takes max_workers")
    module, name, _ = _named(executor, "")
    if not module:
        raise UsageError(
            f"workers can't import executor {executor!r:.60}: define it at the top level of a module, and pass it or "
            "'module:factory'"
        )
    return f"{module}:{name}"


def _named(function: Callable[..., Any], words: str) -> tuple[str, str, str]:
    """Module and name by which a script finds the function, and the expression that makes it where it has no name."""
    module, name = getattr(function, "__module__", "") or "", getattr(function, "__qualname__", "")
    owner: Any = sys.modules.get(module)
    for part in name.split("."):
        owner = getattr(owner, part, None)
    if owner is function and module != "__main__":
        return module, name, ""
    if words and all(part.isidentifier() for part in words.split(".")):
        return "", words, ""
    is_here = owner is function
    return "", name if is_here else "function", "" if is_here else words or "..."


def _initializer_of(around: Mapping[str, Callable[..., Any]]) -> tuple[str, str] | None:
    return _named(around["initializer"], "")[:2] if "initializer" in around else None


def _items_words(words: str, items: list[Any]) -> str:
    """An expression for the items' list; of what only the caller's own place allows, as `await`, none."""
    try:
        compile(words, "items", "eval")
    except SyntaxError:  # no words at all, too
        return SOMEWHERE
    return f'{words}.to_dict("records")' if isinstance(items, FrameRows) else f"list({words})"


def _silent(words: str) -> None:
    """Say nothing."""
