"""A study: all cells of one workload, measured in interleaved blocks.

    warm-up serial round -> a probing round of every cell that there is time for
        -> block 0, 1, 2, ... (each: serial, serial again, every setting; shuffled) -> Study

Every block holds the serial reference and its A/A twin. Time and the way rounds are run are arguments, so
that a whole study can be tested in milliseconds.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from lightwork import strategies
from lightwork.analysis.losses import violations
from lightwork.core.round import Job, Outcome, Round
from lightwork.core.setting import Setting
from lightwork.core.study import SERIAL, SERIAL_AGAIN, Cell, Study
from lightwork.errors import UsageError, WorkError
from lightwork.launch.finished import Execute, Finished
from lightwork.launch.workdir import Workdir
from lightwork.study.block_order import order_of
from lightwork.study.design import SERIAL_SETTING, Design
from lightwork.study.shared_budget import FEWEST_BLOCKS, Share, blocks_with_room

WARM_UP = "warm-up"
WARM_UP_BLOCK, PROBE_BLOCK = -1, -2
TRIES_OF_A_FAILING_CELL = 2  # then it is known to fail, and a hung one costs its deadline each time


@dataclass(frozen=True)
class StudyProgress:
    """How far a study is, told between rounds.

    probed: how many cells were probed so far, before the first block; rounds count those of blocks alone.
    """

    label: str
    rounds_done: int
    elapsed_s: float
    left_s: float
    probed: int


@dataclass(frozen=True)
class StudyKit:
    """What a study needs from outside: a way to run rounds, a clock, and ears.

    keep is told of every finished round at once; tell of the progress after it.
    """

    workdir: Workdir
    execute: Execute
    clock_s: Callable[[], float]
    keep: Callable[[Finished], None]
    tell: Callable[[StudyProgress], None]
    now: Callable[[], str]


def deadline_s(serial_s: float) -> float:
    """When a round is given up: 10 s and five times the serial time, start-up of any kind included."""
    return 10.0 + 5.0 * serial_s


class _Measurement:
    """The state of a study under way. least: how many blocks are run at least. took_s: of each cell's probing round."""

    def __init__(self, design: Design, around: StudyKit) -> None:
        self.design, self.around = design, around
        self.settings = design.cells()
        self.rounds: dict[str, list[Round]] = {cell_id: [] for cell_id in self.settings}
        self.probes: dict[str, Round] = {}
        self.began_s = self.blocks_began_s = around.clock_s()
        self.done = 0
        self.reference: Round | None = None
        self.deadline_s = design.timeout_s or 600.0
        self.least = design.blocks[0]
        self.took_s: dict[str, float] = {}
        self.is_empty = False

    def warm_up(self) -> None:
        """One serial round that is not counted: warms caches, sets the deadline, gives the reference result."""
        round_ = self.round(WARM_UP, SERIAL_SETTING, WARM_UP_BLOCK, 0)
        if not round_.ok:
            raise WorkError(f"{self.design.label}: the serial round {round_.outcome}: {round_.reason}\n{round_.detail}")
        self.reference = round_
        self.warm_up_s = self.elapsed_s()
        self.deadline_s = self.design.timeout_s or deadline_s(round_.wall_ns / 1e9)

    def elapsed_s(self) -> float:
        """Seconds since the study began."""
        return self.around.clock_s() - self.began_s

    def probe(self) -> None:
        """One round of every cell that counts what costs time to count; not timed. The twin needs none.

        Few workers first: where time ends early, every strategy has one setting.
        """
        few_first = sorted(self.design.settings, key=lambda setting: setting.workers)
        waiting = [SERIAL, *(setting.cell_id for setting in few_first)] if self.design.probe else []
        for position, cell_id in enumerate(waiting):
            if not self.has_time_for(cell_id):
                self.leave_out(waiting[position:])
                break
            began_s = self.elapsed_s()
            self.probes[cell_id] = self.round(cell_id, self.settings[cell_id], PROBE_BLOCK, position)
            self.took_s[cell_id] = self.elapsed_s() - began_s
            self.around.tell(self.progress())
        self.blocks_began_s = self.around.clock_s()

    def has_time_for(self, cell_id: str) -> bool:
        """Whether there is time for blocks with this cell too, as far as can be seen from the rounds so far."""
        if self.design.limit_s is None:
            return True
        serial_s = self.took_s.get(SERIAL, self.warm_up_s)
        spent_s = self.elapsed_s() + (serial_s if cell_id == SERIAL else 0.0)
        settings_s = [took_s for probed, took_s in self.took_s.items() if probed != SERIAL]
        share = Share(self.design.budget_s, self.design.limit_s)
        blocks = blocks_with_room(spent_s, serial_s, settings_s, self.design.blocks[0], share)
        self.least = blocks or self.least
        return blocks > 0

    def leave_out(self, cell_ids: Sequence[str]) -> None:
        """Measure without these settings; nothing where none is left."""
        for cell_id in set(cell_ids) - {SERIAL}:
            del self.settings[cell_id], self.rounds[cell_id]
        self.is_empty = len(self.settings) <= len((SERIAL, SERIAL_AGAIN))

    def block(self, block: int) -> None:
        """One round of every cell that does not keep failing."""
        alive = [cell_id for cell_id in self.rounds if not self.keeps_failing(cell_id)]
        for position, cell_id in enumerate(order_of(alive, block, self.design.seed)):
            self.rounds[cell_id].append(self.round(cell_id, self.settings[cell_id], block, position))
            self.done += 1
            self.around.tell(self.progress())

    def keeps_failing(self, cell_id: str) -> bool:
        """Whether the cell has failed so often that it is not tried again; its probing round counts."""
        probe = self.probes.get(cell_id)
        tried = [*self.rounds[cell_id], *([probe] if probe else [])]
        return sum(not round_.ok for round_ in tried) >= TRIES_OF_A_FAILING_CELL

    def round(self, cell_id: str, setting: Setting, block: int, position: int) -> Round:
        """Run one round, hold it against the reference and keep it."""
        design, workdir = self.design, self.around.workdir
        name = f"b{block}-{position}"
        job = Job(
            cell_id, block, position, design.workload, design.parameters, setting, design.seed,
            design.runqueue, design.spin, str(workdir.data_dir), str(workdir.rounds / name), str(workdir.shared / name),
            probe=block == PROBE_BLOCK, digests=design.compare_results,
        )  # fmt: skip
        finished = self._executed(job)
        named = replace(finished.round, ledger=f"{design.prefix}-{finished.round.ledger}")
        checked = sound(replace(finished, round=named), setting.workers)
        finished = replace(finished, round=held_against(checked, self.reference, design.compare_results))
        self.around.keep(finished)
        return finished.round

    def _executed(self, job: Job) -> Finished:
        """The round. What could be done before and can't now (a server that is gone) makes it a failed one."""
        try:
            return self.around.execute(job, self.deadline_s)
        except UsageError as error:
            if self.reference is None:
                raise
            items = len(self.design.item_names)
            round_ = Round(job.cell_id, job.block, job.position, Outcome.RAISED, str(error), items_expected=items)
            return Finished(round_, b"")

    def progress(self) -> StudyProgress:
        """How far the study is, with the time left by its own pace and its budget."""
        now_s, cells = self.around.clock_s(), len(self.rounds)
        elapsed_s = now_s - self.began_s
        low, high = self.least, self.design.blocks[1]
        has_pace = self.done > 0
        pace_s = (now_s - self.blocks_began_s) / self.done if has_pace else elapsed_s / (1 + len(self.probes))
        by_budget_s = max(self.design.budget_s - elapsed_s, (low * cells - self.done) * pace_s)
        left_s = max(0.0, min((high * cells - self.done) * pace_s, by_budget_s))
        return StudyProgress(self.design.label, self.done, elapsed_s, left_s, len(self.probes))

    def may_begin(self, block: int) -> bool:
        """Whether one more block is wanted and, past the least number, fits into the budget."""
        if self.is_empty:
            return False
        elapsed_s, limit_s = self.elapsed_s(), self.design.limit_s
        one_more_s = (self.around.clock_s() - self.blocks_began_s) / max(block, 1)
        if block < self.least and (block < FEWEST_BLOCKS or limit_s is None or elapsed_s + one_more_s <= limit_s):
            return True
        return block < self.design.blocks[1] and elapsed_s + one_more_s <= self.design.budget_s


def measure(design: Design, around: StudyKit) -> Study:
    """Measure the design. A Ctrl-C ends it early: what was measured is returned, `finished` is False.

    Raises UsageError when a setting can't be, before anything runs; WorkError when the serial round fails.
    """
    for setting in design.cells().values():
        strategies.require(setting.strategy)
    chunksizes = {
        cell_id: strategies.chunksize_in_force(setting, len(design.item_names))
        for cell_id, setting in design.cells().items()
    }
    measurement = _Measurement(design, around)
    started_at, finished, block = around.now(), True, 0
    try:
        measurement.warm_up()
        measurement.probe()
        while measurement.may_begin(block):
            measurement.block(block)
            block += 1
    except KeyboardInterrupt:
        finished = False
    return _study(measurement, chunksizes, started_at, finished)


def _study(measurement: _Measurement, chunksizes: Mapping[str, int | None], started_at: str, finished: bool) -> Study:
    design = measurement.design
    cells = (
        Cell(cell_id, setting, chunksizes[cell_id], tuple(measurement.rounds[cell_id]), measurement.probes.get(cell_id))
        for cell_id, setting in measurement.settings.items()
    )
    return Study(
        design.label, design.workload, design.parameters, design.item_names, design.seed, started_at, finished,
        tuple(cells),
    )  # fmt: skip


def held_against(round_: Round, reference: Round | None, compare_results: bool = True) -> Round:
    """The round, its outcome WRONG where its work differs from the reference's: failing work looks fast.

    compare_results: whether the results' digests are compared too; a user's function may return something new each
    time.
    """
    if reference is None or not (round_.ok or round_.outcome is Outcome.RECOVERED):
        return round_
    if round_.evidence != reference.evidence:
        reason = f"the check found {dict(round_.evidence)} but serial found {dict(reference.evidence)}"
        return replace(round_, outcome=Outcome.WRONG, reason=reason)
    if compare_results and round_.ok and round_.result_digest != reference.result_digest:
        return replace(round_, outcome=Outcome.WRONG, reason="the results differ from the serial round's")
    return round_


def sound(finished: Finished, lanes: int) -> Round:
    """The round, its outcome UNSOUND where its ledger breaks a condition without which losses mean nothing."""
    round_ = finished.round
    if not round_.ok or not finished.ledger:
        return round_
    from lightwork.storage import ledgers  # numpy only when something is measured

    broken = violations(round_, ledgers.table(finished.ledger), lanes)
    return replace(round_, outcome=Outcome.UNSOUND, reason="; ".join(broken)) if broken else round_
