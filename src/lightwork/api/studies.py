"""Studies: `lightwork.measure()`, every setting that was asked for, in interleaved blocks beside the serial run."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from lightwork.api import where
from lightwork.api.handing import checked, handed, listed, name_of
from lightwork.api.option_words import axis_words, option_word
from lightwork.errors import UsageError

if TYPE_CHECKING:
    from lightwork.core.setting import Setting
    from lightwork.notebook import ShownStudy

STRATEGIES = ("threads", "process_executor")
LEAST_BLOCKS, MOST_BLOCKS = 3, 12


def measure(
    function: Callable[..., Any],
    items: Iterable[Any],
    *,
    strategies: str | Sequence[str] = STRATEGIES,
    workers: str | int | Sequence[int] | None = None,
    chunksizes: str | int | Sequence[int] | None = None,
    orders: str | Sequence[str] = "given",
    start_methods: str | Sequence[str] | None = None,
    blocks: int | None = None,
    budget: str | float = "60s",
    timeout: str | float | None = None,
    seed: int = 1,
) -> "ShownStudy":
    """Measure every one of these settings beside the serial run, as `pytest bench/` does its workloads.

    function: of one item, of a module, a script or a notebook's cell. items: at least one. strategies, orders,
    start_methods: names; workers: counts or words such as "1-8", by default one to as many as there are usable cores.
    Without start_methods, this Python's own; without chunksizes, the strategy's. blocks: exact number; by default 3 to
    12, as many as the budget allows. timeout: of a round.

    Returns the study. Notebooks display it; `.frame()` has one row per round.
    Raises UsageError for what can't be asked and where nothing can be measured, as `lightwork.plan()`; WorkError where
    the serial round fails.
    """
    where.refuse_where_nothing_can_be_measured("lightwork.measure()")
    from lightwork.analysis.study_losses import with_losses
    from lightwork.machine.facts import facts as facts_of
    from lightwork.notebook import ShownStudy
    from lightwork.planning.answered import say_aloud, surroundings
    from lightwork.storage.paths import ready_data_dir
    from lightwork.study import option_values

    if blocks is not None and blocks < 1:
        raise UsageError(f"blocks can't be {blocks}: give at least 1")
    function, everything, facts = checked(function), listed(items), facts_of(ready_data_dir())
    counts = axis_words("workers", workers) if workers is not None else f"1-{max(1, int(facts['usable_cpus']))}"
    settings = _settings(
        axis_words("strategies", strategies), counts, axis_words("chunksizes", chunksizes or "default"),
        axis_words("orders", orders), axis_words("start_methods", start_methods) if start_methods else None,
    )  # fmt: skip
    with (
        surroundings(facts, time.monotonic(), say_aloud, name_of(function)) as environment,
        handed(function, everything, {}, environment.workdir.temporary) as job,
    ):
        design = environment.design(
            job.target, {"source": f"call:{job.items}"}, settings, compare_results=False, seed=seed,
            blocks=(blocks, blocks) if blocks else (LEAST_BLOCKS, MOST_BLOCKS),
            budget_s=option_values.seconds("budget", option_word("budget", budget)),
            timeout_s=option_values.seconds("timeout", option_word("timeout", timeout)) if timeout else None,
        )  # fmt: skip
        study, tables = environment.measure(replace(design, label=name_of(function)))
    where_from = f"{function.__module__}:{getattr(function, '__qualname__', name_of(function))}"
    study = replace(with_losses(study, tables), workload=where_from, parameters={})  # not the files that we handed over
    return ShownStudy(**vars(study))


def _settings(
    strategies: str, workers: str, chunksizes: str, orders: str, start_methods: str | None
) -> "list[Setting]":
    from lightwork.core.setting import ORDERS
    from lightwork.planning.axes import Axes, settings_of
    from lightwork.study import option_values

    names = tuple(name for name in option_values.strategy_names(strategies) if name != "serial")
    methods = option_values.start_methods(start_methods)
    kinds = Axes(strategies=names, start_methods=methods, may_change_method=True).kinds()
    if not kinds:
        raise UsageError("serial is always measured: add a strategy with workers that supports the start method")
    counts = option_values.counts("workers", workers)
    sizes = option_values.counts_or("chunksize", chunksizes, "default")
    return settings_of(kinds, counts, sizes, option_values.names("order", orders, ORDERS))
