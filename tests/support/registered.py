"""Cases over the registry of strategies, and which of them `make test` leaves to `make test-all`."""

from collections.abc import Iterable, Sequence
from typing import Any

import pytest

from lightwork import strategies
from lightwork.core.setting import START_METHODS

KINDS = ("map", "process_executor", "queue", "threads")  # a pool, an executor, processes of one's own, threads
EXECUTORS = ("toys.pools:Threads-threads", "toys.pools:processes", "toys.pools:loky")  # as users bring them
FORKED_KINDS = [(name, "fork") for name in KINDS]


def unless_absent(name: str, *more: Any) -> Any:
    """A strategy, and what else a test takes, as its parameters; skipped where it needs what is not here."""
    missing = strategies.absent(name)
    skipped = [pytest.mark.skip(reason=f"{name} {missing}")] if missing else []
    return pytest.param(
        name, *more, id="-".join(str(getattr(value, "name", value)) for value in (name, *more)), marks=skipped
    )


def each_once(cases: Iterable[Any]) -> list[Any]:
    """The cases, all marked `matrix` but the first with each value of each parameter.

    A strategy that is absent stands for nothing.
    """
    shown: set[tuple[int, Any]] = set()
    marked = []
    for case in cases:
        values = set(enumerate(case.values))
        stays = bool(case.marks) or not values <= shown
        if not case.marks:
            shown |= values
        marked.append(case if stays else _in_matrix(case))
    return marked


def all_but(kept: Sequence[tuple[Any, ...]], cases: Iterable[Any]) -> list[Any]:
    """The cases, all marked `matrix` but those with these values."""
    return [case if case.values in kept else _in_matrix(case) for case in cases]


def _in_matrix(case: Any) -> Any:
    return pytest.param(*case.values, id=case.id, marks=[*case.marks, pytest.mark.matrix])


def in_matrix(*cases: tuple[Any, ...]) -> list[Any]:
    """These cases, marked `matrix`."""
    return [pytest.param(*case, marks=pytest.mark.matrix) for case in cases]


EACH_METHOD = all_but([("fork",)], map(pytest.param, START_METHODS))
