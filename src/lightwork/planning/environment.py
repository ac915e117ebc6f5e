"""What planning needs from outside, so that a whole plan can be made anywhere."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from lightwork.core.round import Job
from lightwork.core.setting import Setting
from lightwork.core.study import Study
from lightwork.launch.finished import Execute, Finished
from lightwork.launch.workdir import Workdir
from lightwork.planning import scratch
from lightwork.planning.own_times import without_turns
from lightwork.planning.request import INNER_THREADS, Request
from lightwork.storage import ledgers
from lightwork.study.design import Design, draw_up
from lightwork.study.run import StudyKit, StudyProgress, measure
from lightwork.workload import user_function


def _is_quiet() -> float:
    return 0.0


@dataclass(frozen=True)
class Environment:
    """What the planner needs from outside: a workdir, a way to run rounds, a clock, ears, and the machine's facts.

    calibrations: the folder that keeps what strategies cost on this machine. began_s: by the clock, when the user
    pressed Enter. busy_share: looks for a moment how much of the machine's CPU time others take, 0 to 1.
    """

    workdir: Workdir
    execute: Execute
    clock_s: Callable[[], float]
    tell: Callable[[StudyProgress], None]
    say: Callable[[str], None]
    now: Callable[[], str]
    machine: Mapping[str, Any]
    calibrations: Path
    began_s: float = 0.0
    busy_share: Callable[[], float] = _is_quiet

    def design(self, name: str, parameters: Mapping[str, Any], settings: Sequence[Setting], **more: Any) -> Design:
        """The design of a study of a workload or a target, labelled in short."""
        made = draw_up(name, parameters, settings, self.workdir.data_dir, **more)
        return replace(made, label=name.rpartition("/")[2] if user_function.is_reference(name) else made.label)

    def run(
        self, request: Request, parameters: Mapping[str, Any], setting: Setting, name: str, deadline_s: float,
        *, probe: bool = False, block: int = 0, weights: str = "", inner_threads: int | None = None,
    ) -> Finished:  # fmt: skip
        """One round of the request's target by itself, in folders of this name, given up after so long.

        weights: the file of the items' weights, for the order largest first; "" for the workload's own. inner_threads:
        how many a BLAS or OpenMP library may have in each process; None for as many as it likes. No digests are
        taken of what a user's function returns: it may be something new each time. Its ledger has the items' own times,
        without what they waited for their turns.
        """
        job = self._job(request.target, parameters, setting, name, request.seed)
        job = replace(
            job, probe=probe, block=block, weights=weights, digests=not user_function.is_reference(request.target)
        )
        job = replace(job, locks=bool(parameters.get("trial_s")))
        if inner_threads:
            job = replace(job, environment={INNER_THREADS: str(inner_threads)})
        finished = self._executed(job, deadline_s, in_scratch=bool(parameters.get("scratch")))
        return without_turns(finished, request.apart_ns) if request.rate else finished

    def _executed(self, job: Job, deadline_s: float, *, in_scratch: bool) -> Finished:
        if not in_scratch:
            return self.execute(job, deadline_s)
        with scratch.fresh(job, Path.cwd(), self.workdir) as scratched:
            return self.execute(scratched, deadline_s)

    def run_job(
        self, workload: str, parameters: Mapping[str, Any], setting: Setting, name: str, deadline_s: float
    ) -> Finished:
        """One round of any workload or target."""
        return self.execute(self._job(workload, parameters, setting, name, 1), deadline_s)

    def _job(self, workload: str, parameters: Mapping[str, Any], setting: Setting, name: str, seed: int) -> Job:
        workdir = self.workdir
        return Job(
            setting.cell_id, 0, 0, workload, parameters, setting, seed, True, True,
            str(workdir.data_dir), str(workdir.rounds / name), str(workdir.shared / name),
        )  # fmt: skip

    @property
    def usable_cpus(self) -> float:
        """How many CPUs this machine lets a round use."""
        return float(self.machine["usable_cpus"])

    def left_s(self, budget_s: float) -> float:
        """What is left of a budget that began when planning did."""
        return budget_s - (self.clock_s() - self.began_s)

    def measure(self, design: Design) -> tuple[Study, dict[str, Any]]:
        """The study, and the ledgers of its rounds by name.

        Raises KeyboardInterrupt where a Ctrl-C ended it early: half a study decides nothing.
        """
        finished_rounds: list[Finished] = []
        around = StudyKit(self.workdir, self.execute, self.clock_s, finished_rounds.append, self.tell, self.now)
        study = measure(design, around)
        if not study.finished:
            raise KeyboardInterrupt
        return study, {
            finished.round.ledger: ledgers.table(finished.ledger) for finished in finished_rounds if finished.ledger
        }
