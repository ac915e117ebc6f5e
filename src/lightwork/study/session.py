"""A bench session: what one pytest run measures and saves.

BenchRequest -> cells -> (selected by -k) -> a study per workload, at its first test -> Results -> saved JSON
"""

import dataclasses
import functools
import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lightwork.analysis.scaling import CellScaling, StudyScaling, scale
from lightwork.analysis.speedometer import equal_speed_walls_s
from lightwork.core import cluster_facts
from lightwork.core.estimate import Estimate
from lightwork.core.study import SERIAL, Cell, Results, Study
from lightwork.errors import JournalError, WorkError
from lightwork.launch.finished import Execute
from lightwork.launch.run import launch
from lightwork.launch.workdir import Workdir, open_workdir
from lightwork.ledger import overhead
from lightwork.machine.facts import facts
from lightwork.storage.journal import Journal
from lightwork.storage.paths import data_dir
from lightwork.storage.results_json import encode
from lightwork.study.bench_request import BenchRequest, WantedCell
from lightwork.study.design import SERIAL_SETTING, Design, draw_up, limits
from lightwork.study.progress import Teller
from lightwork.study.resume import STARTED_AT, JournalFolder, Replayed, facts_of, gone_on_with
from lightwork.study.retry import Retrying
from lightwork.study.run import StudyKit, measure
from lightwork.study.shared_budget import SharedBudget

if TYPE_CHECKING:
    from lightwork.core.setting import Setting

TO_THE_END_S = 3.3  # beyond a study's budget: its last rounds, and working out what they mean


@dataclass(frozen=True)
class Expected:
    """How much a run is to measure. is_limited: whether it ends after so many seconds, whatever is done by then."""

    settings: int
    workloads: int
    seconds: float
    is_limited: bool


@dataclass(frozen=True)
class Measured:
    """One cell as its test gets it: its rounds, and its scaling within its study."""

    study: StudyScaling
    scaling: CellScaling

    @property
    def cell(self) -> Cell:
        """The recorded cell."""
        return self.scaling.cell

    @property
    def failure(self) -> str:
        """One line with counts when any round failed, else ""."""
        failed = self.scaling.failed
        if not failed:
            return ""
        return f"failed in {len(failed)} of {len(self.cell.tried)} rounds: {failed[0].outcome}: {failed[0].reason}"

    @property
    def walls_s(self) -> list[float]:
        """The wall time of every round in block order, seconds."""
        return [round_.wall_ns / 1e9 for round_ in self.cell.rounds]

    def extra_info(self) -> dict[str, Any]:
        """What the saved benchmark says beside its times, plain JSON types only."""
        study, cell, rounds = self.study.study, self.cell, self.cell.rounds
        return {
            "workload": study.workload,
            "parameters": dict(study.parameters),
            **dataclasses.asdict(cell.setting),
            "chunksize": cell.chunksize,
            "seed": study.seed,
            "items_done": min(round_.items_done for round_ in rounds),
            "items_expected": len(study.item_names),
            "check": self.failure or "ok",
            "blocks": [round_.block for round_ in rounds],
            "disturbed_blocks": sorted(self.scaling.disturbed),
            "speedup": _plain(self.scaling.speedup),
            "speedup_equal_speed": _plain(self.scaling.speedup_equal_speed),
            "serial_s": _plain(self.study.serial_s),
            "total_item_s": self.study.total_item_s,
            "longest_item_s": self.study.longest_item_s,
            "longest_item": self.study.longest_item_name,
            "noise_floor": finite(self.study.noise_floor),
        }


def _plain(estimate: Estimate | None) -> dict[str, Any] | None:
    return None if estimate is None else dataclasses.asdict(estimate)


def as_in_the_hosts(machine: Mapping[str, Any], studies: Sequence[Study]) -> dict[str, Any]:
    """The machine's facts, the GIL as the rounds' hosts had it: what this process imports can enable it here alone."""
    seen = {round_.gil for study in studies for cell in study.cells for round_ in cell.rounds} - {None}
    return {**machine, **({"gil": any(seen)} if seen else {})}


def finite(number: float | None) -> float | None:
    """The number, or None for what JSON has no word for."""
    return number if number is not None and math.isfinite(number) else None


class Session:
    """Measures each workload once, when its first cell is wanted.

    wanted: the cells that may be asked for; `select` narrows them. run: where its journals lie.
    terminal: makes a context in which progress can be drawn (one that lifts pytest's capture).
    """

    def __init__(
        self, wanted: BenchRequest, run: JournalFolder, terminal: Callable[[], AbstractContextManager[Any]]
    ) -> None:
        self.request, self.interrupted, self.left_over = wanted, False, ""
        self.run = run.name
        self._run = run
        self._selected: dict[str, list[Setting]] = {}
        self._studies: dict[str, Study | WorkError] = {}
        self._scalings: dict[str, StudyScaling] = {}
        self._journals: dict[str, Journal] = {}
        self._terminal = terminal

    def select(self, wanted: Sequence[WantedCell]) -> None:
        """Measure these cells and no others (the serial reference and its twin always come along)."""
        for wanted_cell in wanted:
            settings = self._selected.setdefault(wanted_cell.label, [])
            if wanted_cell.setting.strategy != SERIAL:
                settings.append(wanted_cell.setting)

    def settings(self) -> "list[Setting]":
        """Every setting that is to be measured, the serial one apart."""
        return [setting for settings in self._selected.values() for setting in settings]

    def expected(self) -> Expected:
        """How much is to be measured, and for how long."""
        grids = [self.request.grids[label] for label in self._selected]
        seconds = sum(grid.budget_s + TO_THE_END_S for grid in grids)
        return Expected(len(self.settings()), len(grids), seconds, all(grid.is_limited for grid in grids))

    def left_out(self) -> int:
        """For how many settings there was no time."""
        if self.interrupted:
            return 0
        failed = {label for label, study in self._studies.items() if isinstance(study, WorkError)}
        measured = {(study.label, cell.setting) for study in self._with_reference() for cell in study.cells}
        wanted = {(label, setting) for label in self._selected.keys() - failed for setting in self._selected[label]}
        return len(wanted - measured)

    def limits(self) -> list[str]:
        """What the selected workloads say of their limits, a line for each.

        Raises UsageError for a selected setting that would exceed one.
        """
        lines: list[str] = []
        for label, settings in self._selected.items():
            grid = self.request.grids[label]
            lines += limits(grid.workload, grid.parameters, (SERIAL_SETTING, *settings))
        return list(dict.fromkeys(lines))

    def measured(self, wanted: WantedCell) -> Measured | None:
        """What the study of this cell's workload found for it; None when there was no round of it.

        Raises WorkError when the workload's serial reference fails, UsageError when it can't be measured.
        """
        study = self._study(wanted.label)
        cell_id = SERIAL if wanted.setting.strategy == SERIAL else wanted.setting.cell_id
        cell = next((cell for cell in study.cells if cell.cell_id == cell_id), None) if study else None
        if study is None or cell is None or not cell.rounds or not study.serial.rounds:
            return None
        scaling = self._scaling(study)
        return Measured(scaling, next(scaled for scaled in scaling.cells if scaled.cell is cell))

    @property
    def measured_any(self) -> bool:
        """Whether any study has rounds to tell of."""
        return bool(self._with_reference())

    def results(self) -> Results:
        """Everything measured so far."""
        return Results(self._with_reference(), as_in_the_hosts(self.facts, self._with_reference()), self.ledger_cost_ns)

    def save_ledgers(self, path: Path) -> None:
        """Write all ledgers kept so far into one compressed file."""
        from lightwork.storage import ledgers  # numpy only when something is saved

        path.parent.mkdir(parents=True, exist_ok=True)
        ledgers.save(
            path, ((name, file.read_bytes()) for journal in self._journals.values() for name, file in journal.ledgers())
        )

    def saved(self, ledgers_name: str) -> dict[str, Any]:
        """What goes into the saved JSON, with the name of the ledgers' file."""
        return {**encode(self.results()), "ledgers": ledgers_name}

    def how_to_resume(self) -> str:
        """What to do where nothing could be saved."""
        return f"its rounds are in {self._run.folder}; free some space, then run the same with --resume {self.run}"

    def drop_journals(self) -> None:
        """Remove the journals: all in them is saved, or was not to be. An interrupted run keeps its own, to resume."""
        for journal in self._journals.values():
            journal.close()
        over = [journal.folder for label, journal in self._journals.items() if self._is_over(label)]
        if self._run.drop([] if self.interrupted else over):
            why = "interrupted: its rounds are" if self.interrupted else "rounds that could not be saved are"
            self.left_over = f"{why} in {self._run.folder}; run the same command with --resume to measure the rest"

    def _is_over(self, label: str) -> bool:
        outcome = self._studies.get(label)
        return outcome is not None and not isinstance(outcome, JournalError)

    @functools.cached_property
    def facts(self) -> Mapping[str, Any]:
        """The machine's facts, read once."""
        return facts(data_dir())

    @functools.cached_property
    def ledger_cost_ns(self) -> Mapping[str, float]:
        """The ledger's cost per item, measured once."""
        return overhead.measure_apart()

    @functools.cached_property
    def _budget(self) -> SharedBudget:
        """The time of the studies that share one."""
        grids = {label: self.request.grids[label] for label in self._selected}
        return SharedBudget({label: grid.budget_s for label, grid in grids.items() if grid.is_limited})

    def _with_reference(self) -> tuple[Study, ...]:
        return tuple(study for study in self._studies.values() if isinstance(study, Study) and study.serial.rounds)

    def _study(self, label: str) -> Study | None:
        if label not in self._studies:
            if self.interrupted or self._budget.is_spent(label):
                return None
            try:
                self._studies[label] = self._measure(label)
            except WorkError as error:
                self._studies[label] = error
        outcome = self._studies[label]
        if isinstance(outcome, WorkError):
            raise outcome
        return outcome

    def _measure(self, label: str) -> Study:
        design = self._design(label)
        _ = self.facts, self.ledger_cost_ns
        facts_now = facts_of(
            design, self.facts, retry=self.request.retry, data_dir=str(data_dir()), scheduler=cluster_facts.scheduler()
        )
        journal, contents = self._run.journal(facts_now, started_at=_now())
        self._journals[label] = journal
        share = self._budget.share(label)
        if share:
            design = replace(design, budget_s=share.budget_s, limit_s=share.limit_s)
        others_s = share.limit_s - share.budget_s if share else 0.0
        design = gone_on_with(replace(design, prefix=journal.folder.name), contents)
        with self._terminal(), open_workdir(data_dir()) as workdir, Teller(label, others_s=others_s) as teller:
            played = Replayed(contents, design.prefix, self._execute(workdir), journal.keep)
            began = str(contents.facts.get(STARTED_AT) or _now())
            around = StudyKit(workdir, played.execute, played.clock_s, played.keep, teller.tell, lambda: began)
            try:
                study = measure(design, around)
            finally:
                self._budget.spend(label, played.clock_s())
        if study.finished:
            journal.end_study()
        study = self._with_losses(study, journal)
        self.interrupted = self.interrupted or not study.finished
        return study

    def _execute(self, workdir: Workdir) -> Execute:
        run = functools.partial(launch, workdir)
        return Retrying(workdir, run) if self.request.retry else run

    def _with_losses(self, study: Study, journal: Journal) -> Study:
        from lightwork.analysis.study_losses import with_losses
        from lightwork.storage import ledgers  # numpy only when something was measured

        return with_losses(study, {name: ledgers.table(path.read_bytes()) for name, path in journal.ledgers()})

    def _design(self, label: str) -> Design:
        grid = self.request.grids[label]
        return draw_up(
            grid.workload, grid.parameters, self._selected[label], data_dir(),
            blocks=grid.blocks, budget_s=grid.budget_s, timeout_s=self.request.timeout_s, seed=self.request.seed,
        )  # fmt: skip

    def _scaling(self, study: Study) -> StudyScaling:
        if study.label not in self._scalings:
            usable = float(self.facts["usable_cpus"])
            self._scalings[study.label] = scale(study, usable, equal_speed_walls_s(study))
        return self._scalings[study.label]


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
