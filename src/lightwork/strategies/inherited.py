"""inherited: a `ProcessPoolExecutor` whose forked workers inherit the function and the items; only places are sent.

For what is large, such as a table that every item carries, and for what can't be pickled, such as a lambda. Memory is
shared until someone writes to it. Fork only: other workers start empty.
"""

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Any

from lightwork.core.hand_out import Dynamic
from lightwork.strategies import strategy

SCRIPT = """\
from concurrent.futures import ProcessPoolExecutor


def run_at(place):
    item = items[place]
    return $function(item)


if __name__ == "__main__":
    items = $items
    # Forked workers inherit the items, so only their places are sent.
    with ProcessPoolExecutor($workers$mp_context$initializer) as executor:
        results = list(executor.map(run_at, range(len(items))$chunksize))
"""
WATCHED = SCRIPT.replace(
    "results = list(executor.map(run_at, range(len(items))$chunksize))",
    "answers = executor.map(run_at, range(len(items))$chunksize)\n"
    "        results = list($bar(answers, total=len(items)))",
)
job: list[Any] = []  # the function and the items, while workers are forked


def default_chunksize(items: int, workers: int) -> int:
    """One item at a time, as `ProcessPoolExecutor.map`."""
    return 1


def run_at(place: int) -> Any:
    """Run the item at this place in a worker, which has inherited it."""
    function, items = job
    return function(items[place])


@strategy(
    hand_out=Dynamic(per_worker=2, more=1),
    rank=50,
    script=SCRIPT,
    watched=WATCHED,
    call="ProcessPoolExecutor, items inherited",
    default_chunksize=default_chunksize,
    start_methods=("fork",),
    in_order=True,
    inherits=True,
    costs_like="process_executor",  # which it is, handed numbers
)
def run(function: Any, items: Sequence[Any], workers: int, chunksize: int | None, context: Any) -> list[Any]:
    """`ProcessPoolExecutor.map` of places: forked workers inherit the function and the items; results in order."""
    job[:] = function, items
    try:
        with ProcessPoolExecutor(workers, mp_context=context) as executor:
            return list(executor.map(run_at, range(len(items)), chunksize=chunksize or 1))
    finally:
        job.clear()
