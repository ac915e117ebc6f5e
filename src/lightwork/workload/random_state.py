"""Random state: generators that items draw from and that forked workers inherit, every one in the same state.

    states before the first item -> after it, and after the last -> the generators that went on along their sequence

Python's own functions of `random` are seeded anew in every forked process; numpy's global state is not, nor is a
generator that a module keeps. A generator that items seed does not go on where it was, and is no concern. Standard
library only, and numpy where the user's module has loaded it: the host imports this module.
"""

import pickle
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import islice
from random import Random, SystemRandom
from time import monotonic_ns
from typing import Any

from lightwork.workload.api import Facts
from lightwork.workload.kept_state import is_a

NAMES, OF_NUMPY = "random_state", "random_state_of_numpy"  # facts of a round
GLOBAL = "numpy.random"
PIECE, NEEDLE_BYTES = 1 << 16, 16  # words of 32 bits that are looked through at a time; what is looked for
WORD_NS = 1  # no item draws words faster; numpy takes 1.5 for one on a core of 2025
MOST_WORDS = 1 << 26  # takes 0.3 s
_watched: "list[DrawingFunction]" = []  # in this process, the last one


class DrawingFunction:
    """A function of an item, and the generators that its items might draw from."""

    def __init__(self, function: Callable[[Any], Any], generators: Mapping[str, Any]) -> None:
        self.function, self.generators = function, generators
        self.before, self.after_first = self._states(), dict[str, bytes]()
        self.first_ns = self.began_ns = monotonic_ns()

    def __call__(self, item: Any) -> Any:
        """The function's result."""
        result = self.function(item)
        if not self.after_first:
            self.first_ns, self.after_first = monotonic_ns(), self._states()
        return result

    def drawn_from(self) -> list[str]:
        """The names of the generators that the first item, or all of them, drew from without seeding them."""
        looks = ((self.first_ns, self.after_first), (monotonic_ns(), self._states()))
        return [
            name
            for name, before in self.before.items()
            if any(_goes_on(before, after.get(name, before), until_ns - self.began_ns) for until_ns, after in looks)
        ]

    def _states(self) -> dict[str, bytes]:
        return {name: pickle.dumps(_state(generator)) for name, generator in self.generators.items()}


def watched(function: Callable[[Any], Any], users: Any) -> Callable[[Any], Any]:
    """The function such that `facts` can tell; itself where there is nothing to watch. users: what the user named."""
    _watched.clear()
    generators = _generators(users)
    if not generators:
        return function
    _watched.append(DrawingFunction(function, generators))
    return _watched[0]


def facts() -> Facts:
    """The names of generators that this process's items drew from, and whether some are numpy's; nothing for none."""
    by_name = {name: each.generators[name] for each in _watched for name in each.drawn_from()}
    is_numpy = not all(isinstance(generator, Random) for generator in by_name.values())
    return {NAMES: ", ".join(by_name), OF_NUMPY: is_numpy} if by_name else {}


def _generators(function: Any) -> dict[str, Any]:
    """Numpy's global one, and those that the function's module or its object keeps, by name."""
    while isinstance(function, partial):
        function = function.func
    module = sys.modules.get(getattr(function, "__module__", None) or "")
    owner = getattr(function, "__self__", function)
    shared = getattr(sys.modules.get("numpy.random.mtrand"), "_rand", None)
    named = {**getattr(module, "__dict__", {}), **getattr(owner, "__dict__", {})}
    drawn_from = {name: value for name, value in named.items() if is_a(value, *_kinds()) and value is not shared}
    seeded_anew = {name for name, value in drawn_from.items() if is_a(value, SystemRandom)}
    by_name = {} if shared is None else {GLOBAL: shared}
    return by_name | {name: value for name, value in drawn_from.items() if name not in seeded_anew}


def _kinds() -> tuple[type, ...]:
    numpy_random: Any = sys.modules.get(GLOBAL)
    return (Random, numpy_random.Generator, numpy_random.RandomState) if numpy_random else (Random,)


def _state(generator: Any) -> Any:
    """All that decides what it gives next."""
    if isinstance(generator, Random):
        return generator.getstate()
    return (getattr(generator, "_bit_generator", None) or generator.bit_generator).state


def _goes_on(before: bytes, after: bytes, took_ns: int) -> bool:
    """Whether a generator came from one state to the other by being drawn from, and was not seeded in between.

    Only a Mersenne Twister can be seeded in place: its later words are looked for in the sequence from before on.
    """
    if before == after:
        return False
    words, later = _words(pickle.loads(before)), _words(pickle.loads(after))
    if words is None or later is None:
        return True
    wanted, end = next(later)[:NEEDLE_BYTES], b""
    most = min(took_ns // WORD_NS, MOST_WORDS)
    for piece in islice(words, most // PIECE + 2):
        if wanted in end + piece:
            return True
        end = piece[-NEEDLE_BYTES:]
    return False


def _words(state: Any) -> Iterator[bytes] | None:
    """The sequence that a Mersenne Twister gives from this state on, in pieces; None for any other generator."""
    if isinstance(state, tuple):
        twister = Random()
        twister.setstate(state)
        return iter(lambda: twister.getrandbits(32 * PIECE).to_bytes(4 * PIECE, "little"), None)
    if state.get("bit_generator") != "MT19937":
        return None
    numpys = sys.modules[GLOBAL].MT19937()
    numpys.state = state
    return iter(lambda: numpys.random_raw(PIECE).astype("<u4").tobytes(), None)
