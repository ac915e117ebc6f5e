"""Studies made by hand: short helpers with which a test says only what matters to it."""

from collections.abc import Mapping, Sequence

from lightwork.core.round import Outcome, Round
from lightwork.core.setting import Setting
from lightwork.core.study import SERIAL, SERIAL_AGAIN, Cell, Study

NS_PER_S = 1_000_000_000
Wall = float | Outcome | None  # seconds; or how the round failed; or None where the block has no such round


def make_round(
    wall: float | Outcome = 1.0,
    *,
    cell_id: str = SERIAL,
    block: int = 0,
    item_s: float | None = None,
    cpu_share: float = 1.0,
    longest_item: int | None = 0,
    longest_share: float = 0.25,
    items: int = 4,
) -> Round:
    """A round of `wall` seconds, or one that failed; item_s is the items' wall time, by default all of it."""
    if isinstance(wall, Outcome):
        reason = "2 items were lost" if wall is Outcome.LOST else f"it {wall}"
        return Round(cell_id, block, 0, wall, reason, items_expected=items)
    item_ns = round((wall if item_s is None else item_s) * NS_PER_S)
    return Round(
        cell_id=cell_id,
        block=block,
        position=0,
        outcome=Outcome.OK,
        t0_ns=NS_PER_S,
        t1_ns=NS_PER_S + round(wall * NS_PER_S),
        items_done=items,
        items_expected=items,
        item_cpu_ns=round(item_ns * cpu_share),
        item_wall_ns=item_ns,
        longest_item=longest_item,
        longest_item_ns=round(item_ns * longest_share),
    )


def make_cell(
    walls: Sequence[Wall],
    setting: Setting | None = None,
    cell_id: str | None = None,
    *,
    cpu_share: float = 1.0,
    longest_share: float = 0.25,
    chunksize: int | None = None,
) -> Cell:
    """A cell with one round per block; block i has `walls[i]`."""
    setting = setting or Setting(SERIAL)
    name = cell_id or setting.cell_id
    rounds = [
        make_round(wall, cell_id=name, block=block, cpu_share=cpu_share, longest_share=longest_share)
        for block, wall in enumerate(walls)
        if wall is not None
    ]
    return Cell(name, setting, chunksize if chunksize is not None else setting.chunksize, tuple(rounds))


def make_study(
    serial_s: Sequence[Wall] = (4.0,) * 6,
    cells: Mapping[Setting, Sequence[Wall]] | None = None,
    *,
    again_s: Sequence[Wall] | None = None,
    label: str = "made-up",
    finished: bool = True,
    cpu_share: float = 1.0,
    longest_share: float = 0.25,
    item_names: Sequence[str] = ("a.csv", "b.csv", "c.csv", "d.csv"),
) -> Study:
    """A study of the serial reference, its twin (`again_s`, by default the same walls), and `cells`.

    Every wall is in seconds, an Outcome for a failed round, None for a round that was not run.
    cpu_share and longest_share are the items' CPU time and the longest item over the items' wall time.
    """
    twin = serial_s if again_s is None else again_s
    made = [
        make_cell(serial_s, cell_id=SERIAL, cpu_share=cpu_share, longest_share=longest_share),
        make_cell(twin, cell_id=SERIAL_AGAIN, cpu_share=cpu_share, longest_share=longest_share),
        *(make_cell(walls, setting, cpu_share=cpu_share) for setting, walls in (cells or {}).items()),
    ]
    return Study(label, "made-up", {}, tuple(item_names), 1, "2026-01-01T00:00:00+00:00", finished, tuple(made))
