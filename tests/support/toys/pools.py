"""pools: executors as users make them, sound ones and others, each called with max_workers."""

import os
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

LOST, LATE, TWICE, HANGS = 3, 50, 5, 7  # the calls that go wrong


class Threads(ThreadPoolExecutor):
    """A class of the user's own is a factory too."""


def processes(max_workers: int) -> Executor:
    """A plain function that makes one."""
    return ProcessPoolExecutor(max_workers)


@contextmanager
def managed(max_workers: int) -> Iterator[Executor]:
    """The target of a with statement, as for executors that belong to a cluster."""
    with ProcessPoolExecutor(max_workers) as executor:
        yield executor


def loky(max_workers: int) -> Any:
    """Loky's, as joblib brings it."""
    from joblib.externals.loky import ProcessPoolExecutor as Loky

    return Loky(max_workers=max_workers)


class Losing(ThreadPoolExecutor):
    """Forgets one result."""

    def map(self, *arguments: Any, **keywords: Any) -> Iterator[Any]:
        """All results but one."""
        return (result for n, result in enumerate(super().map(*arguments, **keywords)) if n != LOST)


class LosingLate(ThreadPoolExecutor):
    """Forgets one result of many."""

    def map(self, *arguments: Any, **keywords: Any) -> Iterator[Any]:
        """All results but one."""
        return (result for n, result in enumerate(super().map(*arguments, **keywords)) if n != LATE)


class Mixing(ThreadPoolExecutor):
    """Returns results as they come, or nearly so."""

    def map(self, *arguments: Any, **keywords: Any) -> Iterator[Any]:
        """All results, the first one last."""
        first, *others = super().map(*arguments, **keywords)
        return iter([*others, first])


class Promising(ThreadPoolExecutor):
    """Returns futures, as a Dask client does."""

    def map(self, function: Any, items: Any, **keywords: Any) -> Iterator[Any]:  # type: ignore[override]
        """A future for each item."""
        return iter([self.submit(function, item) for item in items])


class Repeating(ThreadPoolExecutor):
    """Runs one call twice and returns it once."""

    calls = 0

    def submit(self, *arguments: Any, **keywords: Any) -> Future[Any]:
        """Submit it, one of them twice."""
        self.calls += 1
        if self.calls == TWICE:
            super().submit(*arguments, **keywords)
        return super().submit(*arguments, **keywords)


class Hanging(ThreadPoolExecutor):
    """Never runs one of the calls."""

    calls = 0

    def submit(self, *arguments: Any, **keywords: Any) -> Future[Any]:
        """Submit it, or promise it."""
        self.calls += 1
        return Future() if self.calls == HANGS else super().submit(*arguments, **keywords)


def refuses(max_workers: int) -> Executor:
    """Raises when it is called."""
    raise OSError("no licence for more workers")


def no_executor(max_workers: int) -> list[int]:
    """Returns something else."""
    return [max_workers]


def takes_none() -> Executor:
    """Takes no number of workers."""
    return ThreadPoolExecutor(2)


@contextmanager
def closing(max_workers: int) -> Iterator[Executor]:
    """Notes that it was closed."""
    with ThreadPoolExecutor(max_workers) as executor:
        yield executor
    Path(os.environ["POOLS_CLOSED"]).touch()


def at_most_four(max_workers: int) -> Executor:
    """As with a licence."""
    if max_workers > 4:
        raise OSError("no licence for more than four workers")
    return ThreadPoolExecutor(max_workers)
