"""The plan's tables: what was measured, what a change would gain, what is predicted; pure, from its result to rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

from lightwork.analysis.scaling import karp_flatt
from lightwork.core.estimate import Estimate
from lightwork.core.setting import Setting
from lightwork.core.study import Cell
from lightwork.plan.conclude.result import Gain, MeasuredSetting, PlanResult, PredictedSetting
from lightwork.render.sheet import UNKNOWN, Column, Figure, Sheet, without_empty
from lightwork.text.quantities import between, counted, duration, percent, plain, size, times
from lightwork.text.settings import named

BEST_SHOWN = 20
MOST_SHOWN = 2000  # predictions: the page is to stay under a megabyte
MEASURED = (
    Column("speedup", "Over the serial run: median over blocks, and 95 % interval."),
    Column("wall time", "Of a round as measured: median, and 95 % interval."),
    Column("predicted", "The speedup that the replay foretold from the serial run."),
    Column("serial share", "Karp and Flatt's: where it rises with the workers it is overhead, else serial work."),
    Column("memory", "The largest peak of all processes together."),
    Column("rounds", "Timed rounds, and how many of them failed."),
)
WHAT_IF = (
    Column("times as fast", "The recommended setting's predicted time over the same with this one thing changed."),
    Column("time saved", "The part of its predicted time that would go."),
)
JUDGED = {"equal": "not measurably different", "faster": "faster, not recommended", "": ""}


@dataclass(frozen=True)
class PredictionRow:
    """A row of the predictions: the setting by its parts, its figures with their bands, and its largest loss."""

    strategy: str
    details: str
    workers: str
    chunksize: str
    speedup: str
    wall: str
    loss: str
    chosen: bool


def measured_sheet(result: PlanResult) -> Sheet | None:
    """Every measured setting, the fastest first and failed ones last; None where nothing was measured."""
    cells = sorted(result.cells, key=lambda cell: (cell.judged == "failed", -_point(cell.speedup)))
    rows = [(name_of(cell), JUDGED.get(cell.judged, cell.judged), _measured(cell)) for cell in cells]
    return without_empty(MEASURED, rows)


def what_if_sheet(gains: Sequence[Gain]) -> Sheet | None:
    """Every change, the largest gain first; None without any."""
    known = sorted((one for one in gains if isfinite(one.times) and one.times > 0), key=lambda one: -one.times)
    rows = [(plain(one.name), "", (Figure.of(one.times, times), _saved(one.times))) for one in known]
    return without_empty(WHAT_IF, rows)


def foretellings(result: PlanResult) -> list[PredictionRow]:
    """All predictions, the fastest first, at most MOST_SHOWN."""
    best = sorted(result.predictions, key=lambda one: -_point(one.speedup))
    chosen = result.recommendation.setting if result.recommendation else None
    return [_foretelling(one, chosen=one.setting == chosen) for one in best[:MOST_SHOWN]]


def name_of(one: MeasuredSetting | PredictedSetting) -> str:
    """The setting in words: `map with 4 workers, chunksize 8, largest first`."""
    return plain(named(Cell(one.setting.cell_id, one.setting, one.chunksize, ())))


def interval(found: Estimate) -> str:
    """The interval or band alone; "" where there is none."""
    if found.low is None or found.high is None or not isfinite(found.low):
        return ""
    return between(found)


def _measured(cell: MeasuredSetting) -> tuple[Figure, ...]:
    return (
        Figure(_speedup(cell.speedup), cell.speedup.point) if cell.speedup else UNKNOWN,
        Figure(_wall(cell.wall_s), cell.wall_s.point) if cell.wall_s else UNKNOWN,
        Figure.of(cell.predicted, times),
        _serial_share(cell),
        Figure.of(cell.memory_bytes or None, size),
        Figure(f"{cell.rounds}, {cell.failed} failed" if cell.failed else str(cell.rounds), cell.rounds),
    )


def _serial_share(cell: MeasuredSetting) -> Figure:
    if cell.speedup is None or cell.setting.workers < 2 or not cell.speedup.point > 0:  # noqa: PLR2004
        return UNKNOWN
    return Figure.of(karp_flatt(cell.speedup.point, cell.setting.workers), _signed)


def _saved(gain: float) -> Figure:
    return Figure.of(1 - 1 / gain, _signed)


def _signed(fraction: float) -> str:
    return percent(fraction).replace("-", "\N{MINUS SIGN}")


def _speedup(found: Estimate) -> str:
    return f"{times(found.point)} {_bracketed(interval(found))}".strip()


def _foretelling(one: PredictedSetting, *, chosen: bool) -> PredictionRow:
    return PredictionRow(
        strategy=plain(one.setting.strategy),
        details=", ".join(_details(one.setting)),
        workers=f"{one.setting.workers:,}",
        chunksize="" if one.chunksize is None else f"{one.chunksize:,}",
        speedup=_speedup(one.speedup),
        wall=duration(one.wall_s.point),
        loss=_largest_loss(one),
        chosen=chosen,
    )


def _details(setting: Setting) -> list[str]:
    details = [plain(setting.order.replace("-", " "))] if setting.order != "given" else []
    details += [plain(setting.start_method)] if setting.start_method != "fork" else []
    return details + ([f"on {counted(setting.cores, 'core')}"] if setting.cores else [])


def _largest_loss(one: PredictedSetting) -> str:
    """The cause that takes most, as a share of the workers' speedup."""
    known = {cause: lost for cause, lost in one.lost.items() if isfinite(lost)}
    if not known or max(known.values()) <= 0:
        return ""
    worst = max(known, key=lambda cause: known[cause])
    return f"{plain(worst)} {percent(known[worst] / one.setting.workers)}"


def _wall(found: Estimate) -> str:
    """A wall time with its ends in the unit of the point's own words."""
    if found.low is None or found.high is None:
        return duration(found.point)
    return f"{duration(found.point)} ({duration(found.low)} to {duration(found.high)})"


def _bracketed(words: str) -> str:
    return f"({words})" if words else ""


def _point(found: Estimate | None) -> float:
    return found.point if found is not None and isfinite(found.point) else -1.0
