"""Executors of the user's own as strategies: `pools:make`, by the name of what makes them.

    with make(max_workers=n) as executor:    # a concurrent.futures.Executor
        executor.map(function, items)

Where its workers are threads of the caller, the strategy's name says so: `pools:make-threads`. Nothing is imported
before items are run, so that saved results can be read where there is no such module.
"""

import pkgutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache, partial
from typing import Any

from lightwork.core.hand_out import Dynamic
from lightwork.strategies import IN_THREADS, Strategy

RANK = 15  # there already: as simple as the library's own
SCRIPT = """\
from MODULE import IMPORTED

if __name__ == "__main__":
    items = $items
    with FACTORY(max_workers=$workers) as executor:
        results = list(executor.map($function, items$chunksize))
"""
WATCHED = SCRIPT.replace(
    "results = list(executor.map($function, items$chunksize))",
    "answers = executor.map($function, items$chunksize)\n        results = list($bar(answers, total=len(items)))",
)
ALL_AT_ONCE = Dynamic(per_worker=None)  # into the executor's queue


def default_chunksize(items: int, workers: int) -> int:
    """The standard library's default: one item at a time."""
    return 1


@cache
def executor_strategy(name: str) -> Strategy:
    """The strategy of this name."""
    reference, in_threads = name.removesuffix(IN_THREADS), name.endswith(IN_THREADS)
    module, _, factory = reference.partition(":")
    named = {"MODULE": module, "IMPORTED": factory.partition(".")[0], "FACTORY": factory}
    return Strategy(
        name=name,
        run=partial(run, reference),
        opened=partial(opened, reference),
        summary=f"the executor that {reference} makes",
        hand_out=ALL_AT_ONCE,
        rank=RANK,
        script=_filled(SCRIPT, named),
        watched=_filled(WATCHED, named),
        call=factory,
        default_chunksize=None if in_threads else default_chunksize,
        start_methods=("fork",),  # it has its own way, which is no choice of ours
        parallel=True,
        workers="threads" if in_threads else "processes",
        executor=reference,
        needs=str,  # it was tried when it was asked for
        in_order=True,
    )


@contextmanager
def opened(reference: str, function: Any, workers: int, context: Any) -> Iterator[Any]:
    """The executor, kept: what it yields is called as submit(items, chunksize), as often as there is work."""
    make: Callable[..., Any] = pkgutil.resolve_name(reference)
    with make(max_workers=workers) as executor:
        yield lambda items, chunksize: executor.map(function, items, chunksize=chunksize or 1)


def run(
    reference: str, function: Any, items: Sequence[Any], workers: int, chunksize: int | None, context: Any
) -> list[Any]:
    """`Executor.map` of the user's own executor; results in order."""
    make: Callable[..., Any] = pkgutil.resolve_name(reference)
    with make(max_workers=workers) as executor:
        return list(executor.map(function, items, chunksize=chunksize or 1))


def _filled(script: str, named: dict[str, str]) -> str:
    for blank, word in named.items():
        script = script.replace(blank, word)
    return script
