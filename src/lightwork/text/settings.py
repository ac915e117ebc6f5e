"""Settings in words, the same in every sentence."""

from dataclasses import replace

from lightwork.core.study import SERIAL, Cell
from lightwork.text.quantities import counted
from lightwork.text.variants import Variant


def named(cell: Cell) -> str:
    """As "imap_unordered with 6 workers, chunksize 1, largest first"; "serial" or "serial-again"."""
    if cell.setting.strategy == SERIAL:
        return cell.cell_id
    workers = counted(cell.setting.workers, "worker")
    return ", ".join([f"{cell.setting.strategy} with {workers}", *_details(cell)])


def instruction(cell: Cell) -> str:
    """As "6 workers, imap_unordered, chunksize 1, largest first"."""
    workers = counted(cell.setting.workers, "worker")
    return ", ".join([workers, cell.setting.strategy, *_details(cell)])


def settled(cell: Cell) -> str:
    """What else a script must say: as "chunksize 100, the longest items first"; "" where all is as usual."""
    setting = cell.setting
    chunks = f"chunksize {cell.chunksize:,}" if cell.chunksize is not None and cell.chunksize > 1 else ""
    order = {"largest-first": "the longest items first"}.get(setting.order, setting.order.replace("-", " "))
    rest = _details(replace(cell, chunksize=None, setting=replace(setting, order="given")))
    return ", ".join(filter(None, [chunks, order if setting.order != "given" else "", *rest]))


def _details(cell: Cell) -> tuple[str, ...]:
    """What is not usual about a setting, with the chunksize in force."""
    return replace(Variant.of(cell), chunksize=cell.chunksize or 0).details
