"""Pairing: the studies of two runs by label, their cells by id, and what only one of the runs has; pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from lightwork.analysis.judged_study import Judged, judge
from lightwork.core.study import SERIAL_AGAIN, Cell, Results, Study


@dataclass(frozen=True)
class Pair:
    """A study that both runs have.

    shared: ids of cells with rounds in both, in BASE's order, the A/A twin left out.
    missing: BASE's cells of which NEW has no round. added: the other way round.
    """

    base: Judged
    new: Judged
    shared: tuple[str, ...]
    missing: tuple[str, ...]
    added: tuple[str, ...]

    @property
    def label(self) -> str:
        """The studies' common label."""
        return self.base.study.label

    @property
    def failing(self) -> tuple[str, ...]:
        """Ids of shared cells that failed in NEW, and not in BASE."""
        broken = _failed(self.base.study)
        return tuple(cell_id for cell_id in self.shared if cell_id in _failed(self.new.study) - broken)

    @property
    def failing_throughout(self) -> tuple[str, ...]:
        """Ids of shared cells that failed in BASE now and then, and in NEW in every round."""
        flaky = _failed(self.base.study) & _worked(self.base.study)
        return tuple(cell_id for cell_id in self.shared if cell_id in flaky - _worked(self.new.study))


@dataclass(frozen=True)
class Paired:
    """Both runs, study by study. missing: labels that only BASE has; added: that only NEW has."""

    pairs: tuple[Pair, ...]
    missing: tuple[str, ...]
    added: tuple[str, ...]


def pair(base: Results, new: Results) -> Paired:
    """The two runs side by side, each study judged as its own report judges it."""
    ours = {judged.study.label: judged for judged in judge(base, {})}
    theirs = {judged.study.label: judged for judged in judge(new, {})}
    return Paired(
        tuple(_pair(judged, theirs[label]) for label, judged in ours.items() if label in theirs),
        tuple(label for label in ours if label not in theirs),
        tuple(label for label in theirs if label not in ours),
    )


def _pair(base: Judged, new: Judged) -> Pair:
    ours, theirs = _measured(base.study.cells), _measured(new.study.cells)
    return Pair(
        base,
        new,
        shared=tuple(name for name in ours if name in theirs and name != SERIAL_AGAIN),
        missing=tuple(name for name in ours if name not in theirs),
        added=tuple(name for name in theirs if name not in ours),
    )


def _measured(cells: Sequence[Cell]) -> list[str]:
    """Ids of the cells of which at least one round was tried; an interrupted study names some that have none."""
    return [cell.cell_id for cell in cells if cell.rounds]


def _worked(study: Study) -> set[str]:
    return {cell.cell_id for cell in study.cells if any(round_.ok for round_ in cell.rounds)}


def _failed(study: Study) -> set[str]:
    return {cell.cell_id for cell in study.cells if any(not round_.ok for round_ in cell.tried)}
