"""Recording: measures a case's grid in interleaved blocks, and has a plan made for it beside; tells what came of it.

case -> study (serial, serial again, probes, every setting, shuffled in each block) -> Held -> with_predictions
     -> planner.make with a part of the time -> Choice
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lightwork.analysis.speedometer import FEWEST_SPINS, Walls, equal_speed_walls_s
from lightwork.core.round import Round
from lightwork.core.setting import Setting
from lightwork.core.study import SERIAL, SERIAL_AGAIN, Cell, Study
from lightwork.errors import LightworkError
from lightwork.plan.axes import Axes
from lightwork.plan.conclude.conclude import result_of
from lightwork.plan.environment import Environment
from lightwork.plan.planner import make
from lightwork.plan.request import Request
from lightwork.replay.calibration import Calibration
from lightwork.storage import ledgers
from lightwork.study.design import Design, draw_up
from lightwork.study.run import StudyKit, measure
from lightwork.validate.cases import ValidationCase, settings_of
from lightwork.validate.comparison import Choice, Held, MeasuredRound, SerialRun, Tried
from lightwork.validate.predicting import PROBES, with_predictions
from lightwork.workload import registry
from lightwork.workload.api import Place

if TYPE_CHECKING:
    from lightwork.launch.finished import Finished

PLAN_SHARE = 0.2  # of the grid's measuring time


@dataclass(frozen=True)
class ValidationGrid:
    """What every case is measured under: the axes of the grid, at most so many blocks, one seed for all chance."""

    strategies: Sequence[str]
    workers: Sequence[int]
    chunksizes: Sequence[int | None]
    blocks: int
    seed: int
    cores: float


@dataclass(frozen=True)
class Recorded:
    """A case compared with predictions, and the ledgers, by name, that these were made from."""

    held: Held
    ledgers: Mapping[str, bytes]


def record(
    case: ValidationCase, wanted: ValidationGrid, environment: Environment, calibration: Calibration, budget_s: float
) -> Recorded:
    """The case, measured for so long and compared with what is predicted for it.

    A case whose work fails is told with its trouble and nothing else. A Ctrl-C leaves what was measured, `finished`
    False.
    """
    try:
        design = _design(case, wanted, environment, budget_s / (1 + PLAN_SHARE))
        began_s = environment.clock_s()
        study, contents = _measured(design, environment)
        grid_s = environment.clock_s() - began_s
    except LightworkError as error:
        return Recorded(Held(case.name, case.name, 0, (), (), (), 0.0, finished=True, trouble=str(error)), {})
    held = replace(held_of(case.name, study, _weights(design, environment)), grid_s=grid_s)
    used = {name: contents[name] for run in held.serial for name in (run.ledger, run.twin, *run.probes) if name}
    tables = {name: ledgers.table(content) for name, content in used.items()}
    held = with_predictions(held, tables, wanted.cores, calibration, wanted.seed)
    if not held.finished:
        return Recorded(held, used)
    try:
        return Recorded(replace(held, choice=_choice(design, wanted, environment, grid_s)), used)
    except KeyboardInterrupt:  # the grid is measured: that is kept
        return Recorded(replace(held, finished=False), used)


def _design(case: ValidationCase, wanted: ValidationGrid, environment: Environment, budget_s: float) -> Design:
    def drawn(settings: Sequence[Setting]) -> Design:
        return draw_up(
            case.workload, case.parameters, settings, environment.workdir.data_dir, blocks=(1, wanted.blocks),
            budget_s=budget_s,
            seed=wanted.seed, probe=False, prefix=case.name,
        )  # fmt: skip

    items = len(drawn(()).item_names)
    return drawn((*settings_of(wanted.strategies, wanted.workers, wanted.chunksizes, items), *PROBES))


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


def _weights(design: Design, environment: Environment) -> tuple[float, ...]:
    workload = registry.find(design.workload)
    place = Place(environment.workdir.data_dir, environment.workdir.data_dir / "no-round")
    items = workload.items(workload.parameters(**design.parameters), place)
    return tuple(workload.weight_of(item) for item in items)


def held_of(name: str, study: Study, weights: tuple[float, ...]) -> Held:
    """The study as trials beside their blocks' serial runs; pure. A block whose serial round failed is left out."""
    levels = equal_speed_walls_s(study) or {}
    references = {round_.block: round_ for round_ in study.serial.rounds if round_.ok}
    probe_ids = [setting.cell_id for setting in PROBES]
    twins, *probes = ({round_.block: round_ for round_ in _rounds(study, key)} for key in (SERIAL_AGAIN, *probe_ids))
    runs = tuple(
        _serial_run(round_, twins.get(block), [rounds.get(block) for rounds in probes], levels)
        for block, round_ in references.items()
    )
    cells = (cell for cell in study.cells if cell.cell_id not in (SERIAL, SERIAL_AGAIN, *probe_ids))
    tried = tuple(_tried(cell, references, levels) for cell in cells)
    return Held(name, study.label, len(study.item_names), weights, runs, tried, 0.0, study.finished)


def _rounds(study: Study, cell_id: str) -> list[Round]:
    return [round_ for cell in study.cells if cell.cell_id == cell_id for round_ in cell.rounds if round_.ok]


def _serial_run(round_: Round, twin: Round | None, probes: Sequence[Round | None], levels: Walls) -> SerialRun:
    return SerialRun(
        round_.block, round_.wall_ns / 1e9, levels.get((SERIAL, round_.block)), twin.wall_ns / 1e9 if twin else None,
        levels.get((SERIAL_AGAIN, round_.block)), _spin_ns(round_), round_.ledger, twin.ledger if twin else "",
        tuple(probe.ledger for probe in probes if probe) if all(probes) else (),
    )  # fmt: skip


def _tried(cell: Cell, references: Mapping[int, Round], levels: Walls) -> Tried:
    trials = tuple(
        MeasuredRound(
            round_.block, round_.wall_ns / 1e9, levels.get((cell.cell_id, round_.block)),
            round_.item_cpu_ns / max(references[round_.block].item_cpu_ns, 1), _spin_ns(round_),
        )
        for round_ in cell.rounds
        if round_.ok and round_.block in references
    )  # fmt: skip
    return Tried(cell.setting, cell.chunksize, trials, tuple(round_.reason for round_ in cell.rounds if not round_.ok))


def _spin_ns(round_: Round) -> float | None:
    return round_.spin_ns if round_.spins >= FEWEST_SPINS else None


def _axes(settings: Sequence[Setting]) -> Axes:
    """The axes of which these settings are all combinations."""
    return Axes(
        strategies=tuple(dict.fromkeys(setting.strategy for setting in settings)),
        workers=tuple(dict.fromkeys(setting.workers for setting in settings)),
        chunksizes=tuple(dict.fromkeys(setting.chunksize for setting in settings)),
        orders=tuple(dict.fromkeys(setting.order for setting in settings)),
        start_methods=tuple(dict.fromkeys(setting.start_method for setting in settings)),
    )


def _choice(design: Design, wanted: ValidationGrid, environment: Environment, grid_s: float) -> Choice:
    """What the planner recommends, given PLAN_SHARE of the time that the grid took."""
    budget_s, began_s = PLAN_SHARE * grid_s, environment.clock_s()
    request = Request(
        design.workload,
        design.parameters,
        _axes(design.settings[: -len(PROBES)]),
        wanted.cores,
        budget_s=budget_s,
        seed=wanted.seed,
    )
    try:
        planned = make(request, environment)
    except LightworkError as error:
        return Choice(None, environment.clock_s() - began_s, budget_s, str(error))
    recommendation = result_of(planned, environment.machine, "").recommendation
    return Choice(recommendation.setting if recommendation else None, environment.clock_s() - began_s, budget_s)


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
