"""The table of a line: every run's row, those without a verdict included; pure."""

from dataclasses import dataclass

from lightwork.core.estimate import Estimate
from lightwork.history.changes import Change, changes
from lightwork.history.line import Line, Point
from lightwork.history.run import HistoryRun
from lightwork.text.quantities import between, duration, percent, plain, short, times
from lightwork.text.settings import named

BRANCH = 40  # characters


@dataclass(frozen=True)
class HistoryRow:
    """A run in words. figure, interval: of the speedup, "" in a gap; changed: what became another at this run.

    kind: "gap" where nothing is recommended, "changed" where something changed, else "".
    """

    run: str
    about: str
    verdict: str
    figure: str
    interval: str
    serial: str
    serial_interval: str
    own: str
    noise_floor: str
    blocks: str
    changed: str
    kind: str


def rows(line: Line) -> list[HistoryRow]:
    """A row per run, oldest first."""
    found: dict[int, list[Change]] = {}
    for change in changes(line):
        found.setdefault(change.place, []).append(change)
    return [_row(line, point, found.get(place, [])) for place, point in enumerate(line.points)]


def _row(line: Line, point: Point, changed: list[Change]) -> HistoryRow:
    standing, speedup = point.standing, line.speedup(point)
    chosen = standing.chosen if standing else None
    serial = standing.serial_s if standing else None
    return HistoryRow(
        run=plain(point.run.name),
        about=_about(point.run),
        verdict=plain(named(chosen.cell)) if chosen else str(point.word),
        figure=times(speedup.point) if speedup else "",
        interval=between(speedup) if speedup else "",
        serial=duration(serial.point) if serial else "",
        serial_interval=_ends(serial),
        own=duration(chosen.wall_s.point) if chosen and chosen.wall_s else "",
        noise_floor=_floor(line, point),
        blocks=_blocks(point),
        changed="; ".join(plain(change.words) for change in changed),
        kind="gap" if speedup is None else "changed" if changed else "",
    )


def _about(run: HistoryRun) -> str:
    """The run's branch, whether it had uncommitted changes, and when it was saved."""
    at = run.saved_at or run.commit_at
    told = [short(run.branch, BRANCH), "uncommitted changes" if run.dirty else "", f"{at:%Y-%m-%d %H:%M}" if at else ""]
    return ", ".join(part for part in told if part and part != run.own_name)


def _ends(found: Estimate | None) -> str:
    """A wall time's interval, its unit with each end."""
    if found is None or found.low is None or found.high is None:
        return ""
    return f"{duration(found.low)} - {duration(found.high)}"


def _floor(line: Line, point: Point) -> str:
    if point.standing is None:
        return ""
    floor = line.noise_floor(point)
    return "not measured" if floor == float("inf") else f"\N{PLUS-MINUS SIGN} {percent(floor)}"


def _blocks(point: Point) -> str:
    if point.standing is None:
        return ""
    return f"{point.standing.blocks}{'' if point.standing.finished else ', not finished'}"


def told_of(row: HistoryRow) -> str:
    """The row's speedup as it stands in a line of text."""
    return f"{row.figure} ({row.interval})" if row.figure else "-"
