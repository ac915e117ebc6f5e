"""What a saved plan predicted beside what was measured, for the settings of a study that stand in both; pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from lightwork.analysis.basis import Basis, ranked
from lightwork.analysis.scaling import CellScaling, StudyScaling
from lightwork.core.estimate import Estimate
from lightwork.core.study import Cell, Study
from lightwork.machine.same_machine import other_kind
from lightwork.planning.saved import SavedPlan, SavedPrediction
from lightwork.render.table import Column, Entry, Table, figures
from lightwork.report.charts.curves import basis_name
from lightwork.report.rows import row_name
from lightwork.text.quantities import MINUS, counted, percent, plain, times

COLUMNS = (
    Column("setting"),
    figures("predicted", "the predicted speedup and its band."),
    figures("measured", "the same setting's speedup here: median over blocks, 95 % interval."),
    figures("predicted over measured", "above 0: the plan predicted more than was measured."),
)


@dataclass(frozen=True)
class Beside:
    """The table of a study, and what it comes to. notes: what makes the comparison a weaker one."""

    table: Table
    finding: str
    notes: tuple[str, ...]


def is_of(plan: SavedPlan, study: Study) -> bool:
    """Whether the plan predicts this study: the same work by its label, parameters included, and as many items."""
    return plan.target == study.label and plan.items == len(study.item_names)


def beside(plans: Sequence[SavedPlan], scaling: StudyScaling, machine: Mapping[str, Any]) -> Beside | None:
    """The first plan of this study beside its cells, the fastest first; None where none is about it."""
    saved_plan = next((plan for plan in plans if is_of(plan, scaling.study)), None)
    pairs = list(_pairs(saved_plan, scaling)) if saved_plan is not None else []
    if saved_plan is None or not pairs:
        return None
    basis = Basis.of(scaling)
    rows = tuple((row_name(cell.cell), *_figures(basis, cell, estimate)) for cell, estimate in pairs)
    caption = (
        f"What a plan predicted from one serial run, and what this run measured {basis_name(scaling)}; "
        "the fastest first."
    )
    table = Table(COLUMNS, rows, f"Predicted and measured, {plain(scaling.study.label)}", caption)
    differences = other_kind(saved_plan.machine, machine)
    notes = (f"The plan was made on another kind of machine: {'; '.join(differences)}.",) if differences else ()
    return Beside(table, _finding(basis, pairs), notes)


def _pairs(plan: SavedPlan, scaling: StudyScaling) -> Iterator[tuple[CellScaling, Estimate]]:
    by_setting = {_key_of(prediction): prediction.speedup for prediction in plan.predictions}
    for cell in reversed(ranked(scaling)):
        saved = by_setting.get(_key(cell.cell)) if cell.cell.setting.pool == "fresh" else None
        if saved is not None and saved.point > 0:
            yield cell, Estimate(saved.point, saved.low, saved.high)


def _key(cell: Cell) -> tuple[object, ...]:
    setting = cell.setting
    return setting.strategy, setting.workers, cell.chunksize, setting.order, setting.start_method, setting.cores


def _key_of(prediction: SavedPrediction) -> tuple[object, ...]:
    return (
        prediction.strategy,
        prediction.workers,
        prediction.chunksize,
        prediction.order,
        prediction.start_method,
        prediction.cores,
    )


def _figures(basis: Basis, cell: CellScaling, estimate: Estimate) -> tuple[Entry, ...]:
    measured = basis.speedup(cell)
    off = estimate.point / measured.point - 1
    return (
        Entry(times(estimate), estimate.point),
        Entry(times(measured), measured.point),
        Entry(f"{MINUS if off < 0 else '+'}{percent(abs(off))}", off),
    )


def _finding(basis: Basis, pairs: Sequence[tuple[CellScaling, Estimate]]) -> str:
    """How far the plan was off, and how often its band held what was measured."""
    off = median(abs(estimate.point / basis.speedup(cell).point - 1) for cell, estimate in pairs)
    banded = [(cell, estimate) for cell, estimate in pairs if estimate.low is not None and estimate.high is not None]
    held = sum((estimate.low or 0) <= basis.speedup(cell).point <= (estimate.high or 0) for cell, estimate in banded)
    distance = f"predictions are {percent(off)} off (median of {counted(len(pairs), 'setting')})"
    return f"{distance}; {held} of {len(banded)} are inside the band." if banded else f"{distance}."


def not_found(plan: SavedPlan, studies: Sequence[Study]) -> str:
    """Why a plan stands beside nothing, and what there is instead."""
    there = ", ".join(f"{plain(study.label)} ({counted(len(study.item_names), 'item')})" for study in studies)
    return f"the plan is about {plain(plan.target)} ({counted(plan.items, 'item')}), but the run has {there}"
