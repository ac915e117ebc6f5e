"""Where the workers of a cell spent their time, as a table: speedup kept and lost by cause; pure."""

from collections.abc import Iterable, Mapping

from lightwork.core.causes import Cause
from lightwork.core.losses import Losses
from lightwork.render.table import Column, Entry, Table
from lightwork.text.quantities import number, plain

CAPTION = (
    "Where the workers\N{RIGHT SINGLE QUOTATION MARK} time went, as speedup kept or lost, over all rounds not "
    "excluded. Each column adds up to its number of workers."
)


def split_table(losses: Mapping[tuple[str, str], Losses], label: str) -> Table | None:
    """A column for each cell, by (part, cell name): useful work, the pooled losses by cause, and the sum.

    None where there are no losses.
    """
    if not losses:
        return None
    parts = [{cause: float(lost) for cause, lost in lost_here.lost_speedup().items()} for lost_here in losses.values()]
    rows = [
        _row(
            "useful work",
            "the time that the same items took serially",
            [number(float(lost_here.speedup)) for lost_here in losses.values()],
            kind="sum",
        ),
        *(
            _row(cause, cause.meaning, [_figure(part.get(cause)) for part in parts])
            for cause in Cause
            if any(cause in part for part in parts)
        ),
        _row("workers", "all of the above", [str(lost_here.lanes) for lost_here in losses.values()], kind="sum"),
    ]
    return Table.of_words(
        ("time spent on", *(Column(part, detail=name, is_numeric=True) for part, name in losses)),
        rows,
        title=f"Where the workers' time went, {plain(label)}",
        caption=CAPTION,
    )


def _row(name: str, meaning: str, shares: Iterable[str], kind: str = "") -> tuple[Entry, ...]:
    return Entry(name, details=(meaning,), kind=kind), *map(Entry, shares)


def _figure(lost: float | None) -> str:
    return "" if lost is None else number(lost).replace("-0.00", "0.00").replace("-", "\N{MINUS SIGN}")
