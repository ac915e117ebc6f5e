"""no_op: almost no work, so that only the cost of handing items over is left.

    application    a row, a pixel or a request per task; with payload_bytes, large results
    mix            nothing but `turns` loop turns and creating the result
    default size   2,000 items, no turns, no payload
    distribution   all items are equal
    item           its number
    check          one result per item, each of the right length

The result is the payload, or the item's number without one. Each item creates its own payload: a shared one would be
pickled only once.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from lightwork.errors import CheckFailed, UsageError
from lightwork.workload.api import Facts, Place, workload

from ._limits import at_least_one


@dataclass(frozen=True)
class Parameters:
    """payload_bytes: size of each result; 0 returns the item's number. turns: empty loop turns per item."""

    items: int = 2_000
    payload_bytes: int = 0
    turns: int = 0

    def __post_init__(self) -> None:
        at_least_one("no_op", items=self.items)
        for name in ("payload_bytes", "turns"):
            if getattr(self, name) < 0:
                raise UsageError(f"no_op.{name} can't be {getattr(self, name)}: it must be at least 0")


def items(parameters: Parameters, place: Place) -> list[int]:
    """The numbers."""
    return list(range(parameters.items))


def check(parameters: Parameters, place: Place, results: Sequence[Any]) -> Facts:
    """Compare the results with what was to come back. Raises CheckFailed with how many are missing or differ."""
    if len(results) != parameters.items:
        raise CheckFailed(f"no_op: {len(results)} results returned for {parameters.items} items")
    size_bytes = parameters.payload_bytes
    expected = (size_bytes for _ in results) if size_bytes else range(parameters.items)
    returned = (len(value) if isinstance(value, bytes) else value for value in results)
    wrong = sum(result != other for result, other in zip(returned, expected, strict=True))
    if wrong:
        raise CheckFailed(f"no_op: {wrong} of {len(results)} results differ")
    return {"results": len(results)}


@dataclass(frozen=True)
class Turn:
    """The function of the items: so many turns, then the payload."""

    payload_bytes: int
    turns: int

    def __call__(self, item: int) -> int | bytes:
        """Do them."""
        for _ in range(self.turns):
            pass
        return b"x" * self.payload_bytes if self.payload_bytes else item


class TurnAsync(Turn):
    """The same as a coroutine function."""

    async def __call__(self, item: int) -> int | bytes:  # type: ignore[override]
        """Do them, waiting for nothing."""
        return super().__call__(item)


def function_for(function: Callable[[int], Any], parameters: Parameters) -> Callable[[int], Any]:
    """What is called with each item: the bare function where there is neither payload nor turns."""
    if parameters.payload_bytes or parameters.turns:
        return (TurnAsync if function is no_op_async else Turn)(parameters.payload_bytes, parameters.turns)
    return function


async def no_op_async(item: int) -> int | bytes:
    """Return the item, as a coroutine that waits for nothing."""
    return item


@workload(
    parameters=Parameters,
    coroutine=no_op_async,
    items=items,
    check=check,
    function_for=function_for,
    name_of=lambda item: f"item {item}",
    tiny=Parameters(items=8),
    validation={},  # nothing but hand-over, which the calibration measures
)
def no_op(item: int) -> int | bytes:
    """Return the item."""
    return item
