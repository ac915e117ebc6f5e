"""joblib: `joblib.Parallel` with loky processes, as behind scikit-learn's `n_jobs`.

Loky starts each process as a fresh interpreter and pickles with cloudpickle, so functions from notebooks and scripts
work. There is no start method to choose; settings list loky's own as `fork`. With one worker joblib runs all items in
the caller.

joblib's default, `batch_size="auto"`, adapts the batch while it runs, so it can't be predicted. Here a batch is one
item by default; set a chunksize for larger ones.
"""

from collections.abc import Sequence
from typing import Any

from lightwork.core.hand_out import Batched
from lightwork.strategies import strategy

SCRIPT = """\
from joblib import Parallel, delayed

if __name__ == "__main__":
    items = $items
    parallel = Parallel(n_jobs=$workers, batch_size=$size)
    results = parallel(delayed($function)(item) for item in items)
"""
WATCHED = SCRIPT.replace("$size", '$size, return_as="generator"').replace(
    "results = parallel(delayed($function)(item) for item in items)",
    "answers = parallel(delayed($function)(item) for item in items)\n"
    "    results = list($bar(answers, total=len(items)))",
)


def default_chunksize(items: int, workers: int) -> int:
    """One item per batch."""
    return 1


@strategy(
    hand_out=Batched(),
    rank=60,
    script=SCRIPT,
    watched=WATCHED,
    call="joblib.Parallel",
    default_chunksize=default_chunksize,
    start_methods=("fork",),
    needs="joblib",
    by_value=True,
)
def run(function: Any, items: Sequence[Any], workers: int, chunksize: int | None, context: Any) -> list[Any]:
    """`joblib.Parallel` with loky processes, which are kept for the next call unless shut down."""
    from joblib import Parallel, delayed
    from joblib.externals.loky import get_reusable_executor

    try:
        results: list[Any] = Parallel(n_jobs=workers, backend="loky", batch_size=chunksize or 1)(
            delayed(function)(item) for item in items
        )
        return results
    finally:
        if workers > 1:
            get_reusable_executor().shutdown(wait=True)
