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
from lightwork.plan.request import Request
from lightwork.storage import ledgers
from lightwork.study.design import Design, draw_up
from lightwork.study.run import Contenders, StudyKit, StudyProgress, measure
from lightwork.workload import target


@dataclass(frozen=True)
class Environment:
    """What the planner needs from outside: a workdir, a way to run rounds, a clock, ears, and the machine's facts.

    calibrations: the folder that keeps what strategies cost on this machine.
    """

    workdir: Workdir
    execute: Execute
    clock_s: Callable[[], float]
    tell: Callable[[StudyProgress], None]
    say: Callable[[str], None]
    now: Callable[[], str]
    machine: Mapping[str, Any]
    calibrations: Path

    def design(self, name: str, parameters: Mapping[str, Any], settings: Sequence[Setting], **more: Any) -> Design:
        """The design of a study of a workload or a target, labelled in short."""
        made = draw_up(name, parameters, settings, self.workdir.data_dir, **more)
        return replace(made, label=name.rpartition("/")[2] if target.is_reference(name) else made.label)

    def run(
        self, request: Request, parameters: Mapping[str, Any], setting: Setting, name: str, deadline_s: float,
        *, probe: bool = False,
    ) -> Finished:  # fmt: skip
        """One round of the request's target by itself, in folders of this name, given up after so long.

        No digests are taken: there is nothing to compare the results with.
        """
        workdir = self.workdir
        job = Job(
            setting.cell_id, 0, 0, request.target, parameters, setting, request.seed, True, True,
            str(workdir.data_dir), str(workdir.rounds / name), str(workdir.shared / name), probe=probe, digests=False,
        )  # fmt: skip
        return self.execute(job, deadline_s)

    def measure(self, design: Design, contenders: Contenders | None = None) -> tuple[Study, dict[str, Any]]:
        """The study, and the ledgers of its rounds by name.

        Raises KeyboardInterrupt where a Ctrl-C ended it early: half a race decides nothing.
        """
        finished_rounds: list[Finished] = []
        around = StudyKit(self.workdir, self.execute, self.clock_s, finished_rounds.append, self.tell, self.now)
        study = measure(design, around, contenders)
        if not study.finished:
            raise KeyboardInterrupt
        return study, {
            finished.round.ledger: ledgers.table(finished.ledger) for finished in finished_rounds if finished.ledger
        }
