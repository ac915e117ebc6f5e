"""Variants: settings without their worker count; names of cells and variants for tables and charts."""

from dataclasses import dataclass

from lightwork.core.study import SERIAL, SERIAL_AGAIN, Cell
from lightwork.text.quantities import counted, plain

TWIN = "serial again"


@dataclass(frozen=True, order=True)
class Variant:
    """What makes a row: a setting without its worker count. chunksize is the one asked for, 0 the default."""

    strategy: str
    chunksize: int
    order: str
    start_method: str
    cores: int
    twin: bool = False
    pool: str = "fresh"

    @classmethod
    def of(cls, cell: Cell) -> "Variant":
        """The variant that the cell belongs to; the A/A twin is one of its own."""
        setting = cell.setting
        return cls(
            setting.strategy,
            setting.chunksize or 0,
            setting.order,
            setting.start_method,
            setting.cores or 0,
            cell.cell_id == SERIAL_AGAIN,
            setting.pool,
        )

    @property
    def details(self) -> tuple[str, ...]:
        """All that is not usual about it, in words."""
        parts = [f"chunksize {self.chunksize}"] if self.chunksize else []
        parts += [self.order.replace("-", " ")] if self.order != "given" else []
        parts += [self.start_method] if self.start_method != "fork" else []
        parts += [f"{self.pool} pool"] if self.pool != "fresh" else []
        return (*parts, *([f"on {counted(self.cores, 'core')}"] if self.cores else []))


def cell_name(cell: Cell) -> str:
    """A cell in words: `imap_unordered, 4 workers, chunksize 1, largest first`."""
    if cell.cell_id == SERIAL_AGAIN:
        return TWIN
    setting = cell.setting
    workers = [counted(setting.workers, "worker")] if cell.cell_id != SERIAL else []
    return ", ".join([plain(setting.strategy), *workers, *Variant.of(cell).details])


def variant_name(variant: Variant) -> str:
    """A row in words: `imap_unordered, chunksize 1, largest first`."""
    return ", ".join([TWIN if variant.twin else plain(variant.strategy), *variant.details])
