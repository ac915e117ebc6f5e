"""Axes: what a plan may choose from; None leaves it to what the job itself shows (lightwork.planning.forecast)."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import product

from lightwork.core.setting import Setting
from lightwork.machine import start_method
from lightwork.strategies import SHARING, find, in_force

USUAL = ("threads", "process_executor", "map", "imap_unordered")  # two lines to paste, whatever the job
AWAITED = ("asyncio", *USUAL)  # of a coroutine function
LONGER_TO_WRITE = ("inherited",)  # considered where it gains much over all of these, as nothing large is sent
BY_VALUE = "joblib"  # of a function that can't be sent by its name, beside threads
FRESH = "forkserver"  # of those start methods whose workers inherit nothing, the one that starts them faster
LADDER = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128)  # worker counts: half as many again, or a third
MOST_WAVES = 4  # in which equal items are done: n / 2 workers take two, and those between n / 2 and n no fewer


@dataclass(frozen=True)
class Axes:
    """The axes that were asked for.

    strategies: by name. rare: those that are considered only where they gain much over all others. workers, chunksizes,
    orders: None for those that fit the job; a chunksize of None is the strategy's own default. start_methods: to start
    processes with, this Python's own by default. may_change_method: whether others may be taken where these don't do.
    most_in_flight: how many items may run at once, whatever runs them; None for no limit.
    """

    strategies: tuple[str, ...] = USUAL
    workers: tuple[int, ...] | None = None
    chunksizes: tuple[int | None, ...] | None = None
    orders: tuple[str, ...] | None = None
    start_methods: tuple[str, ...] = field(default_factory=lambda: (start_method.default(),))
    may_change_method: bool = False
    most_in_flight: int | None = None
    rare: tuple[str, ...] = ()

    def kinds(self) -> list[tuple[str, str]]:
        """Every strategy with every start method that it can take."""
        return [(name, method) for name in self.strategies for method in self.methods_of(name)]

    def methods_of(self, strategy: str) -> tuple[str, ...]:
        """The start methods that a strategy may take."""
        return find(strategy).methods_among(self.start_methods, or_another=self.may_change_method)

    def in_caller(self) -> "Axes":
        """With those strategies alone whose workers pickle nothing: threads, and tasks of an event loop."""
        names = tuple(name for name in self.strategies if find(name).workers in SHARING)
        return replace(self, strategies=names, rare=())

    def elsewhere(self) -> "Axes":
        """Without those strategies whose workers are in the calling process, unless none would be left."""
        return self.without(self.in_caller().strategies)

    def counts(self, most: int, items: int) -> list[int]:
        """Worker counts to try, ascending: those that were asked for, else the ladder up to `most`."""
        if self.workers is not None:
            return sorted(set(self.workers))
        most = min(most, self.most_in_flight or most)
        waves = {-(-items // count) for count in range(1, MOST_WAVES + 1)}
        return sorted({*(count for count in (*LADDER, *waves) if 1 < count <= most), max(most, 1)})

    def with_method(self, method: str) -> "Axes":
        """The same with workers that start by this method besides, where another may be taken and it is safe."""
        joins = self.may_change_method and method not in self.start_methods and start_method.is_safe(method)
        return replace(self, start_methods=(*self.start_methods, method)) if joins else self

    def without(self, strategies: Collection[str]) -> "Axes":
        """The same without these strategies, unless none would be left."""
        left, rare = (tuple(name for name in some if name not in strategies) for some in (self.strategies, self.rare))
        return replace(self, strategies=left, rare=rare) if left else self


def settings_of(
    kinds: Iterable[tuple[str, str]], counts: Sequence[int], chunksizes: Sequence[int | None], orders: Sequence[str]
) -> list[Setting]:
    """Every combination that its strategy can take, each once."""
    made = [
        Setting(name, workers, chunksize if find(name).default_chunksize else None, method, order)
        for (name, method), workers, chunksize, order in product(kinds, counts, chunksizes, orders)
    ]
    return list(dict.fromkeys(made))


def each_once(settings: Iterable[Setting], items: int) -> list[Setting]:
    """The first of those that come to the same: the default chunksize, and the same number asked for."""
    first: dict[Setting, Setting] = {}
    for setting in settings:
        first.setdefault(in_force(setting, items), setting)
    return list(first.values())
