"""Running: a job with the setting that its plan recommends, by the strategies that were measured.

function, items, Chosen -> the strategy's own run -> results, in the items' order or as they come
"""

import multiprocessing
import os
import sys
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from math import ceil
from pathlib import Path
from typing import Any

from lightwork import strategies
from lightwork.api.progress import progress_bar
from lightwork.api.where import is_in_loop
from lightwork.core.setting import Setting, arrange
from lightwork.errors import UsageError
from lightwork.strategies import Strategy, in_force
from lightwork.workload import arguments, guarded, shared_part, target, turns
from lightwork.workload.called import Begun, Called, CoroutineBegun, CoroutineNumbered, ItemError, Numbered
from lightwork.workload.coroutine import is_coroutine_function, plain
from lightwork.workload.shared_part import CommonPart

RAISE, COLLECT = "raise", "collect"
SERIAL = Setting("serial")
LEFT_OUT = "left out: it failed when the job was planned"
FIRST_PAUSE_S = 1.0  # before an item is tried again, as in the code to paste
AS_THEY_COME = {"map": "imap_unordered"}  # the same pool, whose results need not wait for all others
THREADS = "OMP_NUM_THREADS"


@dataclass(frozen=True)
class Chosen:
    """How a job is run.

    way, keywords: how an item reaches the function. timeout_s, retries: of an item; 0 for none. apart_s: between the
    starts of two items, at least. initializer, initargs: what each worker calls before its first item; None for
    nothing. first: the places of the long items, which go first where the items are those of the plan; left_out: of
    those that are not run then, for they failed; items: how many these were. inner_threads: that OMP_NUM_THREADS must
    allow; None for any number. collects: whether the plan was made to go on after errors. shared: what all items have
    in common and each process is given once; None for nothing.
    """

    setting: Setting
    way: str = arguments.WHOLE
    keywords: tuple[tuple[str, Any], ...] = ()
    timeout_s: float = 0.0
    retries: int = 0
    apart_s: float = 0.0
    initializer: Callable[..., Any] | None = None
    initargs: tuple[Any, ...] = ()
    first: tuple[int, ...] = ()
    items: int = 0
    inner_threads: int | None = None
    collects: bool = False
    left_out: tuple[int, ...] = ()
    shared: CommonPart | None = None

    def words(self, count: int) -> str:
        """What is used for so many items."""
        from lightwork.planning.forecast import crew_of
        from lightwork.text.crews import crew_words
        from lightwork.text.quantities import counted

        how = "serially" if self.setting == SERIAL else f"with {crew_words(crew_of(self.setting))}"
        return f"running {counted(count, 'item')} {how}"


def results_of(
    function: Callable[..., Any], items: Sequence[Any], chosen: Chosen, on_error: str | None = None,
    *, progress: bool | None = None,
) -> list[Any]:  # fmt: skip
    """The results of all items, in their order. Raises like `stream`."""
    results: list[Any] = [None] * len(items)
    for number, result in _answers(function, items, chosen, _collects(chosen, on_error), progress):
        results[number] = result
    return results


def stream(
    function: Callable[..., Any], items: Sequence[Any], chosen: Chosen, on_error: str | None = None,
    *, progress: bool | None = None,
) -> Iterator[tuple[Any, Any]]:  # fmt: skip
    """Item and result, as they come.

    on_error: "raise", the first item's error with a note that names the item, or "collect", ItemError in the result's
    place; None for what the plan was made for. progress: whether a bar is shown; None where standard error is a
    terminal, and in a notebook.
    Raises UsageError for another on_error, for a strategy that is not there, and where OMP_NUM_THREADS is not the
    plan's; what the first item raised.
    """
    name = AS_THEY_COME.get(chosen.setting.strategy, chosen.setting.strategy)
    chosen = replace(chosen, setting=replace(chosen.setting, strategy=name))
    answers = _answers(function, items, chosen, _collects(chosen, on_error), progress)
    return ((items[number], result) for number, result in answers)


def _collects(chosen: Chosen, on_error: str | None) -> bool:
    """Whether errors are collected. Raises UsageError where the job can't be run as it was planned."""
    if on_error not in (None, RAISE, COLLECT):
        raise UsageError(f"on_error can't be {on_error!r}: choose {RAISE} or {COLLECT}")
    if chosen.inner_threads and os.environ.get(THREADS) != str(chosen.inner_threads):
        needed = f"{THREADS}={chosen.inner_threads}"
        raise UsageError(f"this plan needs {needed} before numpy is imported: set it, or use the plan's code")
    return chosen.collects if on_error is None else on_error == COLLECT


def _answers(
    function: Callable[..., Any], items: Sequence[Any], chosen: Chosen, collects: bool, progress: bool | None
) -> Iterator[tuple[int, Any]]:
    """The number and the result of each item."""
    setting = in_force(_fitted(chosen.setting, len(items)), len(items))
    strategy = strategies.require(setting.strategy)
    _refuse_what_workers_lack(function, strategy, setting)
    with ExitStack() as around:
        wrapped = _wrapped(function, strategy, chosen, around)
        left_out = set(chosen.left_out if len(items) == chosen.items else ())
        yield from ((number, ItemError(items[number], LEFT_OUT, "")) for number in left_out)
        places = _places(items, setting, chosen, left_out)
        sent = items
        if chosen.shared and strategy.workers == "processes" and not strategy.has_items(setting.start_method):
            wrapped, sent = _given_once(wrapped, items, chosen.shared, setting, around)
        shown = around.enter_context(progress_bar(len(places), progress))
        in_loop = is_coroutine_function(function) and strategy.in_caller and is_in_loop()
        run = _in_thread if in_loop else _handed_out  # a notebook runs every cell in a loop of its own
        if strategy.in_order:
            handed = sent if isinstance(places, range) else [sent[place] for place in places]
            pairs: Iterable[tuple[int, Any]] = zip(
                places, shown(run(strategy, Called(wrapped, collects), handed, setting)), strict=True
            )
        else:
            kind = CoroutineNumbered if strategy.awaits else Numbered
            numbered = [(place, sent[place]) for place in places]
            pairs = shown(run(strategy, kind(wrapped, collects), numbered, setting))
        yield from pairs if sent is items else _of_whole_items(pairs, items)


def _given_once(
    function: Callable[[Any], Any], items: Sequence[Any], part: CommonPart, setting: Setting, around: ExitStack
) -> tuple[Callable[[Any], Any], list[Any]]:
    """The function and the items without what they have in common, which workers inherit or load from a file.

    Raises UsageError where items differ in it.
    """
    shared_part.refuse_unfit(part, items)
    folder = around.enter_context(tempfile.TemporaryDirectory(prefix="lightwork-"))
    file = f"{folder}/shared.pickle"
    if setting.start_method != "fork":
        shared_part.write(part.of(items[0]), Path(file))
    around.callback(shared_part.forget, file)
    return shared_part.with_part(function, part, file), shared_part.taken_out(items, part, file)


def _of_whole_items(pairs: Iterable[tuple[int, Any]], items: Sequence[Any]) -> Iterator[tuple[int, Any]]:
    """The numbers and results, errors with the whole items that they are of."""
    for number, result in pairs:
        yield number, replace(result, item=items[number]) if isinstance(result, ItemError) else result


def _refuse_what_workers_lack(function: Callable[..., Any], strategy: Strategy, setting: Setting) -> None:
    """Raise UsageError for a notebook's own function that fresh processes would look for: a pool would wait."""
    has_file = hasattr(sys.modules["__main__"], "__file__")
    is_fresh = strategy.workers == "processes" and setting.start_method != "fork"
    if is_fresh and not has_file and getattr(function, "__module__", "") == "__main__":
        raise UsageError(
            f"workers started by {setting.start_method} can't import from a notebook: save the function in a module"
        )


def _wrapped(
    function: Callable[..., Any], strategy: Strategy, chosen: Chosen, around: ExitStack
) -> Callable[[Any], Any]:
    """The function of one item as it was planned. around: is left when the job is done."""
    function, pace = (function if strategy.awaits else plain(function)), None
    if chosen.apart_s:
        folder = around.enter_context(tempfile.TemporaryDirectory(prefix="lightwork-"))
        pace = partial(turns.paced, path=f"{folder}/turns", apart_s=chosen.apart_s)
    function = guarded.guarded(function, chosen.timeout_s, chosen.retries, pace, FIRST_PAUSE_S)
    function = arguments.with_arguments(function, chosen.way, dict(chosen.keywords))
    if chosen.initializer is None:
        return function
    begun = CoroutineBegun if is_coroutine_function(function) else Begun
    return begun(function, partial(plain(chosen.initializer), *chosen.initargs))


def _places(items: Sequence[Any], setting: Setting, chosen: Chosen, left_out: Collection[int]) -> Sequence[int]:
    """The items' places, in the order in which they are handed out; a range where that is all of them as given."""
    if setting.order == "given" and not left_out:
        return range(len(items))
    return [place for place in _arranged(items, setting, chosen) if place not in left_out]


def _arranged(items: Sequence[Any], setting: Setting, chosen: Chosen) -> list[int]:
    """The places of all items."""
    if setting.order == "largest-first" and chosen.first and len(items) == chosen.items:
        first = dict.fromkeys(chosen.first)
        return [*first, *(place for place in range(len(items)) if place not in first)]
    return arrange(range(len(items)), setting.order, lambda place: target.weight_of(items[place]), 1)


def _fitted(setting: Setting, count: int) -> Setting:
    """The setting for so many items: no more workers than items, and no larger chunks than give each worker one."""
    if count < 2:  # noqa: PLR2004  one item has nobody to share it with
        return SERIAL
    workers = min(setting.workers, count)
    chunksize = min(setting.chunksize, ceil(count / workers)) if setting.chunksize else None
    return replace(setting, workers=workers, chunksize=chunksize)


def _handed_out(strategy: Strategy, call: Called, items: Sequence[Any], setting: Setting) -> Iterator[Any]:
    """The results as the strategy hands them to its caller."""
    context = multiprocessing.get_context(None if strategy.starts_its_own_way else setting.start_method)
    if not strategy.parallel:
        yield from map(call, items)
    elif strategy.opened:
        with strategy.opened(call, setting.workers, context) as submit:
            yield from submit(items, setting.chunksize)
    else:
        yield from strategy.run(call, items, setting.workers, setting.chunksize, context)


def _in_thread(strategy: Strategy, call: Called, items: Sequence[Any], setting: Setting) -> Iterator[Any]:
    """The same from a thread without an event loop, all at the end."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as executor:
        yield from executor.submit(lambda: list(_handed_out(strategy, call, items, setting))).result()
