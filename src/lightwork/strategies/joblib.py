"""joblib: `joblib.Parallel` on loky's processes. The library behind scikit-learn's `n_jobs`.

Loky starts processes in its own way, each a fresh interpreter, and pickles by cloudpickle, so that a function of a
notebook or of the script itself can be run. As no start method can be chosen, `fork`, the first one, stands for
loky's own. One worker is none: joblib then runs all items in the caller.

joblib's own default, `batch_size="auto"`, finds the batch while it runs, by timing batches: the same call hands out
differently each time, and nobody can say beforehand how. Here it is one item unless told, so that it can be predicted,
and a plan that tries chunksizes finds the batch that suits.
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


def default_chunksize(items: int, workers: int) -> int:
    """One item a batch."""
    return 1


@strategy(
    hand_out=Batched(),
    rank=60,
    script=SCRIPT,
    default_chunksize=default_chunksize,
    start_methods=("fork",),
    needs="joblib",
)
def run(function: Any, items: Sequence[Any], workers: int, chunksize: int | None, context: Any) -> list[Any]:
    """`joblib.Parallel` with loky's processes, which are kept for the next call unless they are shut down."""
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
