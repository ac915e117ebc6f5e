"""Where a round's workers spent their time, as a table: speedup kept and lost by cause; pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from manyhands.losses import Losses, losses_of
from manyhands.report.text import number
from manyhands.report.timeline import round_to_draw
from manyhands.results import SERIAL, Cell, Study

MEANINGS = {
    "start-up": "until the worker was ready",
    "dispatch": "gaps between its items",
    "tail": "waiting for the last worker",
    "teardown": "collecting and closing",
    "CPU inflation": "items cost more CPU time than serially",
    "waiting for a core": "more runnable workers than cores",
    "blocking": "items waited longer than serially: locks, disk, server",
    "blocking or waiting for a core": "items waited longer than serially; this machine does not tell for what",
}


@dataclass(frozen=True)
class Split:
    """The table of a few rounds. columns: (part, cell) of each round.

    rows: (cause, its meaning, one figure per round), useful work first and the sum last.
    """

    columns: tuple[tuple[str, str], ...]
    rows: tuple[tuple[str, str, tuple[str, ...]], ...]


def cell_losses(study: Study, cell: Cell, ledgers: Mapping[str, Any]) -> Losses | None:
    """The losses of the cell's typical round against the serial round of its block; None without its ledger."""
    found = round_to_draw(cell, ledgers)
    if found is None:
        return None
    serial = [other.ledger for other in study.cell(SERIAL).rounds if other.ok and other.block == found.block]
    reference = ledgers.get(serial[0]) if serial else None
    return losses_of(found, ledgers[found.ledger], cell.setting.workers, reference)


def split(losses: Mapping[tuple[str, str], Losses]) -> Split | None:
    """The table of these rounds by name; None where there are none."""
    if not losses:
        return None
    parts = [{cause: float(lost) for cause, lost in one.lost_speedup().items()} for one in losses.values()]
    causes = [cause for cause in MEANINGS if any(cause in part for part in parts)]
    rows = [(cause, MEANINGS[cause], tuple(_figure(part.get(cause)) for part in parts)) for cause in causes]
    useful = tuple(number(float(one.speedup)) for one in losses.values())
    sums = tuple(str(one.lanes) for one in losses.values())
    first = ("useful work", "the same items as long as they took serially", useful)
    return Split(tuple(losses), (first, *rows, ("workers", "all of the above", sums)))


def _figure(lost: float | None) -> str:
    return "" if lost is None else number(lost).replace("-0.00", "0.00").replace("-", "\N{MINUS SIGN}")
