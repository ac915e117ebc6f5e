"""What a bench run is asked to measure: the profile, and whatever the options put in its place."""

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args, get_origin, get_type_hints

from lightwork import strategies
from lightwork.core.setting import ORDERS, POOLS, Setting
from lightwork.core.study import SERIAL
from lightwork.errors import UsageError
from lightwork.machine import affinity
from lightwork.study import option_values, profiles
from lightwork.study.design import label_of
from lightwork.study.profiles import BLOCKS, Grid
from lightwork.workload import parameters, registry


@dataclass(frozen=True)
class WantedCell:
    """One cell that is wanted: a workload with its parameters, by label, and a setting."""

    label: str
    setting: Setting

    @property
    def id(self) -> str:
        """The name of its test: `csv_parse-map-w4-fork-given`."""
        return f"{self.label.replace(' ', '-')}-{SERIAL if self.setting.strategy == SERIAL else self.setting.cell_id}"


@dataclass(frozen=True)
class BenchRequest:
    """All that the options ask for. grids: by label, with every parameter that is not at its default.

    retry: whether a round that did not end well is retried (lightwork.study.retry).
    """

    grids: Mapping[str, Grid]
    timeout_s: float | None
    seed: int
    retry: bool = False

    def cells(self) -> list[WantedCell]:
        """Every cell, each workload's serial reference first."""
        return [
            WantedCell(label, setting)
            for label, grid in self.grids.items()
            for setting in (Setting(SERIAL), *grid.settings())
        ]


def read(options: Mapping[str, Any]) -> BenchRequest:
    """What these options ask for, by their names without dashes; None where one was not given.

    Raises UsageError, naming what is allowed, for anything unknown or out of range.
    """
    grids = profiles.find(options.get("profile") or "quick")
    if options.get("workloads"):
        wanted = tuple(registry.find(name.strip()).name for name in options["workloads"].split(","))
        profiled = [grid for grid in grids if grid.workload in wanted]
        grids = (*profiled, *(Grid(name) for name in wanted if name not in {grid.workload for grid in profiled}))
    changes = _changes(options)
    values = _with_database(_parameters(options.get("param") or ()), grids, options.get("db"))
    for name in values:
        if name not in {grid.workload for grid in grids}:
            raise UsageError(f"--param sets workload {name}, which is not selected: add it to --workloads")
    labelled: dict[str, Grid] = {}
    for grid in grids:
        for chosen in _choices(grid.workload, values.get(grid.workload, {})):
            label, changed = _settled(_changed(grid, chosen, changes))
            _refuse_an_empty(changed)
            labelled.setdefault(label, changed)
    timeout = options.get("timeout_s")
    return BenchRequest(
        labelled,
        option_values.seconds("timeout", timeout) if timeout else None,
        option_values.whole_number("seed", options.get("seed") or "1"),
        retry=option_values.is_retry(options.get("on_crash") or "report"),
    )


def _changed(grid: Grid, chosen: Mapping[str, str], changes: Mapping[str, Any]) -> Grid:
    """The grid with these parameters and fields: what was asked for in so many words is measured, however long."""
    if not chosen and not changes:
        return grid
    blocks = BLOCKS if grid.is_limited else grid.blocks
    fields = {"blocks": blocks, **changes, "parameters": {**grid.parameters, **chosen}, "is_limited": False}
    return replace(grid, **fields)


def _refuse_an_empty(grid: Grid) -> None:
    """Raise UsageError when no strategy of the grid can take its chunksizes, start methods or pools."""
    names = grid.strategy_names()
    if not grid.settings() and any(strategies.find(name).parallel for name in names):
        raise UsageError(
            f"nothing to measure for {grid.workload}: none of {', '.join(names)} supports "
            "these chunksizes, start methods or pools"
        )


def _changes(options: Mapping[str, Any]) -> dict[str, Any]:
    readers: dict[str, Callable[[str], Any]] = {
        "strategies": lambda words: None if words == "all" else option_values.strategy_names(words),
        "workers": lambda words: option_values.counts("workers", words),
        "chunksizes": lambda words: option_values.counts_or("chunksizes", words, "default"),
        "start_methods": option_values.start_methods,
        "orders": lambda words: option_values.names("order", words, ORDERS),
        "cores": _cores,
        "pools": lambda words: option_values.names("pool", words, POOLS),
        "blocks": _blocks,
        "budget_s": lambda word: option_values.seconds("budget", word),
    }
    named = {"budget_s": "budget", "pools": "pool"}  # the options that are not called like their field
    given = {name: options.get(named.get(name, name)) for name in readers}
    return {name: readers[name](words) for name, words in given.items() if words is not None}


def _cores(words: str) -> tuple[int | None, ...]:
    counts = option_values.counts_or("cores", words, "all")
    usable = affinity.count()
    for cores in counts:
        if cores is not None and cores > usable:
            raise UsageError(f"cores can't be {cores}: this process may use {usable}")
    return counts


def _blocks(words: str) -> tuple[int, int]:
    if "," in words:
        raise UsageError(f"blocks can't be {words!r}: give one number or a range like 6-12")
    numbers = option_values.counts("blocks", words)
    return numbers[0], numbers[-1]


def _parameters(words: Sequence[str]) -> dict[str, dict[str, str]]:
    by_workload: dict[str, dict[str, str]] = {}
    for word in words:
        name, equals, value = word.partition("=")
        owner, dot, parameter = name.rpartition(".")
        if not equals or not dot or "://" in name:
            shown = word.partition("://")[0]  # what follows may hold a password
            raise UsageError(f"a parameter can't be {shown!r}: write WORKLOAD.NAME=VALUE, like csv_parse.engine=pandas")
        by_workload.setdefault(registry.find(owner).name, {})[parameter] = value
    return by_workload


def _with_database(
    values: Mapping[str, Mapping[str, str]], grids: Sequence[Grid], url: str | None
) -> dict[str, Mapping[str, str]]:
    """The parameters by workload, with this database for every workload that takes one."""
    if url is None:
        return dict(values)
    takers = {grid.workload for grid in grids if "db" in get_type_hints(registry.find(grid.workload).parameters)}
    if not takers:
        raise UsageError("--db needs a workload that uses a database: add db_insert to --workloads")
    return {**values, **{name: {"db": url, **values.get(name, {})} for name in takers}}


def _choices(name: str, words: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """The parameters of each study that these words ask for: a parameter with choices may be given several."""
    hints = get_type_hints(registry.find(name).parameters)
    axes_of_it = {
        parameter: option_values.names(f"{name}.{parameter}", value, get_args(hints[parameter]))
        if get_origin(hints.get(parameter)) is Literal and ("," in value or value == "all")
        else (value,)
        for parameter, value in words.items()
    }
    for values in itertools.product(*axes_of_it.values()):
        yield dict(zip(axes_of_it, values, strict=True))


def _settled(grid: Grid) -> tuple[str, Grid]:
    """The study's label, and the grid with its parameters as the workload takes them: a password is not kept."""
    workload = registry.find(grid.workload)
    chosen = parameters.build(workload.name, workload.parameters, grid.parameters)
    taken = parameters.as_dict(chosen)
    return label_of(workload, chosen), replace(grid, parameters={name: taken[name] for name in grid.parameters})
