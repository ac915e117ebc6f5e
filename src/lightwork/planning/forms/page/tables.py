"""The plan's tables: what was measured, what a change would gain, what is predicted; pure, from its result to rows."""

from collections.abc import Sequence
from math import isfinite

from lightwork.analysis.scaling import karp_flatt
from lightwork.core.estimate import Estimate
from lightwork.core.setting import Setting
from lightwork.core.study import Cell
from lightwork.planning.conclude.result import Gain, Judgement, MeasuredSetting, PlanResult, PredictedSetting
from lightwork.render.table import BEST, UNKNOWN, Column, Entry, Table, figures
from lightwork.text.quantities import between, counted, duration, percent, plain, size, times
from lightwork.text.settings import named

BEST_SHOWN = 20
MOST_SHOWN = 2000  # predictions: the page is to stay under a megabyte
MEASURED = (
    Column("measured setting"),
    figures("speedup", "Over the serial run: median over blocks, and 95 % interval."),
    figures("wall time", "Of a round as measured: median, and 95 % interval."),
    figures("predicted", "The speedup that the replay predicted from the serial run."),
    figures("serial share", "Karp and Flatt's: where it rises with the workers it is overhead, else serial work."),
    figures("memory", "The largest peak of all processes together."),
    figures("rounds", "Timed rounds, and how many of them failed."),
)
PREDICTED = (
    Column("predicted setting"),
    *map(figures, ("workers", "chunksize", "speedup", "time")),
    Column("largest loss"),
)
WHAT_IF = (
    Column("change"),
    figures("times as fast", "The recommended setting's predicted time over the same with this one thing changed."),
    figures("time saved", "The part of its predicted time that would go."),
)
JUDGED = {Judgement.EQUAL: "not measurably different", Judgement.FASTER: "faster, not recommended"}


def measured_table(result: PlanResult) -> Table | None:
    """Every measured setting, the fastest first and failed ones last; None where nothing was measured."""
    cells = sorted(result.cells, key=lambda cell: (cell.judged is Judgement.FAILED, -_point(cell.speedup)))
    rows = tuple((_measured_name(cell), *_measured(cell)) for cell in cells)
    caption = "In interleaved blocks with the serial run, the fastest first."
    return Table(MEASURED, rows, "Measured settings", caption).without_unknown()


def what_if_table(gains: Sequence[Gain]) -> Table | None:
    """Every change, the largest gain first; None without any."""
    shown = sorted((gain for gain in gains if isfinite(gain.times) and gain.times > 0), key=lambda gain: -gain.times)
    rows = tuple((Entry(plain(gain.name)), Entry.of(gain.times, times), _saved(gain.times)) for gain in shown)
    caption = "The recommended setting with one thing changed; predicted."
    return Table(WHAT_IF, rows, "What-ifs", caption) if rows else None


def predictions_table(result: PlanResult) -> Table | None:
    """All predictions, the fastest first, at most MOST_SHOWN; None where there are none."""
    best = sorted(result.predictions, key=lambda prediction: -_point(prediction.speedup))
    chosen = result.recommendation.setting if result.recommendation else None
    rows = tuple(_predicted(prediction, chosen=prediction.setting == chosen) for prediction in best[:MOST_SHOWN])
    caption = (
        "Predicted from the serial run, the fastest first; bands in brackets. The loss is the largest one, as a share "
        "of the workers."
    )
    return Table(PREDICTED, rows, "Predictions", caption) if rows else None


def name_of(row: MeasuredSetting | PredictedSetting) -> str:
    """The setting in words: `map with 4 workers, chunksize 8, largest first`."""
    return plain(named(Cell(row.setting.cell_id, row.setting, row.chunksize, ())))


def interval(estimate: Estimate) -> str:
    """The interval or band alone; "" where there is none."""
    if estimate.low is None or estimate.high is None or not isfinite(estimate.low):
        return ""
    return between(estimate)


def _measured(cell: MeasuredSetting) -> tuple[Entry, ...]:
    return (
        Entry(_speedup(cell.speedup), cell.speedup.point) if cell.speedup else UNKNOWN,
        Entry(_wall(cell.wall_s), cell.wall_s.point) if cell.wall_s else UNKNOWN,
        Entry.of(cell.predicted, times),
        _serial_share(cell),
        Entry.of(cell.memory_bytes or None, size),
        Entry(f"{cell.rounds}, {cell.failed} failed" if cell.failed else str(cell.rounds), cell.rounds),
    )


def _serial_share(cell: MeasuredSetting) -> Entry:
    if cell.speedup is None or cell.setting.workers < 2 or not cell.speedup.point > 0:  # noqa: PLR2004
        return UNKNOWN
    return Entry.of(karp_flatt(cell.speedup.point, cell.setting.workers), _signed)


def _saved(gain: float) -> Entry:
    return Entry.of(1 - 1 / gain, _signed)


def _signed(fraction: float) -> str:
    return percent(fraction).replace("-", "\N{MINUS SIGN}")


def _speedup(estimate: Estimate) -> str:
    return f"{times(estimate.point)} {_bracketed(interval(estimate))}".strip()


def _measured_name(cell: MeasuredSetting) -> Entry:
    details = () if cell.judged is None else (JUDGED.get(cell.judged, str(cell.judged)),)
    kind = BEST if cell.judged is Judgement.RECOMMENDED else ""
    return Entry(name_of(cell), details=details, kind=kind)


def _predicted(prediction: PredictedSetting, *, chosen: bool) -> tuple[Entry, ...]:
    details = ", ".join([*_details(prediction.setting), *(["recommended"] if chosen else [])])
    return (
        Entry(
            plain(prediction.setting.strategy),
            details=(details,) if details else (),
            kind=BEST if chosen else "",
        ),
        Entry(f"{prediction.setting.workers:,}"),
        Entry("" if prediction.chunksize is None else f"{prediction.chunksize:,}"),
        Entry(_speedup(prediction.speedup)),
        Entry(duration(prediction.wall_s.point)),
        Entry(_largest_loss(prediction)),
    )


def _details(setting: Setting) -> list[str]:
    details = [plain(setting.order.replace("-", " "))] if setting.order != "given" else []
    details += [plain(setting.start_method)] if setting.start_method != "fork" else []
    return details + ([f"on {counted(setting.cores, 'core')}"] if setting.cores else [])


def _largest_loss(prediction: PredictedSetting) -> str:
    """The cause that takes most, as a share of the workers' speedup."""
    values = {cause: lost for cause, lost in prediction.lost.items() if isfinite(lost)}
    if not values or max(values.values()) <= 0:
        return ""
    worst = max(values, key=lambda cause: values[cause])
    return f"{plain(worst)} {percent(values[worst] / prediction.setting.workers)}"


def _wall(estimate: Estimate) -> str:
    """A wall time with its ends in the unit of the point's own words."""
    if estimate.low is None or estimate.high is None:
        return duration(estimate.point)
    return f"{duration(estimate.point)} ({duration(estimate.low)} to {duration(estimate.high)})"


def _bracketed(words: str) -> str:
    return f"({words})" if words else ""


def _point(estimate: Estimate | None) -> float:
    return estimate.point if estimate is not None and isfinite(estimate.point) else -1.0
