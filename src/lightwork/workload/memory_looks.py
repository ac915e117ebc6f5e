"""Looks at memory: what the process that runs items has, after so many of them. Standard library only.

take(done, now_s) between items | facts() -> evidence of the round -> looks_in(evidence)
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from lightwork.core.leak import MemoryLook
from lightwork.machine import proc
from lightwork.workload.api import Facts

LOOKS = "memory_looks"  # a fact of a round
EVERY_S = 0.02  # at most: one takes some 10 us

_taken: list[MemoryLook] = []
_next_s = 0.0


class WithoutResult:
    """The function, but that its results are not kept, as in a worker that has sent them."""

    def __init__(self, function: Callable[[Any], Any]) -> None:
        self.function = function

    def __call__(self, item: Any) -> None:
        """Run the item."""
        self.function(item)


def take(done: int, now_s: float) -> None:
    """Look, where the last look is long enough ago. done: items that this process has done."""
    global _next_s  # noqa: PLW0603  a fact of the process
    if now_s >= _next_s:
        _next_s = now_s + EVERY_S
        size_bytes = _own_bytes()
        if size_bytes is not None:
            _taken.append((done, size_bytes))


def facts() -> Facts:
    """The looks in this process; nothing where there was none."""
    return {LOOKS: json.dumps(_taken)} if _taken else {}


def looks_in(evidence: Mapping[str, Any]) -> list[MemoryLook]:
    """What a round's evidence tells."""
    return [(done, size_bytes) for done, size_bytes in json.loads(evidence.get(LOOKS, "[]"))]


def _own_bytes() -> int | None:
    """Memory in use that no file and no other process has a part in; None where the system does not tell."""
    in_use = proc.memory_bytes()
    return None if in_use is None else in_use.resident - in_use.shared
