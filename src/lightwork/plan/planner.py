"""The planner: from a user's function and items to a recommended setting, within a time budget.

    items -> a pilot (a few items, serially) -> how many fit the budget -> serial ledger of a sample, or of all
          -> do they get in each other's way -> what memory allows -> replay of every setting -> shortlist
          -> race of the few, in interleaved blocks

It measures; everything that it concludes is done by pure functions on what it measured.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from lightwork.core.round import Round
from lightwork.core.setting import Setting
from lightwork.core.study import Study
from lightwork.errors import WorkError
from lightwork.plan import memory_probe, notes
from lightwork.plan.calibrate import calibrated
from lightwork.plan.contention_probe import at_usual_speed, calibrated_for, probed
from lightwork.plan.environment import Environment
from lightwork.plan.items import JobItems, items_of
from lightwork.plan.measure import measure, race_for, too_long
from lightwork.plan.memory_probe import MemoryModel
from lightwork.plan.request import Request
from lightwork.plan.sample import Sample
from lightwork.plan.serial_run import Serial, run_serially
from lightwork.replay.calibration import Calibration
from lightwork.replay.contention import NO_CONTENTION, Contention
from lightwork.replay.prediction import Prediction, predict
from lightwork.text.quantities import size

if TYPE_CHECKING:
    from numpy.typing import NDArray


CLOSING_S = 1.5  # to judge what was measured, to write it down, and to end
CLOSING_SHARE = 0.05  # of the budget, where that is less
CALIBRATING_SHARE = 0.3  # of the budget, for a new machine's calibration; what it takes beyond that comes on top


@dataclass(frozen=True)
class Planned:
    """What came of it.

    items: of how many it is about; sample: which of them were run. predictions: of every setting for all of them, on
    the machine that was asked about. study: what was measured; None where nothing was but the serial round.
    serial: the serial round of the sample. notes: what the reader must know of how it was found. everything: the serial
    ledger's rows of all items at the usual CPU speed, those that were not run by the rows that stand for them; spin_ns:
    the fixed spin at that speed, None where it is not known. calibration, cores, weights: what else the predictions
    rest on. longest_name: the name of the item that took longest. contention: what items cost each other; nothing where
    that was not probed. memory: what settings take, predicted; None where no limit asked for it, or no sample met the
    rounds. left_out: the places, among all items, of those that failed and are no part of the plan.
    """

    request: Request
    items: int
    sample: Sample
    serial: Round
    predictions: tuple[Prediction, ...]
    study: Study | None
    notes: tuple[str, ...]
    everything: "NDArray[Any]" = field(repr=False, compare=False)
    calibration: Calibration
    cores: float
    weights: Sequence[float] = field(repr=False)
    longest_name: str
    contention: Contention
    spin_ns: float | None
    memory: MemoryModel | None = None
    left_out: tuple[int, ...] = ()


def make(request: Request, environment: Environment) -> Planned:
    """The plan. Raises UsageError for what can't be asked, WorkError when the serial run fails."""
    began_s = environment.clock_s()
    items = items_of(request, environment.workdir)
    serial = run_serially(request, environment, items)
    calibrating_s = environment.clock_s()
    costs = calibrated(environment, (*request.settings, calibrated_for(request)))
    began_s += max(0.0, environment.clock_s() - calibrating_s - CALIBRATING_SHARE * request.budget_s)
    probing = probed(request, environment, items, serial, costs)
    contention = probing.contention if probing else None
    model = _memory(request, environment, items, serial)
    settings = _that_fit(request, model)
    weights = [items.weights[place] for place in serial.places]
    rows, spin_ns = at_usual_speed(serial, probing)
    everything, gil = rows[list(serial.sample.stands_for)], serial.finished.round.gil is not False
    cores = request.cores or request.usable_cpus
    predictions = predict(settings, everything, weights, cores, costs, spin_ns, request.seed, contention, gil)
    predictions = [prediction.widened(probing.unrest) for prediction in predictions] if probing else predictions
    study, not_measured = _measured(request, environment, items, serial, predictions, began_s)
    on_memory = notes.on_memory(model, request, len(request.settings) - len(settings))
    plan_notes = [
        *notes.notes_on(request, items, serial, costs, study),
        notes.on_contention(contention),
        on_memory,
        not_measured,
    ]
    longest = serial.run[serial.finished.round.longest_item or 0]
    return Planned(
        request, len(serial.places), serial.sample, serial.finished.round, tuple(predictions), study,
        tuple(filter(None, plan_notes)), everything, costs, cores, weights,
        items.name(longest), contention or NO_CONTENTION, spin_ns, model, tuple(sorted(serial.failed)),
    )  # fmt: skip


def _measured(
    request: Request,
    environment: Environment,
    items: JobItems,
    serial: Serial,
    predictions: Sequence[Prediction],
    began_s: float,
) -> tuple[Study | None, str]:
    """The race, where one is wanted and the budget allows it; else None, and why it does not."""
    if not request.is_measured:
        return None, ""
    left_s = request.budget_s - (environment.clock_s() - began_s) - min(CLOSING_S, CLOSING_SHARE * request.budget_s)
    race = race_for(request, predictions, serial.finished.round.wall_ns / 1e9, len(serial.run), left_s)
    return measure(request, environment, items, serial, race, left_s), too_long(race, request)


def _memory(request: Request, environment: Environment, items: JobItems, serial: Serial) -> MemoryModel | None:
    """What settings take, where there is a limit that they might reach."""
    limit, round_ = request.memory_limit, serial.finished.round
    workers = [setting.workers for setting in request.settings]
    if limit is None or not (limit.is_asked or memory_probe.may_exceed(limit.size_bytes, workers, round_)):
        return None
    probes = [] if request.once else memory_probe.probes(request, environment, items, serial.run, round_.wall_ns / 1e9)
    return memory_probe.model_of([finished.round for finished in probes], round_)


def _that_fit(request: Request, model: MemoryModel | None) -> tuple[Setting, ...]:
    """The settings that are predicted to stay within the limit. Raises WorkError where none does."""
    limit = request.memory_limit
    if limit is None or model is None:
        return request.settings
    fit = tuple(candidate for candidate in request.settings if model.peak_bytes(candidate.workers) <= limit.size_bytes)
    if not fit:
        least = model.peak_bytes(min(setting.workers for setting in request.settings))
        raise WorkError(
            f"{request.name}: no setting fits into {limit.source} of {size(limit.size_bytes)}: the smallest is "
            f"predicted to take {size(least)}; stay serial, or allow more"
        )
    return fit
