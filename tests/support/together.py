"""Calls that mostly wait, made at once: each may take its deadline, and all together take little more than one."""

from collections.abc import Callable, Hashable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import pytest

Key = TypeVar("Key", bound=Hashable)
Result = TypeVar("Result")


def together(calls: Mapping[Key, Callable[[], Result]]) -> dict[Key, Callable[[], Result]]:
    """Make all calls and wait for all of them. Each result is had by a call, which raises what its call raised."""
    if not calls:
        return {}
    with ThreadPoolExecutor(len(calls)) as pool:
        made = {key: pool.submit(call) for key, call in calls.items()}
    return {key: future.result for key, future in made.items()}


def selected(request: pytest.FixtureRequest, test: Callable[..., object], *names: str) -> list[tuple[object, ...]]:
    """The values that these parameters of a test take in this run, those of skipped cases left out."""
    return [
        tuple(item.callspec.params[name] for name in names)
        for item in request.session.items
        if isinstance(item, pytest.Function)
        and item.originalname == test.__name__
        and item.path == request.path
        and not item.get_closest_marker("skip")
    ]
