"""A study as it was measured: cells, their rounds, and the run that holds several studies; plain data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lightwork.core.losses import Losses
from lightwork.core.round import Round
from lightwork.core.setting import Setting

SCHEMA = 2
SERIAL = "serial"
SERIAL_AGAIN = "serial-again"


@dataclass(frozen=True)
class Cell:
    """A setting of a study and its rounds, one per block at most, in block order.

    cell_id: SERIAL for the reference, SERIAL_AGAIN for its A/A twin, else the setting's own.
    chunksize: the one in force, whether asked for or the strategy's default; None where it has none.
    probe: a round outside of all blocks that counts what costs time to count; never timed.
    losses: of every round with a time and a ledger, by block.
    """

    cell_id: str
    setting: Setting
    chunksize: int | None
    rounds: tuple[Round, ...]
    probe: Round | None = None
    losses: Mapping[int, Losses] = field(default_factory=dict)

    @property
    def tried(self) -> tuple[Round, ...]:
        """Every round that was tried, the probing one first: each of them shows whether the cell does its work."""
        return ((self.probe,) if self.probe else ()) + self.rounds


@dataclass(frozen=True)
class Study:
    """All that was measured of one workload: every cell in interleaved blocks.

    label: the workload's name and the parameters that differ from its defaults; unique within a Results.
    item_names: in given order, as long as the items.
    finished: False where the study was interrupted or ran out of budget in mid-block.
    """

    label: str
    workload: str
    parameters: Mapping[str, Any]
    item_names: tuple[str, ...] = field(repr=False)
    seed: int
    started_at: str
    finished: bool
    cells: tuple[Cell, ...] = field(repr=False)

    @property
    def serial(self) -> Cell:
        """The reference cell."""
        return self.cell(SERIAL)

    def cell(self, cell_id: str) -> Cell:
        """The cell of this id. Raises KeyError when the study has none."""
        for cell in self.cells:
            if cell.cell_id == cell_id:
                return cell
        raise KeyError(cell_id)


@dataclass(frozen=True)
class Results:
    """One saved run.

    machine: facts of the machine (see lightwork.machine.facts); ledger_cost_ns: measured cost of one ledger row by
    kind of record; ledgers: file name of the compressed ledgers beside the JSON, "" where there is none.
    commit: id, branch and state of the user's repository as pytest-benchmark saw it.
    """

    studies: tuple[Study, ...]
    machine: Mapping[str, Any]
    ledger_cost_ns: Mapping[str, float] = field(default_factory=dict)
    ledgers: str = ""
    saved_at: str = ""
    commit: Mapping[str, Any] = field(default_factory=dict)
    schema: int = SCHEMA  # of the file that was read
