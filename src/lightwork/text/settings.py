"""Numbers and settings in words, the same in every sentence."""

from math import isinf

from lightwork.core.estimate import Estimate
from lightwork.core.study import SERIAL, Cell

SMALL_SHARE = 0.01  # has a decimal
SMALL_SPEEDUP = 2  # has two


def counted(number: float, noun: str) -> str:
    """As "1 worker", "2 workers", "1.5 cores"."""
    return f"{number:g} {noun}{'' if number == 1 else 's'}"


def percent(share: float) -> str:
    """A share as "6 %", with a decimal below 1 %; "unknown" for an infinite one."""
    if isinf(share):
        return "unknown"
    return f"{100 * share:.1f} %" if 0 < share < SMALL_SHARE else f"{100 * share:.0f} %"


def times(estimate: Estimate) -> str:
    """As "5.1x (4.8-5.3)" or, below 2, "1.02x (0.95-1.10)"; the point alone where there is no interval."""
    digits = 1 if estimate.point >= SMALL_SPEEDUP else 2
    point = f"{estimate.point:.{digits}f}x"
    if estimate.low is None or estimate.high is None:
        return point
    return f"{point} ({estimate.low:.{digits}f}-{estimate.high:.{digits}f})"


def gain(estimate: Estimate) -> str:
    """A ratio above 1 as "35 % (30-41)"; the point alone where there is no interval."""
    point = percent(estimate.point - 1)
    if estimate.low is None or estimate.high is None:
        return point
    return f"{point} ({100 * (estimate.low - 1):.0f}-{100 * (estimate.high - 1):.0f})"


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
    """What is not usual about a setting."""
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
