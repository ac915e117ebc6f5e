"""Mutations: valid data made wrong, in ways that follow from bytes alone, so that a fuzzer can steer them."""

import json
from collections.abc import Callable, Iterator
from typing import Any

WEIRD: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2**31, 2**63, -(2**63), 10**40, 0.0, -0.0, 1e308, -1e308, 5e-324, 0.5, "", "x", "-1",
    "1e999", "../../etc/passwd", "/dev/zero", "</script><script>alert(1)</script>", "=cmd|' /C calc'!A0", "\x1b[31m",
    "\u202e", "\ud800", "\x00", "serial", "serial-again", "ok", "a" * 5_000, [], {}, [[]], [None], {"": None},
)  # fmt: skip


class Bytes:
    """Numbers and choices from bytes; 0 once they have run out."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    @property
    def left(self) -> int:
        """How many bytes there are still."""
        return len(self._data) - self._at

    def number(self, below: int) -> int:
        """A number from 0, two bytes' worth."""
        taken = self._data[self._at : self._at + 2]
        self._at += 2
        return int.from_bytes(taken, "little") % below if below > 0 else 0

    def pick(self, choices: Any) -> Any:
        """One of these."""
        return choices[self.number(len(choices))]


def places(data: Any) -> Iterator[tuple[Any, Any]]:
    """Every place in the data: the list or dict, and the index or key in it."""
    if isinstance(data, dict | list):
        for key in data if isinstance(data, dict) else range(len(data)):
            yield data, key
            yield from places(data[key])


def mutated(sample: str, source: Bytes) -> Any:
    """The sample's JSON with some of its places made wrong."""
    data = json.loads(sample)
    for _ in range(1 + source.number(4)):
        found = list(places(data))
        if not found:
            break
        holder, key = source.pick(found)
        source.pick(CHANGES)(holder, key, source)
    return data


def _replace(holder: Any, key: Any, source: Bytes) -> None:
    holder[key] = source.pick(WEIRD)


def _remove(holder: Any, key: Any, source: Bytes) -> None:
    del holder[key]


def _scale(holder: Any, key: Any, source: Bytes) -> None:
    """Another number of the same kind, where it is one."""
    value = holder[key]
    if isinstance(value, int | float) and not isinstance(value, bool):
        holder[key] = value * source.pick((-1, 0, 2, 1_000, 10**9, 10**18))


def _repeat(holder: Any, key: Any, source: Bytes) -> None:
    """The same once more, under a name of its own."""
    if isinstance(holder, list):
        holder.append(holder[key])
    else:
        holder[f"{key}-"] = holder[key]


def _swap(holder: Any, key: Any, source: Bytes) -> None:
    """Two values change places."""
    other = source.pick(list(holder) if isinstance(holder, dict) else range(len(holder)))
    holder[key], holder[other] = holder[other], holder[key]


CHANGES: tuple[Callable[[Any, Any, Bytes], None], ...] = (_replace, _replace, _scale, _remove, _repeat, _swap)


def spoiled(text: bytes, source: Bytes) -> bytes:
    """Bytes cut, flipped and doubled here and there."""
    made = bytearray(text)
    for _ in range(1 + source.number(6)):
        if not made:
            break
        at = source.number(len(made))
        match source.number(4):
            case 0:
                made[at] = source.number(256)
            case 1:
                del made[at : at + 1 + source.number(64)]
            case 2:
                made[at:at] = made[at : at + 1 + source.number(64)]
            case _:
                del made[at:]
    return bytes(made)
