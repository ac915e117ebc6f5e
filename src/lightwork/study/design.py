"""A design: what a study is to measure, settled before anything runs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lightwork import strategies
from lightwork.core.setting import Setting
from lightwork.core.study import SERIAL, SERIAL_AGAIN
from lightwork.errors import UsageError
from lightwork.workload import parameters, registry
from lightwork.workload.api import Place, Workload

SERIAL_SETTING = Setting("serial")


@dataclass(frozen=True)
class Design:
    """What a study is to measure.

    item_names: of the items with these parameters, in given order. blocks: at least and at most so many;
    between the two, `budget_s` decides. timeout_s: every round's deadline; None takes the serial time's
    (`deadline_s`). runqueue, spin: what the recorder writes beside start, end and CPU time.
    prefix: begins the name of every ledger; unique within a run, fit for a file name. probe: whether each cell has a
    probing round first. compare_results: whether every round's results must equal the serial round's.
    limit_s: None, where every setting is measured however long that takes; else settings for which `budget_s` has no
    room are left out, and the study may take this long where it could measure none (lightwork.study.shared_budget).
    """

    label: str
    workload: str
    parameters: Mapping[str, Any]
    item_names: tuple[str, ...]
    settings: tuple[Setting, ...]
    blocks: tuple[int, int] = (6, 12)
    budget_s: float = 60.0
    timeout_s: float | None = None
    seed: int = 1
    runqueue: bool = True
    spin: bool = True
    prefix: str = "s1"
    probe: bool = True
    compare_results: bool = True
    limit_s: float | None = None

    def __post_init__(self) -> None:
        low, high = self.blocks
        if not 1 <= low <= high:
            raise UsageError(f"blocks can't be {low} to {high}: at least 1, and the least first")
        if not self.item_names:
            raise UsageError(f"{self.label} has no items: give it at least one")

    def cells(self) -> dict[str, Setting]:
        """Every cell by its id: the serial reference, its twin, and the settings."""
        return {
            SERIAL: SERIAL_SETTING,
            SERIAL_AGAIN: SERIAL_SETTING,
            **{setting.cell_id: setting for setting in self.settings},
        }


def draw_up(name: str, values: Mapping[str, Any], settings: Sequence[Setting], data_dir: Path, **more: Any) -> Design:
    """The design of a study of a built-in workload, its data prepared now.

    values: parameters that differ from the workload's defaults. more: further fields of Design.
    Raises UsageError for an unknown workload or parameter, for a setting that it can't be run under or that is beyond
    one of its limits, and when the data can't be had.
    """
    workload = registry.find(name)
    chosen = parameters.build(name, workload.parameters, values)
    _limits(workload, chosen, (SERIAL_SETTING, *settings))
    data_dir.mkdir(parents=True, exist_ok=True)
    workload.prepare(chosen, data_dir)
    items = workload.items(chosen, Place(data_dir, data_dir / "no-round"))
    names = tuple(workload.name_of(item) for item in items)
    return Design(label_of(workload, chosen), name, parameters.as_dict(chosen), names, tuple(settings), **more)


def limits(name: str, values: Mapping[str, Any], settings: Sequence[Setting]) -> Sequence[str]:
    """What the workload says of its limits under these settings, a line for each.

    Raises UsageError, before anything runs, for a setting that would exceed one, or that it can't be run under.
    """
    workload = registry.find(name)
    return _limits(workload, parameters.build(name, workload.parameters, values), settings)


def _limits(workload: Workload, chosen: Any, settings: Sequence[Setting]) -> Sequence[str]:
    for name in dict.fromkeys(setting.strategy for setting in settings):
        check_fit(workload, name)
    return workload.limits(chosen, settings)


def check_fit(workload: Workload, name: str) -> None:
    """Raise UsageError where the strategy needs two halves, a coroutine, or a function that can be sent to workers."""
    strategy = strategies.find(name)
    if workload.unsendable and not strategy.takes_unsendable:
        raise UsageError(
            f"{workload.name} can't be sent to workers of {name} ({workload.unsendable}): define it with def at the "
            "module's top level, or choose threads or joblib"
        )
    if strategy.staged:
        workload.halves(name)
    if strategy.awaits:
        workload.awaitable(name)


def fits(workload: Workload, name: str) -> bool:
    """Whether the strategy of this name can run the workload."""
    try:
        check_fit(workload, name)
    except UsageError:
        return False
    return True


def label_of(workload: Workload, chosen: Any) -> str:
    """The workload's name and the parameters that are not at their defaults: `sleep_io sizes=giant`."""
    defaults = parameters.as_dict(workload.parameters())
    differing = [f"{key}={value}" for key, value in parameters.as_dict(chosen).items() if value != defaults[key]]
    return " ".join([workload.name, *differing])
