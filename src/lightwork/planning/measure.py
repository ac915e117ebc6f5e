"""Measuring: rounds that try to refute what is predicted, until nothing can, or the time is over.

Contest.wanted() -> as much of it as there is time for -> a block of rounds -> Measurements -> the next Contest
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from math import inf
from statistics import median
from typing import TYPE_CHECKING, Any

from lightwork.analysis.belief import Wall
from lightwork.analysis.speedometer import equal_speed_walls_s
from lightwork.analysis.study_losses import with_losses
from lightwork.core.reasons import FailureCause
from lightwork.core.round import Outcome
from lightwork.core.setting import Setting
from lightwork.core.study import SERIAL, Cell, Study
from lightwork.launch.finished import Finished
from lightwork.planning import repeated
from lightwork.planning.axes import FRESH, Axes
from lightwork.planning.contest import MOST_BLOCKS, SERIAL_SETTING, Contest, Measurements
from lightwork.planning.environment import Environment
from lightwork.planning.failed_setting import FailedSetting, failed_setting, starts_afresh
from lightwork.planning.forecast import crew_of
from lightwork.planning.inner_work import InnerWork
from lightwork.planning.items import parameters_for
from lightwork.planning.job_profile import JobProfile
from lightwork.planning.learning import Seen
from lightwork.planning.request import Request
from lightwork.planning.rivals import share_without
from lightwork.planning.serial_run import Serial
from lightwork.replay.calibration import Calibration
from lightwork.storage import ledgers
from lightwork.strategies import chunksize_in_force
from lightwork.study.run import held_against, sound
from lightwork.text.answer import predicted_answer
from lightwork.text.quantities import short
from lightwork.workload import user_function

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lightwork.core.round import Round

ROUND_S = 0.25  # to start a host and to end it, at least: as long as it took so far
CLOSING_S, CLOSING_SHARE = 1.5, 0.05  # to judge what was measured, to write it down, and to end; of a small budget
JUDGED = 2.0  # times what judging a block took: it is judged, and then concluded from
SAID = 80  # letters of a reason
LONGER = 1.1  # times what is believed: so long a round may take and still fit
PATIENCE, PATIENCE_S = 2.0, 5.0  # times the serial round: a setting that takes longer is no candidate


@dataclass(eq=False)
class Measuring:
    """Measures one job.

    rounds: of every setting in block order, with its ledger; block 0 is the first serial run. earlier: speedups as they
    were predicted before. beside_s: what a round takes beside its wall. judging_s: what telling the next block from the
    last takes. busy_shares: of the machine's CPU time that others took before each block. inner: what items do beside
    the thread that runs them. axes: what may still be chosen from. reserved_s: of the budget, for what comes
    afterwards.
    """

    request: Request
    environment: Environment
    serial: Serial
    job: JobProfile
    calibration: Calibration
    fits: Callable[[Setting], bool]
    inner: InnerWork
    axes: Axes
    rounds: "dict[Setting, list[tuple[Round, NDArray[Any] | None]]]" = field(default_factory=dict)
    earlier: dict[Setting, float] = field(default_factory=dict)
    block: int = 0
    beside_s: float = ROUND_S
    judging_s: float = 0.0
    busy_shares: list[float] = field(default_factory=list)
    reserved_s: float = 0.0

    def __post_init__(self) -> None:
        round_ = replace(self.serial.finished.round, cell_id=SERIAL, block=0, ledger=f"0-{SERIAL}")
        self.rounds[SERIAL_SETTING] = [(round_, ledgers.table(self.serial.finished.ledger))]

    def contest(self) -> Contest:
        """What is known by now."""
        return Contest(self.job, self.axes, self.calibration, self.fits, self._measurements(), dict(self.earlier))

    def run(self, contest: Contest) -> Contest:
        """Measure while something could change the answer and there is time. Raises KeyboardInterrupt at a Ctrl-C.

        contest: what is known before.
        """
        wanted = self._wanted(contest)
        self._say_first_answer(contest)
        while self.block < self._most_blocks() and (settings := self._affordable(contest, wanted)):
            self._note_predictions(contest, settings)
            self._measure(settings, contest)
            self._leave_fork()
            self._try_fork()
            contest = self.contest()
            wanted = self._wanted(contest)
        return contest

    def _wanted(self, contest: Contest) -> list[Setting]:
        """What to measure next. How long it takes to tell is kept: after the last block it takes as long again."""
        began_s = self.environment.clock_s()
        wanted = contest.wanted() or self._again(contest)
        self.judging_s = max(self.judging_s, self.environment.clock_s() - began_s)
        return wanted

    def _most_blocks(self) -> int:
        return self.request.blocks or MOST_BLOCKS

    def _say_first_answer(self, contest: Contest) -> None:
        """Tell what is preferred before anything was measured on several workers."""
        chosen = contest.chosen
        words = "stay serial"
        if chosen is not None:
            words = predicted_answer(crew_of(chosen), contest.belief.speedup(chosen))
        self.environment.say(f"predicted: {words}; measuring to check it")

    def _note_predictions(self, contest: Contest, settings: Sequence[Setting]) -> None:
        """Keep what is predicted of settings until they are measured: afterwards it rests on their own rounds."""
        hopes = {} if self.block else {each.setting: each.speedup.point for each in contest.hopes.whole}
        for setting in settings:
            speedup = contest.predicted.get(setting, hopes.get(setting))
            if speedup is not None:
                self.earlier.setdefault(setting, speedup)

    def _affordable(self, contest: Contest, wanted: Sequence[Setting]) -> list[Setting]:
        """As many of the wanted settings as there is time for, serial last; none where only serial is left."""
        left_s = self._left_s()
        chosen: list[Setting] = []
        for setting in wanted:
            needed_s = self._needed_s(setting, contest)
            if needed_s <= left_s:
                chosen.append(setting)
                left_s -= needed_s
        return chosen if any(setting != SERIAL_SETTING for setting in chosen) else []

    def _left_s(self) -> float:
        """How much time there is for rounds; all the time there is where a number of blocks was asked for."""
        left_s = self.environment.left_s(self.request.budget_s) - self.closing_s - self.reserved_s
        return inf if self.request.blocks else left_s

    @property
    def closing_s(self) -> float:
        """What judging the rounds and the answer take."""
        return min(CLOSING_S, CLOSING_SHARE * self.request.budget_s) + JUDGED * self.judging_s

    def _needed_s(self, setting: Setting, contest: Contest) -> float:
        """How long a round of this setting may take."""
        is_known = setting in contest.sampled.settings
        wall_s = contest.sampled.wall_s(setting) if is_known else self.serial.finished.round.wall_ns / 1e9
        return self.beside_s + LONGER * wall_s

    def _again(self, contest: Contest) -> list[Setting]:
        """What to measure where nothing is open, but more blocks were asked for."""
        if not self.request.blocks:
            return []
        leader = contest.chosen or next(iter(contest.working), None)
        return [leader, SERIAL_SETTING] if leader else []

    def _measure(self, settings: Sequence[Setting], contest: Contest) -> None:
        """One round of each; a block that turns out slower than expected ends when the time does, after one round."""
        self.block += 1
        self.busy_shares.append(self.environment.busy_share())
        shown = ", ".join(f"{each.strategy} x {each.workers}" for each in settings if each != SERIAL_SETTING)
        self.environment.say(f"measuring {shown}")
        for number, setting in enumerate(self._in_order(settings)):
            if number and self._needed_s(setting, contest) > self._left_s():
                break
            if not any(failed.rules_out(setting) for failed in self._failed()):
                self.rounds.setdefault(setting, []).append(self._round(setting))
                self._refuse_unlike_first(setting)

    def _in_order(self, settings: Sequence[Setting]) -> Sequence[Setting]:
        """Serial last and first by turns; at first where the job stored something: whether it can be run again."""
        is_doubtful = self.block == 1 and self.serial.is_first and bool(self.serial.written)
        ordered = settings if self.block % 2 else settings[::-1]
        return sorted(ordered, key=lambda setting: setting != SERIAL_SETTING) if is_doubtful else ordered

    def _refuse_unlike_first(self, setting: Setting) -> None:
        """Raise WorkError where the first run of all did what this round could not do again, or had no need to."""
        if not self.serial.is_first or not user_function.is_reference(self.request.target):
            return
        (first_round, first), (round_, rows) = self.rounds[SERIAL_SETTING][0], self.rounds[setting][-1]
        if setting == SERIAL_SETTING and round_.outcome is Outcome.RAISED:
            raise repeated.fails_again(self.request.name, "the serial run", round_.reason)
        if rows is None or first is None:
            return
        if repeated.does_less(first, rows, writes_less=repeated.writes_less(first_round, round_)):
            raise repeated.nothing_to_do(self.request.name, first, rows)

    def _leave_fork(self) -> None:
        """Choose from workers that are not forked as well, once those that are hang beside threads."""
        beside = self.axes.with_method(FRESH)
        has_hung = any(failed.cause is FailureCause.FORKED_THREADS for failed in self._failed())
        if has_hung and beside.start_methods != self.axes.start_methods:
            self.environment.say(f"forked workers hang beside threads ({self.inner.threads_named}): trying forkserver")
            self.axes = beside

    def _try_fork(self) -> None:
        """Choose from forked workers as well, once those that import the module again raise what serial items do not.

        They may lack what the caller has set since: then forked ones do the work.
        """
        raised = [each for each in self._failed() if each.outcome is Outcome.RAISED and starts_afresh(each.setting)]
        with_fork = self.axes.with_method("fork")
        if raised and with_fork != self.axes:
            method, reason = raised[0].setting.start_method, short(raised[0].reason, SAID)
            self.environment.say(f"workers started by {method} failed ({reason}): trying fork")
            self.axes = with_fork

    def _round(self, setting: Setting) -> "tuple[Round, NDArray[Any] | None]":
        request, serial_s = self.request, self.serial.finished.round.wall_ns / 1e9
        deadline_s = request.timeout_s or PATIENCE_S + PATIENCE * serial_s
        began_s = self.environment.clock_s()
        finished = self.environment.run(
            request, self._parameters, setting, f"b{self.block}-{setting.cell_id}", deadline_s,
            block=self.block, weights=self.weights,
            inner_threads=None if setting == SERIAL_SETTING else request.inner_threads,
        )  # fmt: skip
        took_s = self.environment.clock_s() - began_s
        self.beside_s = max(self.beside_s, took_s - finished.round.wall_ns / 1e9 if finished.round.ok else 0.0)
        cell_id = _cell_id(setting)
        named = replace(finished.round, cell_id=cell_id, ledger=f"{self.block}-{cell_id}")
        round_ = sound(Finished(named, finished.ledger), setting.workers)
        if not user_function.is_reference(request.target):
            round_ = held_against(round_, self.serial.finished.round)
        return round_, ledgers.table(finished.ledger) if round_.ok else None

    @cached_property
    def _parameters(self) -> Mapping[str, Any]:
        parameters = parameters_for(self.request, self.environment.workdir, self.serial.items, self.serial.run)
        return {**parameters, "tolerates": self.serial.tolerated} if self.request.guards.collects else parameters

    @cached_property
    def weights(self) -> str:
        """The file of the items' weights."""
        path = self.environment.workdir.temporary / "weights.json"
        path.write_text(json.dumps([float(weight) for weight in self.job.sample_weights]), encoding="utf-8")
        return str(path)

    def _measurements(self) -> Measurements:
        walls_s = self._walls_s()
        return Measurements(
            walls=tuple(Wall(setting, block, wall_s) for (setting, block), wall_s in walls_s.items()),
            seen=tuple(
                Seen(setting, walls_s[setting, round_.block] * 1e9, rows)
                for setting, round_, rows in self._sound_rounds()
                if setting != SERIAL_SETTING and rows is not None
            ),
            failed=tuple(self._failed()),
            serial_ns=[wall_s for (setting, _), wall_s in walls_s.items() if setting == SERIAL_SETTING][-1] * 1e9,
            blocks=self.block,
            busy_share=self._busy_share,
        )

    def _sound_rounds(self) -> "Iterator[tuple[Setting, Round, NDArray[Any] | None]]":
        """All rounds that did the work."""
        for setting, rounds in self.rounds.items():
            for round_, rows in rounds:
                if round_.ok:
                    yield setting, round_, rows

    def _walls_s(self) -> dict[tuple[Setting, int], float]:
        """By setting and block, at the CPU speed of the first serial round, whose ledger all is predicted from.

        As measured where no speed is known, or a rate sets the pace; without what others at the cores took.
        """
        equal = {} if self.request.rate else equal_speed_walls_s(self._study()) or {}
        first = self.serial.finished.round.wall_ns / 1e9
        as_first = first / equal.get((SERIAL, 0), first)
        return {
            (setting, round_.block): as_first
            * equal.get((round_.cell_id, round_.block), round_.wall_ns / 1e9)
            * self._share_without_rivals(setting, round_, rows)
            for setting, round_, rows in self._sound_rounds()
        }

    def _share_without_rivals(self, setting: Setting, round_: "Round", rows: "NDArray[Any] | None") -> float:
        """What part of its wall this round would take on a quiet machine."""
        job, busy_share = self.job, self._busy_share
        if rows is None or not job.doubt_beside(busy_share):
            return 1.0
        working = min(setting.workers, len(rows))
        return share_without(round_.wall_ns, rows, working, job.load.cpu_share, job.cores, busy_share * job.cores)

    @property
    def _busy_share(self) -> float:
        return median(self.busy_shares) if self.busy_shares else 0.0

    def _failed(self) -> Iterator[FailedSetting]:
        beside_threads = bool(self.inner.threads_named)
        for setting, rounds in self.rounds.items():
            failed = failed_setting(setting, [round_ for round_, _ in rounds], beside_threads=beside_threads)
            if failed and setting != SERIAL_SETTING:
                yield failed

    def study(self) -> Study | None:
        """All rounds with their losses, as a study; None where only the first serial run was."""
        if not self.block:
            return None
        tables = {round_.ledger: rows for _, round_, rows in self._sound_rounds() if rows is not None}
        return with_losses(self._study(), tables)

    def _study(self) -> Study:
        count = len(self.serial.sample.chosen)
        cells = tuple(
            Cell(
                _cell_id(setting), setting, chunksize_in_force(setting, count),
                tuple(round_ for round_, _ in rounds),
            )
            for setting, rounds in self.rounds.items()
        )  # fmt: skip
        return Study(
            self.request.name, self.request.target, self.request.parameters, self._names, self.request.seed,
            self.environment.now(), finished=True, cells=cells,
        )  # fmt: skip

    @cached_property
    def _names(self) -> tuple[str, ...]:
        return tuple(self.serial.items.name(place) for place in self.serial.run)


def _cell_id(setting: Setting) -> str:
    return SERIAL if setting == SERIAL_SETTING else setting.cell_id
