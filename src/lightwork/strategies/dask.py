"""dask: `Client.map` on a cluster: a local one, or one that is already running. Each chunk is one task.

LIGHTWORK_SCHEDULER is the scheduler address of a running cluster, as tcp://HOST:PORT. That cluster is not shut down.
"""

import os
from collections.abc import Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

from lightwork.core.hand_out import Dynamic
from lightwork.strategies import strategy

SCRIPT = """\
from dask import config
from dask.distributed import Client, LocalCluster, as_completed


def work(chunk):
    return [$function(item) for item in chunk]


if __name__ == "__main__":
    items = $items
    config.set({"distributed.worker.multiprocessing-method": "$start_method"})
    cluster = LocalCluster(n_workers=$workers, threads_per_worker=1, dashboard_address=":0")
    with cluster, Client(cluster) as client:
        chunks = $chunks
        tasks = as_completed(client.map(work, chunks, pure=False), with_results=True)
        results = [result for _, part in tasks for result in part]
"""
WATCHED = SCRIPT.replace("        results = ", "        tasks = $bar(tasks, total=len(chunks))\n        results = ")


def work(function: Any, chunk: Sequence[Any]) -> list[Any]:
    """Run one chunk in the worker."""
    return [function(item) for item in chunk]


def default_chunksize(items: int, workers: int) -> int:
    """One item per task, as in `Client.map`."""
    return 1


@strategy(
    hand_out=Dynamic(per_worker=2),  # its scheduler keeps two tasks at every worker of one thread
    rank=80,
    script=SCRIPT,
    watched=WATCHED,
    default_chunksize=default_chunksize,
    start_methods=("fork", "spawn"),
    workers="remote",
    needs="distributed",
    extra="dask",
    by_value=True,
)
def run(function: Any, items: Sequence[Any], workers: int, chunksize: int | None, context: Any) -> list[Any]:
    """`Client.map` with one task per chunk; results are fetched as they finish, so a lost worker loses few."""
    from dask.distributed import as_completed

    size = chunksize or 1
    chunks = [items[first : first + size] for first in range(0, len(items), size)]
    with cluster(workers, context) as (client, addresses):
        # pure: without it, tasks that look alike are run once for all of them
        tasks = client.map(partial(work, function), chunks, pure=False, workers=addresses)
        return [result for _, part in as_completed(tasks, with_results=True) for result in part]


@contextmanager
def cluster(workers: int, context: Any) -> Any:
    """A client, and the addresses of the workers to use; None for all that its cluster has."""
    import dask
    from dask.distributed import Client, LocalCluster

    address = os.environ.get("LIGHTWORK_SCHEDULER")
    if address:
        with Client(address) as client:
            addresses = sorted(client.nthreads())
            if len(addresses) < workers:
                raise RuntimeError(f"{address} has {len(addresses)} workers, fewer than {workers}")
            yield client, addresses[:workers] if workers < len(addresses) else None
        return
    method = {"distributed.worker.multiprocessing-method": context.get_start_method()}
    with (
        dask.config.set(method),
        LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=":0") as local,
        Client(local) as client,
    ):
        yield client, None
