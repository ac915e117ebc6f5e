"""Settings in words, the same in every sentence."""

from lightwork.core.study import SERIAL, Cell
from lightwork.text.quantities import counted


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


def _details(cell: Cell) -> list[str]:
    setting, details = cell.setting, []
    if cell.chunksize is not None:
        details.append(f"chunksize {cell.chunksize}")
    if setting.order != "given":
        details.append(setting.order.replace("-", " "))
    if setting.start_method != "fork":
        details.append(setting.start_method)
    if setting.pool != "fresh":
        details.append(f"{setting.pool} pool")
    if setting.cores is not None:
        details.append(f"on {counted(setting.cores, 'core')}")
    return details
