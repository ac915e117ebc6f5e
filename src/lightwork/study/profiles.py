"""Profiles: which cells the bench suite measures, and for how long.

quick measures for at most three minutes, on a slow machine in fewer blocks, and at last under fewer settings; full
takes well over an hour, and has every strategy. Both keep to sizes whose serial time is well above a worker's
start-up: shorter work would measure the start-up alone.
"""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from lightwork.core.setting import Setting
from lightwork.errors import unknown
from lightwork.machine import start_method

if TYPE_CHECKING:
    from lightwork.strategies import Strategy

MANY = (
    "threads", "process_executor", "static", "static_striped", "fork", "map", "imap_unordered", "apply_async", "queue",
    "pipe",
)  # fmt: skip
WAITED_FOR = ("threads", "process_executor")
COMPUTED = ("static", "map", "imap_unordered", "queue")
Chunksizes = tuple[int | None, ...]
BLOCKS = 6, 20


@dataclass(frozen=True)
class Grid:
    """One workload with its parameters, and the axes of the settings it is measured under.

    strategies: None for every one that can run the workload here. budget_s: its share of the profile's time. blocks: at
    least and at most so many. is_limited: whether the time is not exceeded for the least blocks either, so that
    settings may be left out; what such a grid does not use goes to the next ones.
    start_methods: None for this Python's own. chunksizes apply to the strategies that have one, warm pools to those
    that can keep one.
    """

    workload: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    strategies: Sequence[str] | None = COMPUTED
    workers: Sequence[int] = (1, 2, 4)
    chunksizes: Chunksizes = (None,)
    start_methods: Sequence[str] | None = None
    orders: Sequence[str] = ("given",)
    cores: Chunksizes = (None,)
    pools: Sequence[Literal["fresh", "warm"]] = ("fresh",)
    budget_s: float = 20.0
    blocks: tuple[int, int] = BLOCKS
    is_limited: bool = False

    def strategy_names(self) -> Sequence[str]:
        """The strategies that are named, or every one that can run the workload here."""
        from lightwork import strategies
        from lightwork.study.design import fits
        from lightwork.workload import registry

        if self.strategies is not None:
            return self.strategies
        workload = registry.find(self.workload)
        return tuple(name for name in strategies.usable() if fits(workload, name))

    def settings(self) -> list[Setting]:
        """Every setting of the grid that its strategy can take, serial apart.

        Raises UsageError for a strategy that needs what is absent here.
        """
        from lightwork import strategies  # a strategy names its own module's needs

        by_name = {name: strategies.require(name) for name in self.strategy_names()}
        return [
            Setting(name, workers, chunksize, method, order, cores, pool)
            for name, strategy in by_name.items()
            if strategy.parallel
            for workers, chunksize, method, order, cores, pool in itertools.product(
                self.workers, self.chunksizes, self._methods_of(strategy), self.orders, self.cores, self.pools
            )
            if (chunksize is None or strategy.default_chunksize is not None)
            and (pool == "fresh" or strategy.opened is not None)
        ]

    def _methods_of(self, strategy: "Strategy") -> Sequence[str]:
        asked = self.start_methods or (start_method.default(),)
        return strategy.methods_among(asked, or_another=self.start_methods is None)


def _quick(workload: str, budget_s: float, **more: Any) -> Grid:
    """A part of three minutes, those in which rounds end and are saved included."""
    return Grid(workload, budget_s=budget_s, blocks=(3, 20), is_limited=True, **more)


# What one would try first; map hands out chunks by default, process_executor single items.
QUICK = (
    _quick("csv_parse", 36, strategies=("threads", "process_executor", "map"), workers=(2, 4)),
    _quick("sleep_io", 33, parameters={"sizes": "csv_parse"}, strategies=WAITED_FOR, workers=(2, 8)),
    _quick("sleep_io", 28, strategies=WAITED_FOR, workers=(2, 8, 32)),
    _quick(
        "file_read", 23, parameters={"files": 256}, strategies=("threads", "imap_unordered"), workers=(2, 4),
        chunksizes=(None, 16),
    ),
    _quick("db_insert", 18, parameters={"batches": 80}, strategies=("threads", "map"), workers=(2, 4)),
    _quick("csv_to_db", 22, parameters={"files": 37}, strategies=WAITED_FOR, workers=(2, 4)),
)  # fmt: skip

_WORKERS = (1, 2, 3, 4, 8, 16)


def _many(workload: str, **more: Any) -> Grid:
    """Those that a plan may name, under many worker counts."""
    return Grid(workload, strategies=MANY, workers=_WORKERS, budget_s=180.0, blocks=(10, 40), **more)


FULL = (
    _many("csv_parse"),
    _many("sleep_io", parameters={"sizes": "csv_parse"}),
    _many("sleep_io"),
    _many("sleep_io", parameters={"sizes": "giant"}, orders=("given", "largest-first", "largest-last")),
    _many("csv_parse", parameters={"split": "day"}),
    _many("file_read", parameters={"files": 256}),
    _many("file_read", parameters={"files": 256, "cache": "cold"}),
    _many("db_insert", parameters={"method": "row"}),
    _many("db_insert", parameters={"method": "batch"}),
    _many("db_insert", parameters={"method": "transaction"}),
    Grid("csv_parse", {"engine": "pandas"}, COMPUTED, (2, 4), start_methods=("fork", "spawn"), budget_s=180),
    Grid("sleep_io", {"sizes": "uniform"}, None, (2, 8), budget_s=180),
    Grid("csv_to_db", {}, ("static", "map", "imap_unordered", "queue", "single_writer"), (2, 4, 8), budget_s=600),
)
PROFILES = {"quick": QUICK, "full": FULL}


def find(name: str) -> tuple[Grid, ...]:
    """The profile of this name. Raises UsageError, naming the ones there are, when there is none."""
    if name not in PROFILES:
        raise unknown("profile", name, PROFILES)
    return PROFILES[name]
