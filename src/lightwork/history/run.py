"""A run on the line of time: what a history keeps of saved results, which is a verdict per study; pure.

Of a run of a megabyte its settings' figures are kept and no rounds, so that hundreds of them fit side by side.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from lightwork.analysis.basis import Basis
from lightwork.analysis.judged_study import block_count, usable_cpus
from lightwork.analysis.recommendation import recommend
from lightwork.analysis.scaling import CellScaling, StudyScaling, scale
from lightwork.analysis.speedometer import equal_speed_walls_s
from lightwork.core.estimate import Estimate
from lightwork.core.study import Cell, Results, Study
from lightwork.core.verdict import Verdict, VerdictKind
from lightwork.errors import WorkError
from lightwork.text.quantities import plain, short

HEX_DIGITS, SHORT_ID, LONGEST_ID = 7, 7, 12
NO_ROUNDS: dict[str, Any] = {"rounds": (), "probe": None, "losses": {}}
NO_COMMIT = ("", "unknown", "unversioned")  # ids that pytest-benchmark writes where there is no repository


class Word(StrEnum):
    """What a run says of a study in a word."""

    USE = "use"
    SERIAL = "stay serial"
    UNKNOWN = "cannot tell"
    NOTHING = "no result"  # no serial round did its work
    ABSENT = "not measured"


WORDS = {
    VerdictKind.USE: Word.USE,
    VerdictKind.STAY_SERIAL: Word.SERIAL,
    VerdictKind.CANNOT_TELL: Word.UNKNOWN,
}


@dataclass(frozen=True)
class StudyWork:
    """What was done: studies of one label are the same work where all of this is equal.

    names_digest: of the items' names in given order.
    """

    workload: str
    parameters: Mapping[str, Any]
    items: int
    names_digest: str


@dataclass(frozen=True)
class SettingFigures:
    """A cell without its rounds: its wall time as measured, its speedup in both kinds of figures."""

    cell: Cell
    wall_s: Estimate | None
    speedup: Estimate | None
    speedup_equal_speed: Estimate | None


@dataclass(frozen=True)
class Standing:
    """One study's verdict in one run.

    verdict: without rounds; None where `trouble` says why there is none. chosen: None unless `word` is USE.
    equal_speed: whether the run's own verdict rests on figures at equal CPU speed.
    noise_floor: relative, inf where none was measured; noise_floor_equal_speed: None where there are no such figures.
    cells: by cell_id, of every setting that was measured: a setting that is recommended in one run is compared with the
    same one in others, whatever they recommend. as_good: ids of those not measurably different from the chosen one.
    """

    work: StudyWork
    word: Word
    verdict: Verdict | None
    blocks: int
    finished: bool
    trouble: str = ""
    serial_s: Estimate | None = None
    chosen: SettingFigures | None = None
    equal_speed: bool = False
    noise_floor: float = float("inf")
    noise_floor_equal_speed: float | None = None
    cells: Mapping[str, SettingFigures] = field(default_factory=dict)
    as_good: frozenset[str] = frozenset()

    @property
    def settled(self) -> bool:
        """Whether it is a verdict to hold others against: to use a setting, or to stay serial."""
        return self.word in (Word.USE, Word.SERIAL)


@dataclass(frozen=True)
class HistoryRun:
    """One saved run. file: as it was named, and no more than a name: two files may hold the same run.

    commit_id: "" where there was no repository; commit_at, saved_at: None where they are not told, or are no times.
    standings: by the study's label. mark: what tells it from other runs of its name (lightwork.history.runs).
    """

    file: str
    saved_at: datetime | None
    commit_id: str
    commit_at: datetime | None
    branch: str
    dirty: bool
    machine: Mapping[str, Any]
    standings: Mapping[str, Standing]
    mark: str = ""

    @property
    def name(self) -> str:
        """What to call the run by, on an axis, in a table or in a sentence."""
        return f"{self.own_name} {self.mark}".rstrip()

    @property
    def own_name(self) -> str:
        """By itself: its short commit id, with a star for uncommitted changes; else its date."""
        if self.commit_id:
            return f"{short_id(self.commit_id)}{'*' if self.dirty else ''}"
        if self.saved_at is not None:
            return f"{self.saved_at:%Y-%m-%d %H:%M}"
        return short(self.file.rsplit("/", 1)[-1], LONGEST_ID)

    @property
    def named(self) -> str:
        """The same in a sentence: with the day of a commit."""
        at = self.commit_at or self.saved_at
        return f"{self.name} ({at:%Y-%m-%d})" if self.commit_id and at is not None else self.name


def run_of(results: Results, file: str) -> HistoryRun:
    """What a history keeps of the saved results, whose labels are unique."""
    commit, cpus = results.commit, usable_cpus(results)
    commit_id = str(commit.get("id") or "")
    return HistoryRun(
        file=file,
        saved_at=moment(results.saved_at),
        commit_id="" if commit_id in NO_COMMIT else commit_id,
        commit_at=moment(commit.get("time")),
        branch=str(commit.get("branch") or ""),
        dirty=commit.get("dirty") is True,
        machine=results.machine,
        standings={study.label: standing_of(study, cpus) for study in results.studies},
    )


def standing_of(study: Study, cpus: float) -> Standing:
    """The study's verdict, as the report of the run itself gives it."""
    work, blocks = work_of(study), block_count(study)
    try:
        scaling = scale(study, cpus, equal_speed_walls_s(study))
    except WorkError as trouble:
        return Standing(work, Word.NOTHING, None, blocks, study.finished, str(trouble))
    recommendation, basis = recommend(scaling), Basis.of(scaling)
    return Standing(
        work=work,
        word=WORDS[recommendation.kind],
        verdict=_without_rounds(recommendation.verdict),
        blocks=blocks,
        finished=study.finished,
        serial_s=scaling.serial_s,
        chosen=_figures(recommendation.chosen) if recommendation.chosen else None,
        equal_speed=basis.equal_speed,
        noise_floor=scaling.noise_floor,
        noise_floor_equal_speed=scaling.noise_floor_equal_speed,
        cells=_cells(scaling),
        as_good=frozenset(recommendation.equals),
    )


def work_of(study: Study) -> StudyWork:
    """What the study did."""
    digest = hashlib.sha256(json.dumps(study.item_names).encode()).hexdigest()
    return StudyWork(study.workload, study.parameters, len(study.item_names), digest)


def moment(text: object) -> datetime | None:
    """The time that an ISO 8601 text tells, in UTC where it names no zone; None for anything else."""
    try:
        parsed = datetime.fromisoformat(text) if isinstance(text, str) else None
        return parsed and (parsed.astimezone(UTC) if parsed.tzinfo else parsed.replace(tzinfo=UTC))
    except (ValueError, OverflowError):
        return None


def short_id(commit_id: str) -> str:
    """The commit's id for an axis: seven digits of a hash, the beginning of anything else, in ASCII."""
    if re.fullmatch(rf"[0-9a-f]{{{HEX_DIGITS},}}", commit_id):
        return commit_id[:SHORT_ID]
    return short(plain(commit_id).encode("ascii", "backslashreplace").decode(), LONGEST_ID)


def _without_rounds(verdict: Verdict) -> Verdict:
    return verdict if verdict.cell is None else replace(verdict, cell=replace(verdict.cell, **NO_ROUNDS))


def _figures(cell: CellScaling) -> SettingFigures:
    return SettingFigures(replace(cell.cell, **NO_ROUNDS), cell.wall_s, cell.speedup, cell.speedup_equal_speed)


def _cells(scaling: StudyScaling) -> dict[str, SettingFigures]:
    measured = (cell for cell in scaling.cells if cell.parallel and cell.cell.rounds)
    return {cell.cell.cell_id: _figures(cell) for cell in measured}
