"""Executors of the user's own as strategies: `pools:make`, by the name of what makes them.

    with make(max_workers=n) as executor:    # a concurrent.futures.Executor
        executor.map(function, items)

Where its workers are threads of the caller, the strategy's name says so: `pools:make-threads`. Nothing is imported
before items are run, so that saved results can be read where there is no such module.
"""

import pkgutil
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache, partial
from typing import Any

from lightwork.core.hand_out import Dynamic
from lightwork.errors import UsageError
from lightwork.strategies import IN_THREADS, Strategy
from lightwork.strategies.process_executor import default_chunksize

RANK = 15  # there already: as simple as the library's own
SCRIPT = """\
IMPORT

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


@cache
def executor_strategy(name: str) -> Strategy:
    """The strategy of this name."""
    reference, in_threads = name.removesuffix(IN_THREADS), name.endswith(IN_THREADS)
    module, _, factory = reference.partition(":")
    package, _, last = module.rpartition(".")
    names = {"IMPORT": f"from {package} " * bool(package) + f"import {last}", "FACTORY": f"{last}.{factory}"}
    return Strategy(
        name=name,
        run=partial(run, reference),
        opened=partial(opened, reference),
        summary=f"the executor that {reference} makes",
        hand_out=ALL_AT_ONCE,
        rank=RANK,
        script=_filled(SCRIPT, names),
        watched=_filled(WATCHED, names),
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
    with _factory(reference)(max_workers=workers) as executor:
        yield lambda items, chunksize: executor.map(function, items, **_chunks(chunksize))


def run(
    reference: str, function: Any, items: Sequence[Any], workers: int, chunksize: int | None, context: Any
) -> list[Any]:
    """`Executor.map` of the user's own executor; results in order."""
    with _factory(reference)(max_workers=workers) as executor:
        return list(executor.map(function, items, **_chunks(chunksize)))


def _factory(reference: str) -> Callable[..., Any]:
    """What makes the executor. Raises UsageError where it is no longer there."""
    try:
        return pkgutil.resolve_name(reference)  # type: ignore[no-any-return]
    except (ImportError, AttributeError) as error:
        raise UsageError(f"executor {reference} can't be imported: {error}") from None


def _chunks(chunksize: int | None) -> dict[str, int]:
    """The keyword of `map`; none where it has no chunks, as threads, whose `map` may not know it."""
    return {"chunksize": chunksize} if chunksize else {}


def _filled(script: str, names: dict[str, str]) -> str:
    return re.sub("|".join(names), lambda blank: names[blank[0]], script)
