"""The table of a line: every run's row, those without a verdict included; pure."""

from lightwork.core.estimate import Estimate
from lightwork.history.changes import changes
from lightwork.history.line import Line, Point
from lightwork.history.run import HistoryRun
from lightwork.render.table import BEST, Column, Entry, Table, figures
from lightwork.text.quantities import between, duration, percent, plain, short, times
from lightwork.text.settings import named

BRANCH = 40  # characters


COLUMNS = (
    Column("run"),
    Column("recommended"),
    *map(figures, ("speedup", "serial", "its time", "noise floor", "blocks")),
    Column("what changed"),
)


def runs_table(line: Line) -> Table:
    """A row per run, oldest first: of kind "gap" where nothing is recommended, "changed" where something changed."""
    words: dict[int, list[str]] = {}
    for change in changes(line):
        words.setdefault(change.place, []).append(plain(change.words))
    return Table(
        COLUMNS,
        tuple(_row(line, point, "; ".join(words.get(place, []))) for place, point in enumerate(line.points)),
        title=f"Every run, {plain(line.label)}",
        caption=f"Speedup of the recommended setting {line.basis}, median over blocks and 95\N{NO-BREAK SPACE}% "
        "interval; times as measured.",
    )


def latest(line: Line) -> Entry:
    """The last run's speedup, marked by its setting; in a gap the verdict alone."""
    point = line.points[-1]
    speedup = line.speedup(point)
    if speedup is None:
        return Entry(_verdict(point), kind=BEST)
    return Entry(times(speedup.point), interval=between(speedup), mark=_verdict(point), kind=BEST)


def _row(line: Line, point: Point, changed: str) -> tuple[Entry, ...]:
    standing, speedup, about = point.standing, line.speedup(point), _about(point.run)
    chosen = standing.chosen if standing else None
    serial = standing.serial_s if standing else None
    ends = _ends(serial)
    return (
        Entry(
            plain(point.run.name),
            details=(about,) if about else (),
            kind="gap" if speedup is None else "changed" if changed else "",
        ),
        Entry(_verdict(point)),
        Entry(times(speedup.point), interval=between(speedup)) if speedup else Entry(),
        Entry(duration(serial.point), details=(ends,) if ends else ()) if serial else Entry(),
        Entry(duration(chosen.wall_s.point) if chosen and chosen.wall_s else ""),
        Entry(_floor(line, point)),
        Entry(_blocks(point)),
        Entry(changed),
    )


def _verdict(point: Point) -> str:
    chosen = point.standing.chosen if point.standing else None
    return plain(named(chosen.cell)) if chosen else str(point.word)


def _about(run: HistoryRun) -> str:
    at = run.saved_at or run.commit_at
    facts = [
        short(run.branch, BRANCH),
        "uncommitted changes" if run.dirty else "",
        f"{at:%Y-%m-%d %H:%M}" if at else "",
    ]
    return ", ".join(part for part in facts if part and part != run.own_name)


def _ends(estimate: Estimate | None) -> str:
    if estimate is None or estimate.low is None or estimate.high is None:
        return ""
    return f"{duration(estimate.low)} - {duration(estimate.high)}"


def _floor(line: Line, point: Point) -> str:
    if point.standing is None:
        return ""
    floor = line.noise_floor(point)
    return "not measured" if floor == float("inf") else f"\N{PLUS-MINUS SIGN} {percent(floor)}"


def _blocks(point: Point) -> str:
    if point.standing is None:
        return ""
    return f"{point.standing.blocks}{'' if point.standing.finished else ', not finished'}"
