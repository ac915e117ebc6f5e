"""Methods side by side: a table for every job that was measured by several, and the sentence that follows; pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from lightwork.analysis.batching import ROWS
from lightwork.analysis.judged_study import Judged
from lightwork.analysis.methods import CLEAR, MethodComparison, MethodScaling, compare
from lightwork.render.table import BEST, UNKNOWN, Column, Entry, Table, figures
from lightwork.report.resources import memory_peaks, pickled_per_item
from lightwork.text.quantities import counted, plain, seconds_with_interval, times
from lightwork.text.variants import cell_name

CAPTION = (
    "Each method with its fastest setting. Methods are separate studies, each with a serial run of its own, so compare "
    "times, not speedups. Making the state or the table once for each round is not timed."
)
MOST_COUNTS = 5  # of workers that have a column each


@dataclass(frozen=True)
class MethodSection:
    """One job's methods. sentences: what follows from the table."""

    label: str
    sentences: tuple[str, ...]
    table: Table


def method_sections(judged: Sequence[Judged]) -> list[MethodSection]:
    """One for every job that was measured by several methods; those of databases have their own comparison."""
    comparisons = compare([each.scaling for each in judged if each.scaling is not None])
    return [
        MethodSection(plain(each.label), method_sentences(each), methods_table(each))
        for each in comparisons
        if not any(ROWS in round_.evidence for scaling in each.methods for round_ in scaling.study.serial.rounds)
    ]


def labelled_sentences(judged: Sequence[Judged]) -> list[str]:
    """The same sentences, each behind its job's label."""
    return [f"{section.label}: {words}" for section in method_sections(judged) for words in section.sentences]


def method_sentences(comparison: MethodComparison) -> tuple[str, ...]:
    """The fastest method against the slowest and the next, and what was lost."""
    ranked = comparison.ranked
    words = []
    if len(ranked) > 1:
        words.append(_against(comparison, ranked[0], ranked[-1]))
    if len(ranked) > 2:  # noqa: PLR2004  else the slowest is the next
        words.append(_against(comparison, ranked[0], ranked[1]))
    words += [_failure(method) for method in comparison.methods if method.best is None]
    return tuple(words)


def _against(comparison: MethodComparison, fast: MethodScaling, slow: MethodScaling) -> str:
    ratio, unit = comparison.ratio(fast, slow), "updates" if comparison.counts_updates else "items"
    if ratio.low is None or ratio.low < CLEAR:
        return f"{fast.method} is not measurably faster than {slow.method}"
    return f"{fast.method}: {times(ratio)} the {unit} a second of {slow.method}"


def _failure(method: MethodScaling) -> str:
    if method.lost:
        return f"{method.method} is wrong: it lost up to {method.lost.lost:,} of {method.lost.sent:,} updates"
    return f"{method.method} failed: {plain(method.failure)}" if method.failure else f"{method.method} has no round"


def methods_table(comparison: MethodComparison) -> Table:
    """A row for each method, the fastest first, those that failed last."""
    unit = "updates" if comparison.counts_updates else "items"
    counts = sorted({count for method in comparison.methods for count in method.by_workers})[:MOST_COUNTS]
    counts = counts if len(counts) > 1 else []  # the time says it
    columns = (
        Column("method"),
        Column("fastest setting"),
        figures("time", "wall time of a round: median over blocks, 95 % interval."),
        figures(f"{unit} a second", "of the fastest setting."),
        *(figures(counted(count, "worker"), "the shortest wall time with so many.") for count in counts),
        *([figures("lost updates", "of the round that lost most.")] if comparison.counts_updates else []),
        figures("pickled per item: sent / returned", "in the probing round."),
        figures("memory: PSS / USS", "the peak of all processes together."),
        figures("largest worker: PSS / USS", "its peak; USS is what no other process shares."),
    )
    rows = tuple(
        _row(method, counts, BEST if method in comparison.ranked[:1] else "", losses=comparison.counts_updates)
        for method in comparison.methods
    )
    table = Table(columns, rows, f"Methods of {plain(comparison.label)}", CAPTION)
    return table.without_unknown() or table


def _row(method: MethodScaling, counts: Sequence[int], kind: str, *, losses: bool) -> tuple[Entry, ...]:
    lost, best = [_loss(method)] if losses else [], method.best
    if best is None or best.wall_s is None:
        failed = Entry("wrong" if method.lost else "failed", hover=plain(method.failure))
        return (Entry(method.method), failed, *[UNKNOWN] * (2 + len(counts)), *lost, *[UNKNOWN] * 3)
    rate = method.rate(best)
    return (
        Entry(method.method, kind=kind),
        Entry(cell_name(best.cell)),
        Entry(seconds_with_interval(best.wall_s), best.wall_s.point),
        Entry(f"{rate.point:,.0f}", rate.point),
        *(_time(method, count) for count in counts),
        *lost,
        pickled_per_item(method.study, best.cell),
        *memory_peaks(best.cell),
    )


def _loss(method: MethodScaling) -> Entry:
    if method.lost:
        return Entry(f"{method.lost.lost:,} of {method.lost.sent:,}", method.lost.lost)
    return Entry("0", 0.0) if method.best else UNKNOWN


def _time(method: MethodScaling, count: int) -> Entry:
    cell = method.by_workers.get(count)
    return Entry(seconds_with_interval(cell.wall_s), cell.wall_s.point) if cell and cell.wall_s else UNKNOWN
