"""A plan's evidence: what its contest measured and predicted, seen from the setting that it chose; pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import inf
from typing import TYPE_CHECKING

from lightwork.analysis.peaks import peak_bytes
from lightwork.analysis.scaling import StudyScaling, scale
from lightwork.analysis.speedometer import equal_speed_walls_s
from lightwork.core.estimate import Estimate
from lightwork.core.reasons import FailedCrew, OutsideLimit
from lightwork.core.round import Outcome, Round
from lightwork.core.setting import Setting
from lightwork.core.study import SERIAL, Cell, Study
from lightwork.planning.contest import BUSY
from lightwork.planning.failed_setting import starts_afresh
from lightwork.planning.forecast import crew_of, in_items
from lightwork.planning.memory_probe import MemoryModel, model_of
from lightwork.planning.outside_limits import says_too_fast
from lightwork.replay.demands import one_by_one_ns
from lightwork.replay.prediction import Prediction
from lightwork.replay.traits import NO_TRAITS, are_alike, kind_of, made_of
from lightwork.text.quantities import short

if TYPE_CHECKING:
    from lightwork.planning.contest import Contest
    from lightwork.planning.failed_setting import FailedSetting
    from lightwork.planning.planner import Planned

LONGEST_NAME = 64  # characters: with its number, its type and the first 40 of its text
BEYOND = 1.25  # times the speedup that an item allows: measured ones below are as much, in rounds of unequal speed


@dataclass(frozen=True, eq=False)
class PlanEvidence:
    """What a result is made from."""

    planned: "Planned"

    @property
    def longest_name(self) -> str:
        """Of the item that took longest."""
        return short(self.planned.longest_name, LONGEST_NAME)

    @property
    def contest(self) -> "Contest | None":
        """What was forecast and measured; None where the job is too short for that."""
        return self.planned.contest

    @property
    def study(self) -> Study | None:
        """What was measured beside the first serial run."""
        return self.planned.study

    @property
    def chosen(self) -> Setting | None:
        """The setting to use; None to stay serial, and where nothing with workers did the work."""
        return self.contest.chosen if self.contest else None

    @property
    def predictions(self) -> tuple[Prediction, ...]:
        """Of every setting, for all items."""
        return self.contest.forecast.whole if self.contest else ()

    @cached_property
    def by_setting(self) -> Mapping[Setting, Prediction]:
        """Every prediction by its setting."""
        return {prediction.setting: prediction for prediction in self.predictions}

    @cached_property
    def scaling(self) -> StudyScaling | None:
        """The figures of what was measured; None where nothing was."""
        if self.study is None:
            return None
        return scale(self.study, self.planned.request.usable_cpus, equal_speed_walls_s(self.study))

    def speedup(self, setting: Setting) -> Estimate:
        """What is believed of it, its method by whether it was measured; no more than the longest item allows."""
        assert self.contest is not None
        believed = self.contest.belief.speedup(setting)
        believed = replace(believed, method="measured" if believed.n else "predicted")
        over = max(believed.point / self.cap, 1.0)
        low, high = (believed.low or 0.0) / over, min(believed.high or inf, self.cap)
        return replace(believed, point=believed.point / over, low=low, high=high)

    def predicted(self, setting: Setting) -> float | None:
        """The speedup that was predicted before it was measured; None where it was not."""
        return self.contest.predicted.get(setting) if self.contest else None

    def rounds(self, setting: Setting) -> int:
        """How many rounds of it tell: those that did the work, none where others had the cores meanwhile."""
        if self.contest and self.contest.doubt > BUSY:
            return 0
        return self.contest.belief.rounds.get(setting, 0) if self.contest else 0

    @cached_property
    def works(self) -> list[Setting]:
        """The settings that may work, the fastest first."""
        able = self.contest.eligible if self.contest else []
        return sorted(able, key=lambda setting: -self.speedup(setting).point)

    @cached_property
    def longest_share(self) -> float:
        """The longest item's part of the serial time of all, what the first one paid once apart.

        0 for bundles, and where settings were far faster than it would let them: it was long in the serial run only.
        """
        job = self.planned.job
        walls_ns = job.warm_walls_ns(self.contest.traits if self.contest else NO_TRAITS)
        total_ns = one_by_one_ns(walls_ns, job.apart_ns)
        share = float(walls_ns.max()) / total_ns if total_ns > 0 and job.bundle == 1 else 0.0
        return 0.0 if self._fastest * share * job.longer > BEYOND else share

    @property
    def _fastest(self) -> float:
        """The largest speedup that surely was measured; 0 without any."""
        if self.contest is None:
            return 0.0
        belief = self.contest.belief
        lows = [belief.speedup(setting).low or 0.0 for setting, count in belief.rounds.items() if count]
        return max(lows, default=0.0)

    @property
    def cap(self) -> float:
        """The speedup that the longest item allows; inf without any time."""
        return 1 / self.longest_share / self.planned.job.longer if self.longest_share else inf

    @cached_property
    def memory(self) -> MemoryModel | None:
        """What settings take, by the probe of a memory limit, else by the measured cells, else by the serial round."""
        serial = self.planned.serial
        return self.planned.memory or _measured_memory(self.study, serial) or model_of((), serial)

    def cell(self, setting: Setting) -> Cell:
        """The setting as the user knows it, with the rounds that were measured of it."""
        cells = self.study.cells if self.study else ()
        measured = next((cell for cell in cells if cell.setting == setting and cell.cell_id != SERIAL), None)
        shown = in_items(setting, self.planned.job.bundle)
        prediction = self.by_setting.get(setting)
        chunksize = shown.chunksize or (prediction.chunksize if prediction else None)
        rounds = measured.rounds if measured else ()
        return Cell(shown.cell_id, shown, chunksize, rounds, losses=measured.losses if measured else {})


def failed_crews(
    failed: "Sequence[FailedSetting]", working: "Sequence[Setting]", threads: str = "", *, at_rate: bool = False
) -> list[FailedCrew]:
    """Of each kind of workers the fewest that failed by each cause.

    working: settings that did the work. threads: those that run when workers are forked, in words. at_rate: whether
    items started at a rate.
    """
    by_kind: dict[object, list[FailedSetting]] = {}
    for each in failed:
        by_kind.setdefault((made_of(each.setting), each.cause), []).append(each)
    crews = [_failed_crew(alike, working, threads) for alike in by_kind.values()]
    return [replace(crew, limits=tuple(_limits(crew, working, at_rate=at_rate))) for crew in crews]


def _limits(failed: FailedCrew, working: "Sequence[Setting]", *, at_rate: bool) -> Iterator[OutsideLimit]:
    """By which limits a plan may keep to what works, where the number of workers may be what breaks them.

    It is not where as many workers of another kind did the work.
    """
    if failed.cause or failed.lacks_state:
        return
    others = max((setting.workers for setting in working if kind_of(setting) != failed.crew.kind), default=0)
    if (failed.largest_working or 0) > 1 and others < failed.crew.workers:
        yield OutsideLimit.IN_FLIGHT
    if says_too_fast(failed.reason):
        yield OutsideLimit.LOWER_RATE if at_rate else OutsideLimit.RATE


def _failed_crew(alike: "Sequence[FailedSetting]", working: "Sequence[Setting]", threads: str) -> FailedCrew:
    fewest = min(alike, key=lambda each: each.setting.workers)
    kind, workers = kind_of(fewest.setting), fewest.setting.workers
    works = [each.workers for each in working if are_alike(each, fewest.setting) and each.workers < workers]
    is_fresh, has_raised = starts_afresh(fewest.setting), fewest.outcome is Outcome.RAISED
    forks_work = is_fresh and any(kind_of(each) == kind and each.start_method == "fork" for each in working)
    return FailedCrew(
        crew_of(fewest.setting), fewest.failed, fewest.tried, str(fewest.outcome), fewest.reason,
        more=sum(each.setting.workers > workers for each in alike),
        largest_working=None if fewest.cause else max(works, default=None),
        start_method=fewest.setting.start_method if is_fresh else "", lacks_state=forks_work and has_raised,
        cause=fewest.cause, place=fewest.place, threads=threads,
    )  # fmt: skip


def _measured_memory(study: Study | None, serial: Round) -> MemoryModel | None:
    """A line from the cells of the fewest workers to those of the most, by the largest peak of either."""
    peaks: dict[int, int] = {}
    for cell in study.cells if study else ():
        workers, peak = cell.setting.workers, peak_bytes(cell, "peak_pss_bytes")
        if kind_of(cell.setting) == "processes":
            peaks[workers] = max(peaks.get(workers, 0), peak or 0)
    points = sorted((workers, peak) for workers, peak in peaks.items() if peak)
    if len(points) < 2:  # noqa: PLR2004  a line needs two points
        return None
    (few, least), (many, most) = points[0], points[-1]
    each = max((most - least) / (many - few), 0.0)
    serial_bytes = serial.memory.peak_pss_bytes if serial.memory else None
    return MemoryModel(max(least - few * each, 0.0), each, serial_bytes)
