"""The losses of a whole study: every round's own, against the serial round of its block; pure."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from lightwork.analysis.losses import losses_of, pooled
from lightwork.core.losses import Losses
from lightwork.core.round import Round
from lightwork.core.study import SERIAL, Cell, Study

if TYPE_CHECKING:
    from lightwork.analysis.scaling import StudyScaling

Ledgers = Mapping[str, Any]  # a numpy table by ledger name


def with_losses(study: Study, ledgers: Ledgers) -> Study:
    """The study with the losses of every round that has a time and a ledger, by block, in each of its cells."""
    references = {
        round_.block: ledgers[round_.ledger]
        for round_ in study.cell(SERIAL).rounds
        if round_.ok and round_.ledger in ledgers
    }
    return replace(study, cells=tuple(_with_losses(cell, ledgers, references) for cell in study.cells))


def losses_over(cell: Cell, excluded: frozenset[int] = frozenset()) -> Losses | None:
    """The losses of all rounds of a cell as one, those of the blocks in `excluded` apart; None without any.

    Rounds split against a serial ledger are not pooled with rounds that had none: the former are preferred.
    """
    by_round = [round_losses for block, round_losses in cell.losses.items() if block not in excluded]
    split = [round_losses for round_losses in by_round if round_losses.useful_ns is not None]
    return pooled(split or by_round) if by_round else None


def losses_by_cell(scaling: "StudyScaling") -> dict[str, Losses]:
    """The pooled losses of every cell that has any: rounds that were disturbed, or whose serial round was, apart."""
    reference = {block for cell in scaling.cells if cell.cell.cell_id == SERIAL for block in cell.disturbed}
    by_cell = {
        cell.cell.cell_id: losses_over(cell.cell, frozenset({*cell.disturbed, *reference})) for cell in scaling.cells
    }
    return {cell_id: losses for cell_id, losses in by_cell.items() if losses is not None}


def _with_losses(cell: Cell, ledgers: Ledgers, references: Mapping[int, Any]) -> Cell:
    timed = [round_ for round_ in cell.rounds if round_.ok and round_.ledger in ledgers]
    return replace(cell, losses={round_.block: _losses(cell, round_, ledgers, references) for round_ in timed})


def _losses(cell: Cell, round_: Round, ledgers: Ledgers, references: Mapping[int, Any]) -> Losses:
    return losses_of(round_, ledgers[round_.ledger], cell.setting.workers, references.get(round_.block))
