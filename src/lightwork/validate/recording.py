"""Recording: has a plan made for a case, measures what it recommends beside a grid, and tells what came of it.

case -> planner.make -> Choice, and how many workers are of use
     -> study in interleaved blocks (serial, serial again, probes, the recommended setting, the grid) -> Held
     -> with_predictions
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lightwork.analysis.speedometer import FEWEST_SPINS, Walls, equal_speed_walls_s
from lightwork.core.round import Round
from lightwork.core.setting import Setting
from lightwork.core.study import SERIAL, SERIAL_AGAIN, Cell, Study
from lightwork.errors import LightworkError
from lightwork.planning.axes import LONGER_TO_WRITE, Axes, each_once, settings_of
from lightwork.planning.conclude.conclude import result_of
from lightwork.planning.environment import Environment
from lightwork.planning.planner import Planned, make
from lightwork.planning.request import Request
from lightwork.replay.calibration import Calibration
from lightwork.replay.traits import NO_TRAITS
from lightwork.storage import ledgers
from lightwork.study.design import Design, draw_up
from lightwork.study.run import StudyKit, measure
from lightwork.validate.cases import ValidationCase, worker_counts
from lightwork.validate.comparison import Choice, Held, MeasuredRound, ProbeRound, SerialRun, Tried
from lightwork.validate.predicting import with_predictions

if TYPE_CHECKING:
    from lightwork.launch.finished import Finished

PLAN_BUDGET_S, PLAN_SHARE = 60.0, 0.4  # what a plan has by default, and at most of a case's time


@dataclass(frozen=True)
class ValidationGrid:
    """What every case is measured under: the axes of the grid, at most so many blocks, one seed for all chance.

    workers: None for those that the job itself asks for, up to `most_workers`. start_methods: of the grid and of plans.
    """

    strategies: Sequence[str]
    workers: Sequence[int] | None
    most_workers: int
    chunksizes: Sequence[int | None]
    blocks: int
    seed: int
    cores: float
    start_methods: tuple[str, ...]

    @property
    def axes(self) -> Axes:
        """What may be chosen from in the grid."""
        return Axes(tuple(self.strategies), start_methods=self.start_methods)

    def settings(self, useful: int) -> tuple[Setting, ...]:
        """Every setting of the grid, for a job to which so many workers are of use."""
        counts = self.workers or worker_counts(useful, self.cores, self.most_workers)
        return tuple(settings_of(self.axes.kinds(), counts, self.chunksizes, ("given",)))


@dataclass(frozen=True)
class Recorded:
    """A case compared with predictions, and the ledgers, by name, that these were made from."""

    held: Held
    ledgers: Mapping[str, bytes]


def record(
    case: ValidationCase, wanted: ValidationGrid, environment: Environment, calibration: Calibration, budget_s: float
) -> Recorded:
    """The case, planned and measured for so long, and compared with what is predicted for it.

    A case whose work fails is told with its trouble and nothing else. A Ctrl-C leaves what was measured, `finished`
    False.
    """
    began_s = environment.clock_s()
    try:
        planned = _plan(case, wanted, environment, min(PLAN_BUDGET_S, PLAN_SHARE * budget_s))
        choice = Choice(_recommended(planned, environment), environment.clock_s() - began_s)
        design = _design(case, planned, choice, wanted, environment, budget_s - choice.spent_s)
        study, contents = _measured(design, environment)
    except LightworkError as error:
        return Recorded(Held(case.name, case.name, 0, (), (), (), 0.0, finished=True, trouble=str(error)), {})
    held = held_of(case.name, study, _probes(planned), tuple(planned.weights))
    held = replace(held, choice=choice, spent_s=environment.clock_s() - began_s)
    used = {name: contents[name] for run in held.serial for name in run.ledgers}
    tables = {name: ledgers.table(content) for name, content in used.items()}
    return Recorded(with_predictions(held, tables, wanted.cores, calibration, wanted.seed), used)


def _plan(case: ValidationCase, wanted: ValidationGrid, environment: Environment, budget_s: float) -> Planned:
    """What the planner makes of the case, choosing as it would for a user."""
    axes = Axes(rare=LONGER_TO_WRITE, start_methods=wanted.start_methods)
    request = Request(case.workload, case.parameters, axes, wanted.cores, budget_s=budget_s, seed=wanted.seed)
    return make(request, replace(environment, began_s=environment.clock_s()))


def _recommended(planned: Planned, environment: Environment) -> Setting | None:
    recommendation = result_of(planned, environment.machine, "").recommendation
    return recommendation.setting if recommendation else None


def _probes(planned: Planned) -> list[Setting]:
    """What the plan measured first, of every kind of worker that might be near the best: it shows a job's traits."""
    cells = planned.study.cells if planned.study else ()
    first = [cell for cell in cells if any(round_.ok and round_.block == 1 for round_ in cell.rounds)]
    return [cell.setting for cell in first if cell.cell_id != SERIAL]


def _design(
    case: ValidationCase, planned: Planned, choice: Choice, wanted: ValidationGrid, environment: Environment,
    budget_s: float,
) -> Design:  # fmt: skip
    grid = wanted.settings(planned.job.most_workers(NO_TRAITS))
    chosen = [choice.setting] if choice.setting else []
    settings = each_once([*_probes(planned), *chosen, *grid], len(planned.weights))
    return draw_up(
        case.workload, case.parameters, settings,
        environment.workdir.data_dir, blocks=(1, wanted.blocks), budget_s=budget_s, seed=wanted.seed, probe=False,
        prefix=case.name,
    )  # fmt: skip


def _measured(design: Design, environment: Environment) -> tuple[Study, dict[str, bytes]]:
    finished_rounds: list[Finished] = []
    study = measure(
        design,
        StudyKit(
            environment.workdir,
            environment.execute,
            environment.clock_s,
            finished_rounds.append,
            environment.tell,
            environment.now,
        ),
    )
    return study, {finished.round.ledger: finished.ledger for finished in finished_rounds if finished.ledger}


def held_of(name: str, study: Study, probes: Sequence[Setting], weights: tuple[float, ...]) -> Held:
    """The study as trials beside their blocks' serial runs; pure. A block whose serial round failed is left out."""
    levels = equal_speed_walls_s(study) or {}
    references = {round_.block: round_ for round_ in study.serial.rounds if round_.ok}
    by_setting = {cell.setting: {round_.block: round_ for round_ in cell.rounds if round_.ok} for cell in study.cells}
    twins = {round_.block: round_ for cell in study.cells if cell.cell_id == SERIAL_AGAIN for round_ in cell.rounds}
    runs = []
    for block, round_ in references.items():
        shown = {probe: by_setting.get(probe, {}).get(block) for probe in probes}
        runs.append(_serial_run(round_, twins.get(block), shown, levels))
    cells = (cell for cell in study.cells if cell.cell_id not in (SERIAL, SERIAL_AGAIN))
    tried = tuple(_tried(cell, references, levels) for cell in cells)
    return Held(name, study.label, len(study.item_names), weights, tuple(runs), tried, 0.0, study.finished)


def _serial_run(round_: Round, twin: Round | None, shown: Mapping[Setting, Round | None], levels: Walls) -> SerialRun:
    probes = tuple(ProbeRound(setting, probe.ledger) for setting, probe in shown.items() if probe)
    again = twin if twin and twin.ok else None
    return SerialRun(
        round_.block, round_.wall_ns / 1e9, levels.get((SERIAL, round_.block)), again.wall_ns / 1e9 if again else None,
        levels.get((SERIAL_AGAIN, round_.block)), round_.spin_ns if round_.spins >= FEWEST_SPINS else None,
        round_.gil is not False, round_.ledger, probes if len(probes) == len(shown) else (),
    )  # fmt: skip


def _tried(cell: Cell, references: Mapping[int, Round], levels: Walls) -> Tried:
    trials = tuple(
        MeasuredRound(
            round_.block, round_.wall_ns / 1e9, levels.get((cell.cell_id, round_.block)),
            round_.item_cpu_ns / max(references[round_.block].item_cpu_ns, 1),
        )
        for round_ in cell.rounds
        if round_.ok and round_.block in references
    )  # fmt: skip
    return Tried(cell.setting, cell.chunksize, trials, tuple(round_.reason for round_ in cell.rounds if not round_.ok))


def record_all(
    cases: Sequence[ValidationCase],
    wanted: ValidationGrid,
    environment: Environment,
    calibration: Calibration,
    budget_s: float,
    keep: Callable[[Recorded], None],
) -> bool:
    """Record every case within the budget, telling `keep` of each as soon as it is done.

    Returns False where a Ctrl-C ended it early.
    """  # fmt: skip
    began_s = environment.clock_s()
    for number, case in enumerate(cases):
        left_s = budget_s - (environment.clock_s() - began_s)
        recorded = record(case, wanted, environment, calibration, max(left_s, 0.0) / (len(cases) - number))
        keep(recorded)
        if not recorded.held.finished:
            return False
    return True
