"""A line: one study over all runs, with its gaps, and where its work is another; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

from lightwork.analysis.same_work import in_few_words, other_parameters
from lightwork.core.estimate import Estimate
from lightwork.core.study import Cell
from lightwork.history.run import HistoryRun, SettingFigures, Standing, StudyWork, Word
from lightwork.machine.same_machine import other_kind
from lightwork.text.quantities import counted, short
from lightwork.text.settings import named


@dataclass(frozen=True)
class Point:
    """A study in one run. standing: None where the run did not measure it.

    other: in what its work or machine is another than before, in words; "" where in nothing, or nothing was before.
    lacking: which setting that one of two verdicts recommends was not asked for in the other run; "" where none.
    """

    run: HistoryRun
    standing: Standing | None
    other: str = ""
    lacking: str = ""

    @property
    def broken(self) -> bool:
        """Whether nothing from here on can be compared with what was before."""
        return bool(self.other or self.lacking)

    @property
    def word(self) -> Word:
        """The run's verdict in a word; ABSENT where it has none."""
        return self.standing.word if self.standing else Word.ABSENT


@dataclass(frozen=True)
class Line:
    """A study over all runs, oldest first: `points` has one for every run, of which some may be gaps.

    equal_speed: whether all its speedups are those at equal CPU speed. They are where every run of which a change can
    be told has such figures and such a noise floor; else all are as measured: a line never mixes the two.
    """

    label: str
    equal_speed: bool
    points: tuple[Point, ...]

    def speedup(self, point: Point) -> Estimate | None:
        """Of the recommended setting, in this line's kind of figures; None in a gap."""
        return self._of(point.standing.chosen if point.standing else None)

    def speedup_of(self, point: Point, cell_id: str) -> Estimate | None:
        """Of any setting, recommended there or not; None where the run has no such figure."""
        return self._of(point.standing.cells.get(cell_id) if point.standing else None)

    def _of(self, figures: SettingFigures | None) -> Estimate | None:
        if figures is None:
            return None
        return figures.speedup_equal_speed if self.equal_speed else figures.speedup

    def noise_floor(self, point: Point) -> float:
        """Relative, in this line's kind of figures; inf where there is none."""
        standing = point.standing
        if standing is None:
            return float("inf")
        floor = standing.noise_floor_equal_speed if self.equal_speed else standing.noise_floor
        return float("inf") if floor is None else floor

    @property
    def basis(self) -> str:
        """Which kind of figures the speedups are."""
        return "at equal CPU speed" if self.equal_speed else "as measured"

    def pieces(self) -> list[list[int]]:
        """Places of points that may be joined by a line: no gap between them, and nothing that can't be compared."""
        pieces: list[list[int]] = []
        for place, point in enumerate(self.points):
            if self.speedup(point) is None:
                continue
            joined = bool(pieces) and pieces[-1][-1] == place - 1 and not point.broken
            pieces[-1].append(place) if joined else pieces.append([place])
        return pieces

    def gaps(self) -> list[tuple[Word, int, int]]:
        """Every gap: its word, its first and its last place; neighbours of one word are one gap."""
        spans: list[tuple[Word, int, int]] = []
        for place, point in enumerate(self.points):
            if self.speedup(point) is not None:
                continue
            if spans and spans[-1][0] == point.word and spans[-1][2] == place - 1:
                spans[-1] = (point.word, spans[-1][1], place)
            else:
                spans.append((point.word, place, place))
        return spans


def lines_of(runs: Sequence[HistoryRun]) -> list[Line]:
    """A line for every study that any of the runs, which are in order, has measured; first seen, first told."""
    return [_line(label, runs) for label in dict.fromkeys(label for run in runs for label in run.standings)]


def _line(label: str, runs: Sequence[HistoryRun]) -> Line:
    points: list[Point] = []
    before: HistoryRun | None = None
    verdict: Standing | None = None
    for run in runs:
        standing = run.standings.get(label)
        other = _other(label, before, run) if before and standing else ""
        verdict = None if other else verdict
        points.append(Point(run, standing, other, _lacking(verdict, run, standing)))
        before = run if standing else before
        verdict = standing if standing and standing.settled else verdict
    standings = [point.standing for point in points if point.standing and _tells(point.standing)]
    return Line(label, bool(standings) and all(map(_has_equal_speed, standings)), tuple(points))


def _lacking(before: Standing | None, run: HistoryRun, standing: Standing | None) -> str:
    """The setting of the verdict before that this run did not measure; or its own, which that one did not."""
    if before is None or standing is None or not standing.settled:
        return ""
    if before.chosen and before.chosen.cell.cell_id not in standing.cells:
        return f"{_not_among(before.chosen.cell, standing)} at {run.named}"
    if before.chosen is None and standing.chosen and standing.chosen.cell.cell_id not in before.cells:
        return f"{_not_among(standing.chosen.cell, before)} before {run.named}"
    return ""


def _not_among(cell: Cell, standing: Standing) -> str:
    """The cell's number of workers, if that alone tells what was not measured; else its setting."""
    workers = cell.setting.workers
    if any(figures.cell.setting.workers == workers for figures in standing.cells.values()):
        return f"{named(cell)} was not measured"
    return f"{counted(workers, 'worker')} {'was' if workers == 1 else 'were'} not measured"


def _tells(standing: Standing) -> bool:
    """Whether a change can be told of the run, recommend what it may."""
    figures = any(setting_figures.speedup for setting_figures in standing.cells.values())
    return standing.chosen is not None or (isfinite(standing.noise_floor) and figures)


def _has_equal_speed(standing: Standing) -> bool:
    chosen = standing.chosen
    return standing.equal_speed and (chosen is None or chosen.speedup_equal_speed is not None)


def _other(label: str, before: HistoryRun, run: HistoryRun) -> str:
    """Why the study can't be compared between these runs."""
    work = other_work(before.standings[label].work, run.standings[label].work)
    kinds = other_kind(before.machine, run.machine)
    return "; ".join(
        [
            *([f"other work: {work}"] if work else []),
            *(f"another kind of machine, {difference}" for difference in kinds),
        ]
    )


def other_work(work: StudyWork, other: StudyWork) -> str:
    """In what two studies of one label differ, as "files: 37 and 256"; "" where they are the same work."""
    if work.workload != other.workload:
        return f"workload: {short(work.workload)} and {short(other.workload)}"
    difference = in_few_words(other_parameters(work.parameters, other.parameters).either)
    if difference or work.names_digest == other.names_digest:
        return difference
    if work.items != other.items:
        return f"{counted(work.items, 'item')} and {counted(other.items, 'item')}"
    return "items with other names"
