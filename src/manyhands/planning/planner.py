"""The planner: from a user's function and items to a recommended setting, within a time budget.

    items -> a pilot (a few items, serially) -> how many fit the budget -> serial ledger of a sample, or of all
          -> replay of every setting -> shortlist -> contest of the few, in interleaved blocks -> Planned

It measures; everything that it concludes is done by pure functions on what it measured.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from manyhands import ledgers, targets, workload
from manyhands.design import Design, draw_up
from manyhands.errors import WorkError
from manyhands.launch import Desk, Execute, Finished
from manyhands.parameters import as_dict, build
from manyhands.plan import SIMPLICITY
from manyhands.planning.contest import contenders
from manyhands.planning.prediction import Prediction, predict, shortlist
from manyhands.planning.sample import Sample, draw
from manyhands.replay import calibration
from manyhands.replay.calibration import Calibration
from manyhands.replay.noops import no_ops
from manyhands.results import Study
from manyhands.round import Job, Round
from manyhands.setting import START_METHODS, Setting
from manyhands.strategies import find, names
from manyhands.study import Progress, Surroundings, measure
from manyhands.study_losses import with_losses
from manyhands.workload import Place, Workload

PILOT = 16  # items
SERIAL_SHARE = 0.1  # of the budget, for one serial round
NO_OPS = (0, 400)  # loop turns and number of a calibrating round's items
SHORT_ITEMS = (200_000, 60)  # between such the caller falls asleep, as it does in real work
SHORTLISTED = 6
BLOCKS = (3, 30)
NEARLY_ALL = 0.7  # of the items: then all are taken


@dataclass(frozen=True)
class Request:
    """What is to be planned.

    target: a reference (manyhands.targets) or a built-in workload's name; parameters: its own. settings: to choose
    from. budget_s: for all of it, the calibration of a new machine apart. cores: of the machine that it is planned
    for; None for this one. once: run everything one time only, serially, and predict the rest.
    """

    target: str
    parameters: Mapping[str, Any]
    settings: tuple[Setting, ...]
    usable_cpus: float
    budget_s: float = 60.0
    timeout_s: float | None = None
    seed: int = 1
    cores: float | None = None
    once: bool = False


@dataclass(frozen=True)
class Planned:
    """What came of it.

    items: of how many it is about; sample: which of them were run. predictions: of every setting for all of them, on
    the machine that was asked about. study: what was measured; None where nothing was but the serial round.
    serial: the serial round of the sample. notes: what the reader must know of how it was found.
    """

    request: Request
    items: int
    sample: Sample
    serial: Round
    predictions: tuple[Prediction, ...]
    study: Study | None
    notes: tuple[str, ...] = field(default_factory=tuple)


@dataclass(frozen=True)
class Workshop:
    """What the planner needs from outside: a desk, a way to run rounds, a clock, ears, and the machine's facts.

    calibrations: the folder that keeps what strategies cost on this machine.
    """

    desk: Desk
    execute: Execute
    clock_s: Callable[[], float]
    tell: Callable[[Progress], None]
    say: Callable[[str], None]
    now: Callable[[], str]
    machine: Mapping[str, Any]
    calibrations: Path


def make(request: Request, shop: Workshop) -> Planned:
    """The plan. Raises UsageError for what can't be asked, WorkError when the serial run fails."""
    began_s = shop.clock_s()
    found = workload.find(request.target)
    weights = _weights(found, request, shop.desk)
    sample, serial = _serial(request, shop, weights)
    calibrating_s = shop.clock_s()
    costs = calibrated(shop, request)
    calibrating_s = shop.clock_s() - calibrating_s
    everything = ledgers.table(serial.ledger)[list(sample.stands_for)]
    cores = request.cores or request.usable_cpus
    predictions = predict(request.settings, everything, weights, cores, costs, serial.round.spin_ns, request.seed)
    spent_s = shop.clock_s() - began_s - calibrating_s
    study = None if request.once or request.cores else _contest(request, shop, sample, predictions, spent_s)
    return Planned(request, len(weights), sample, serial.round, tuple(predictions), study, _notes(request, sample))


def calibrated(shop: Workshop, request: Request) -> Calibration:
    """What the strategies cost on this machine: from the folder, or measured now and kept there."""
    kinds = {(setting.strategy, setting.start_method) for setting in request.settings}
    path = calibration.saved_in(shop.calibrations, shop.machine)
    kept = _kept(path)
    missing = {kind for kind in kinds if kept is None or kind not in kept.costs}
    if not missing:
        return kept  # type: ignore[return-value]  # nothing is missing of None
    shop.say("measuring once what the strategies cost on this machine")
    methods = tuple(method for method in START_METHODS if method in {method for _, method in kinds})
    fresh = _calibrate(shop, methods)
    merged = Calibration(fresh.machine, {**(kept.costs if kept else {}), **fresh.costs}, fresh.spin_ns)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(calibration.encode(merged)), encoding="utf-8")
    return merged


def _kept(path: Path) -> Calibration | None:
    try:
        return calibration.decode(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError):  # none yet, or of another version: measured anew
        return None


def _calibrate(shop: Workshop, methods: Sequence[str]) -> Calibration:
    """The costs from rounds of no-ops and of short items together: either alone misses what the other shows."""
    settings = _calibrating(methods)
    rounds = []
    for turns, count in (NO_OPS, SHORT_ITEMS):
        source = _write(shop.desk.temporary / f"turns-{turns}.json", [turns] * count)
        design = _draw("manyhands.noop:turn", {"source": source}, settings, shop, blocks=(2, 2), probe=False)
        kept: list[Finished] = []
        study = measure(design, _around(shop, kept))
        rounds += no_ops(study, _tables(kept))
    return calibration.calibrate(rounds, shop.machine)


def _calibrating(methods: Sequence[str]) -> list[Setting]:
    return [
        Setting(name, workers, chunksize, method)
        for name in names()
        if find(name).parallel
        for method in methods
        if method in find(name).start_methods
        for workers in (1, 2)
        for chunksize in ((1, 20) if find(name).default_chunksize else (None,))
    ]


def _weights(found: Workload, request: Request, desk: Desk) -> list[float]:
    parameters = build(found.name, found.parameters, request.parameters)
    found.prepare(parameters, desk.data_dir)
    items = found.items(parameters, Place(desk.data_dir, desk.data_dir / "no-round"))
    if not items:
        raise WorkError(f"{request.target} has no items: name at least one")
    return [found.weight_of(item) for item in items]


def _serial(request: Request, shop: Workshop, weights: Sequence[float]) -> tuple[Sample, Finished]:
    """A serial round of as many items as the budget allows, and which they are."""
    can_sample = targets.is_reference(request.target)
    pilot = draw(weights, PILOT if can_sample and not request.once else len(weights), request.seed)
    shop.say(f"running {len(pilot.chosen)} of {len(weights)} items serially")
    finished = _run(request, shop, pilot, "pilot")
    if pilot.is_all:
        return pilot, finished if request.once else _run(request, shop, pilot, "serial")
    rows = ledgers.table(finished.ledger)
    times_s = (rows["end_ns"] - rows["start_ns"]) / 1e9
    total_s = float(times_s[list(pilot.stands_for)].sum())
    size = round(len(weights) * min(1.0, SERIAL_SHARE * request.budget_s / max(total_s, 1e-9)))
    sample = draw(weights, len(weights) if size >= NEARLY_ALL * len(weights) else max(size, PILOT), request.seed)
    shop.say(f"running {len(sample.chosen)} of {len(weights)} items serially")
    return sample, _run(request, shop, sample, "serial")


def _run(request: Request, shop: Workshop, sample: Sample, name: str) -> Finished:
    """One serial round of the sample. Raises WorkError when it fails."""
    parameters = _sampled(request, shop, sample)
    rounds, shared = shop.desk.rounds / name, shop.desk.shared / name
    job = Job(
        name, 0, 0, request.target, parameters, Setting("serial"), request.seed, True, True,
        str(shop.desk.data_dir), str(rounds), str(shared),
    )  # fmt: skip
    finished = shop.execute(job, request.timeout_s or max(600.0, 10 * request.budget_s))
    if not finished.round.ok:
        found = finished.round
        raise WorkError(f"{request.target}: the serial round {found.outcome}: {found.reason}\n{found.detail}")
    return finished


def _sampled(request: Request, shop: Workshop, sample: Sample) -> Mapping[str, Any]:
    """The target's parameters, with the places of the sampled items in a file."""
    if sample.is_all or not targets.is_reference(request.target):
        found = workload.find(request.target)
        return as_dict(build(found.name, found.parameters, request.parameters))
    path = shop.desk.temporary / f"sample-{len(sample.chosen)}.json"
    path.write_text(json.dumps(sample.chosen), encoding="utf-8")
    return {**as_dict(targets.Parameters(**request.parameters)), "sample": str(path)}


def _contest(
    request: Request, shop: Workshop, sample: Sample, predictions: Sequence[Prediction], spent_s: float
) -> Study:
    """The shortlisted settings, measured until one is settled or the budget is used up."""
    settings = [one.setting for one in shortlist(predictions, SHORTLISTED, SIMPLICITY)]
    shop.say(f"measuring {len(settings)} of {len(predictions)} settings")
    left_s = max(request.budget_s - spent_s, 1.0)
    design = _draw(
        request.target, _sampled(request, shop, sample), settings, shop, blocks=BLOCKS, budget_s=left_s,
        timeout_s=request.timeout_s, seed=request.seed, compare_results=not targets.is_reference(request.target),
    )  # fmt: skip
    kept: list[Finished] = []
    study = measure(design, _around(shop, kept), lambda so_far: contenders(so_far, request.usable_cpus))
    return with_losses(study, _tables(kept))


def _draw(name: str, parameters: Mapping[str, Any], settings: Sequence[Setting], shop: Workshop, **more: Any) -> Design:
    design = draw_up(name, parameters, settings, shop.desk.data_dir, **more)
    short = name.rpartition("/")[2] if targets.is_reference(name) else design.label
    return replace(design, label=short)


def _around(shop: Workshop, kept: list[Finished]) -> Surroundings:
    return Surroundings(shop.desk, shop.execute, shop.clock_s, kept.append, shop.tell, shop.now)


def _tables(kept: Sequence[Finished]) -> dict[str, Any]:
    return {one.round.ledger: ledgers.table(one.ledger) for one in kept if one.ledger}


def _write(path: Path, items: Sequence[Any]) -> str:
    path.write_text(json.dumps(items), encoding="utf-8")
    return f"{targets.LIST}{path}"


def _notes(request: Request, sample: Sample) -> tuple[str, ...]:
    count = len(sample.stands_for)
    notes = []
    if not sample.is_all:
        notes.append(f"{len(sample.chosen)} of {count:,} items were run; the others are taken to last as long as those")
    if request.cores:
        notes.append(f"predicted for {request.cores:g} cores as fast as these; nothing was measured there")
    elif request.once:
        notes.append("one serial run, and nothing else was measured: every speedup is predicted")
    return tuple(notes)
