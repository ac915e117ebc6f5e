"""What starting costs, and from what job length on it pays: start methods beside pool lifetimes, as a table; pure."""

from dataclasses import replace
from math import isinf

from lightwork.analysis.break_even import LITTLE, BreakEven, break_evens
from lightwork.analysis.scaling import StudyScaling
from lightwork.core.estimate import Estimate
from lightwork.core.setting import Setting
from lightwork.core.study import Cell
from lightwork.render.table import Column, Entry, Table, figures
from lightwork.text.quantities import percent, plain, seconds_with_interval, times
from lightwork.text.variants import cell_name

CAPTION = (
    "Start methods and pool lifetimes measured in the same blocks. The length of a job is the time it takes serially. "
    "A warm pool was created and used before the round and stays open."
)
COLUMNS = (
    Column("setting"),
    figures("start-up and teardown", "F: mean over the round's workers. Median over blocks, 95 % interval."),
    figures("speedup between", "S: useful work over the wall time between start-up and teardown."),
    figures(
        "pays from",
        "the shortest job that is faster than serially: F S / (S - 1), since a job of T takes F + T / S. Unknown if S "
        "is below 1 in some blocks and above 1 in others.",
    ),
    figures(
        f"fresh within {percent(LITTLE)} of warm from",
        f"the shortest job for which a fresh pool costs less than {percent(LITTLE)} more than a warm one. If no warm "
        "pool was measured, it is taken to have no start-up and teardown.",
    ),
)


def break_even_table(scaling: StudyScaling) -> Table | None:
    """A row for every setting that was measured by two start methods or pool lifetimes; None where there is none."""
    rows = tuple((Entry(_name(break_even.setting)), *_figures(break_even)) for break_even in break_evens(scaling))
    return Table(COLUMNS, rows, f"Break-even job lengths, {plain(scaling.study.label)}", CAPTION) if rows else None


def _name(setting: Setting) -> str:
    """As "map, 2 workers, chunksize 4: spawn, fresh pool"; here the usual start and pool are named, too."""
    usual = replace(setting, start_method="fork", pool="fresh")
    return f"{cell_name(Cell(usual.cell_id, usual, None, ()))}: {setting.start_method}, {setting.pool} pool"


def _figures(break_even: BreakEven) -> tuple[Entry, ...]:
    return (
        Entry(seconds_with_interval(break_even.fixed_s), break_even.fixed_s.point),
        Entry.of(break_even.speedup, times),
        _length(break_even.pays_from_s, "can't tell"),
        _length(break_even.alike_from_s, "-"),
    )


def _length(length_s: Estimate | None, missing: str) -> Entry:
    if length_s is None:
        return Entry(missing)
    if isinf(length_s.point):
        return Entry("never")
    return Entry(seconds_with_interval(length_s) if length_s.point else "any length", length_s.point)
