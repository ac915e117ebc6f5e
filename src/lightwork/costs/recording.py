"""Recording: all probes in interleaved blocks, each round in a fresh host and without a ledger.

first looks at every probe, which set its number of items -> block 0, 1, 2, ... (every probe once, shuffled)
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lightwork.core.round import Job, Round
from lightwork.costs.probes import CostProbe
from lightwork.launch.finished import Execute
from lightwork.launch.workdir import Workdir
from lightwork.study.block_order import order_of
from lightwork.study.run import TRIES_OF_A_FAILING_CELL, StudyProgress

DEADLINE_S = 60.0
LABEL = "costs"
FIRST_LOOK = -1
MOST_BLOCKS = 100


@dataclass
class CostSample:
    """What came of a probe: walls in nanoseconds by block, and why rounds failed, one line each."""

    probe: CostProbe
    walls_ns: dict[int, int]
    failures: list[str]


@dataclass(frozen=True)
class RecordingKit:
    """What a recording needs from outside: a workdir, a way to run rounds, a clock, and an ear for the progress."""

    workdir: Workdir
    execute: Execute
    clock_s: Callable[[], float]
    tell: Callable[[StudyProgress], None]


class _Recording:
    """The state of a recording under way."""

    def __init__(self, around: RecordingKit, seed: int, budget_s: float) -> None:
        self.around, self.seed, self.budget_s = around, seed, budget_s
        self.samples: dict[str, CostSample] = {}
        self.looked = self.done = 0
        self.began_s = self.blocks_began_s = around.clock_s()

    def look(self, probes: Sequence[CostProbe]) -> None:
        """Give every probe the number of items that it needs, from rounds of its own; starts first."""
        starts: dict[str, int] = {}
        for probe in sorted(probes, key=lambda cost_probe: not cost_probe.start_up):
            sized, round_ = self._sized(probe, starts.get(probe.setting.strategy, 0))
            if round_.ok and probe.start_up:
                starts[probe.setting.strategy] = round_.wall_ns
            self.samples[probe.name] = CostSample(sized, {}, [] if round_.ok else [_failure(round_)])
        self.blocks_began_s = self.around.clock_s()

    def _sized(self, probe: CostProbe, start_ns: int) -> tuple[CostProbe, Round]:
        """The probe with as many items as it needs, and the last round that it was told from."""
        round_ = self._look_at(probe)
        if probe.start_up and round_.ok:  # the first one reads from disk what the others find in memory
            round_ = self._look_at(probe)
        while round_.ok and probe.is_too_short(start_ns, round_.wall_ns):
            probe = probe.resized(start_ns, round_.wall_ns)
            round_ = self._look_at(probe)
        return (probe.resized(start_ns, round_.wall_ns) if round_.ok else probe), round_

    def _look_at(self, probe: CostProbe) -> Round:
        round_ = self.run(probe, FIRST_LOOK, self.looked)
        self.looked += 1
        self.tell()
        return round_

    def block(self, block: int) -> None:
        """Run every probe that does not keep failing once."""
        alive = [
            name for name, cost_sample in self.samples.items() if len(cost_sample.failures) < TRIES_OF_A_FAILING_CELL
        ]
        for position, name in enumerate(order_of(alive, block, self.seed)):
            sample = self.samples[name]
            round_ = self.run(sample.probe, block, position)
            if round_.ok:
                sample.walls_ns[block] = round_.wall_ns
            else:
                sample.failures.append(_failure(round_))
            self.done += 1
            self.tell()

    def run(self, probe: CostProbe, block: int, position: int) -> Round:
        """One round of a probe."""
        workdir, name = self.around.workdir, f"b{block}-{position}"
        parameters = {"items": probe.items, "payload_bytes": probe.payload_bytes}
        job = Job(
            probe.setting.cell_id, block, position, "no_op", parameters, probe.setting, self.seed, False, False,
            str(workdir.data_dir), str(workdir.rounds / name), str(workdir.shared / name), record=False,
        )  # fmt: skip
        return self.around.execute(job, DEADLINE_S).round

    def may_begin(self, block: int) -> bool:
        """Whether one more block is within the budget; the first one is in any case."""
        if not block:
            return True
        now_s = self.around.clock_s()
        one_more_s = (now_s - self.blocks_began_s) / block
        return block < MOST_BLOCKS and now_s - self.began_s + one_more_s <= self.budget_s

    def tell(self) -> None:
        """Tell how far it is."""
        elapsed_s = self.around.clock_s() - self.began_s
        left_s = max(self.budget_s - elapsed_s, 0.0)
        self.around.tell(StudyProgress(LABEL, self.done, elapsed_s, left_s, self.looked))


def record(
    probes: Sequence[CostProbe], around: RecordingKit, budget_s: float, seed: int = 1
) -> tuple[list[CostSample], bool]:
    """Every probe's sample in the order given, and whether the recording came to its end.

    At least one block, more as the budget allows; a Ctrl-C ends it early, and what was measured is returned.
    """
    recording, block, finished = _Recording(around, seed, budget_s), 0, True
    try:
        recording.look(probes)
        while recording.may_begin(block):
            recording.block(block)
            block += 1
    except KeyboardInterrupt:
        finished = False
    return [recording.samples[probe.name] for probe in probes if probe.name in recording.samples], finished


def _failure(round_: Round) -> str:
    return f"{round_.outcome}: {round_.reason}"
