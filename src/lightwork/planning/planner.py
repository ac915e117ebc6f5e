"""The planner: from a user's function and items to a recommended setting, within a time budget.

    items -> a pilot (a few items, serially) -> how many fit the budget -> serial ledger of a sample, or of all
          -> what memory allows -> forecast of the settings that fit the job
          -> contest: rounds that try to refute it

It measures; everything that it concludes is done by pure functions on what it measured.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from lightwork.analysis.preference import LEAST_GAIN, LEAST_GAIN_S
from lightwork.core.footprint import NO_FOOTPRINT, Footprint
from lightwork.core.leak import Leak
from lightwork.core.notes import Note
from lightwork.core.round import Round
from lightwork.core.setting import Setting
from lightwork.core.study import Study
from lightwork.errors import WorkError
from lightwork.planning import inner_threads, memory_probe, notes, shared_argument, shared_ways
from lightwork.planning.axes import FRESH, Axes
from lightwork.planning.calibrate import calibrated
from lightwork.planning.contest import Contest
from lightwork.planning.environment import Environment
from lightwork.planning.failed_setting import refused_children
from lightwork.planning.forecast import longest_first
from lightwork.planning.held_locks import longest_held
from lightwork.planning.inner_threads import Fits, InnerThreads
from lightwork.planning.inner_work import InnerWork, inner_work_in
from lightwork.planning.items import items_of
from lightwork.planning.job_profile import JobProfile
from lightwork.planning.leak_probe import leak_in
from lightwork.planning.measure import Measuring
from lightwork.planning.memory_probe import MemoryModel
from lightwork.planning.own_times import back_to_back
from lightwork.planning.refill import Refill
from lightwork.planning.request import Request
from lightwork.planning.sample import Sample, rows_of_all
from lightwork.planning.serial_run import Serial, run_serially
from lightwork.planning.shared_ways import SharedWays
from lightwork.replay.calibration import Calibration
from lightwork.replay.demands import own_ns
from lightwork.replay.traits import NO_WARM_UP, WarmUp
from lightwork.storage import ledgers
from lightwork.text.notes import note_sentence
from lightwork.text.quantities import size
from lightwork.workload import initializer, registry, trial
from lightwork.workload.arguments import AS_IT_IS, Passing
from lightwork.workload.shared_part import CommonPart


@dataclass(frozen=True)
class Planned:
    """What came of it.

    items: of how many of the user's items it is about; items_run: how many of them were run. sample: which of the
    items, or bundles of them, were run. serial: the serial round of the sample. job: its ledger and what it shows.
    contest: what was forecast and measured; None where no worker is worth starting: the job is too short, or its rate
    so low. study: the rounds that were measured; None where only the serial one was. notes: what the reader must know
    of how it was found. longest_name: the name of the item that took longest. memory: what settings take, predicted;
    None where no limit asked for it, or no sample met the rounds. first: the places of the items that go first where
    the order is largest first. left_out: of those that failed; lethal: of those among them that hung or ended their
    process. weights: of all of the user's items; a file's is its size. passing: how they reach the function. inner:
    what they do beside the thread that runs them. footprint: what they leave behind. caches: what may be one that they
    share; refill: what it takes to fill it, None where they get no cheaper; filling: those that most of the first items
    filled. unsendable_error: the kind of an exception that can't be unpickled, and why; None without one.
    inner_threads: the serial round with fewer of them; None where none was tried. leak: what items leave in memory;
    None where that does not matter. shared: how workers come by what all items have in common; None where none is
    named, or workers need not be given it. in_all: the name of a large argument that all items hold; "" for none.
    """

    request: Request
    items: int
    items_run: int
    sample: Sample
    serial: Round
    job: JobProfile
    contest: Contest | None
    study: Study | None
    notes: tuple[Note, ...]
    longest_name: str
    first: tuple[int, ...] = ()
    memory: MemoryModel | None = None
    left_out: tuple[int, ...] = ()
    lethal: tuple[int, ...] = ()
    weights: Sequence[float] = field(default=(), repr=False)
    passing: Passing = AS_IT_IS
    inner: InnerWork = field(default_factory=InnerWork)
    footprint: Footprint = NO_FOOTPRINT
    caches: tuple[str, ...] = ()
    filling: tuple[str, ...] = ()
    refill: Refill | None = None
    unsendable_error: tuple[str, str] | None = None
    inner_threads: InnerThreads | None = None
    leak: Leak | None = None
    shared: SharedWays | None = None
    in_all: str = ""
    part: CommonPart | None = None


def make(request: Request, environment: Environment) -> Planned:
    """The plan. Raises UsageError for what can't be asked, WorkError when the serial run fails."""
    about_function = tuple(notes.on_function(request))
    for note in about_function:
        environment.say(note_sentence(note))
    items = items_of(request, environment.workdir)
    shared = items.shared
    if shared and any(method != "fork" for _, method in request.axes.kinds()):
        shared.refuse_unsendable()
    serial = run_serially(request, environment, items)
    request = request.with_workers_in_caller() if serial.stuck else request
    inner = inner_work_in(serial.finished)
    job = _job(request, serial, inner)
    contest, study, model, limited, leak, ways = None, None, None, None, None, None
    can_gain = job.serial_s > LEAST_GAIN_S and job.rate_cap >= 1 + LEAST_GAIN
    if can_gain or request.blocks:
        axes = _axes(request, environment, serial, inner)
        costs = calibrated(environment, (axes.with_method(FRESH) if inner.threads_named else axes).kinds())
        model = _memory(request, environment, serial)
        fits = _fits(request, model)
        leak = leak_in(request, environment, serial)
        limited = inner_threads.measured(request, environment, serial, inner)
        if limited:
            request, job = _the_better(request, job, _limited_job(request, serial, limited), limited, axes, costs, fits)
        measuring = Measuring(request, environment, serial, job, costs, fits, inner, axes)
        if shared:
            is_given = any(shared_argument.is_given(Setting(name, 2, start_method=how)) for name, how in axes.kinds())
            measuring.reserved_s = shared_ways.BUDGET_SHARE * request.budget_s * is_given
        contest = measuring.contest()
        if not contest.forecast.whole:
            raise _nothing_fits(request)
        contest = measuring.run(contest) if request.is_measured else contest
        study = measuring.study()
        ways = shared_ways.compared(measuring, contest, shared) if shared else None
    longest = serial.run[serial.finished.round.longest_item or 0]
    return Planned(
        request=request,
        items=serial.items.of_user - len(serial.failed),
        items_run=_items_run(serial),
        sample=serial.sample,
        serial=serial.finished.round,
        job=job,
        contest=contest,
        study=study,
        notes=(*notes.notes_on(request, serial, study, model, is_short=contest is None), *about_function),
        longest_name=serial.items.numbered_name(longest),
        first=_first(serial, job),
        memory=model,
        left_out=tuple(sorted(serial.failed)),
        lethal=tuple(sorted(serial.lethal)),
        weights=items.weights,
        passing=items.passing,
        inner=inner,
        footprint=serial.footprint,
        caches=serial.caches,
        filling=serial.filling,
        refill=serial.refill,
        unsendable_error=serial.unsendable_error,
        inner_threads=limited,
        leak=leak,
        shared=ways,
        in_all=items.in_all,
        part=shared.part if shared else None,
    )


def _limited_job(request: Request, serial: Serial, limited: InnerThreads) -> JobProfile:
    """What the serial run with fewer inner threads shows."""
    job = _job(request, replace(serial, finished=limited.finished), limited.inner)
    return replace(job, longer=limited.longer)


def _the_better(
    request: Request, job: JobProfile, other: JobProfile, limited: InnerThreads, axes: Axes, costs: Calibration,
    fits: Fits,
) -> tuple[Request, JobProfile]:  # fmt: skip
    """What to measure: with fewer inner threads where that was asked for, or is better."""
    if request.inner_threads or inner_threads.is_better(job, other, axes, costs, fits):
        return replace(request, inner_threads=limited.threads), other
    return request, job


def _axes(request: Request, environment: Environment, serial: Serial, inner: InnerWork) -> Axes:
    """What is left to choose from after the serial run."""
    axes = request.axes if not inner.starts_processes else refused_children(request.axes)
    if serial.footprint.moves and axes.elsewhere() != axes:
        environment.say("items change the working directory, which threads share: threads are left out")
        return axes.elsewhere()
    return axes


def _job(request: Request, serial: Serial, inner: InnerWork) -> JobProfile:
    """What the serial run shows."""
    workload = registry.find(request.target)
    lock = longest_held(serial.finished.round.facts, serial.footprint)
    rows, sample = inner.attributed(ledgers.table(serial.finished.ledger)), serial.sample
    rows = back_to_back(rows) if request.rate else rows
    whole = rows if sample.is_all else rows_of_all(rows, sample)
    weights = [serial.items.weights[place] for place in serial.places]
    if _nothing_tells_sizes(serial):
        weights = _measured_weights(whole, sample)
    return JobProfile(
        rows=whole,
        sample=rows,
        weights=weights,
        sample_weights=[weights[place] for place in sample.chosen],
        cores=inner.cores_for(request.cores or request.usable_cpus),
        spin_ns=serial.finished.round.spin_ns,
        gil=serial.finished.round.gil is not False and not inner.is_elsewhere,
        seed=request.seed,
        bundle=serial.items.bundle,
        result_bytes=trial.bytes_in(serial.finished.round.evidence),
        item_bytes=serial.items.item_bytes,
        result_pickling_ns=trial.pickling_ns_in(serial.finished.round.evidence),
        item_pickling_ns=serial.items.pickling_ns,
        function_bytes=workload.function_bytes,
        function_pickling_ns=workload.function_pickling_ns,
        initializer=_initializer(serial.finished.round),
        given=WarmUp(serial.items.shared.given_ns if serial.items.shared else 0),
        refill=serial.refill.took if serial.refill else NO_WARM_UP,
        apart_ns=request.apart_ns,
        locked_share=max(lock.share if lock else 0.0, inner.served),
        takes_turns=lock is not None and not lock.is_file,
    )


def _initializer(round_: Round) -> WarmUp:
    """What the initializer took in the serial run."""
    cpu_ns, wall_ns = (float(round_.evidence.get(name, 0)) for name in (initializer.CPU_NS, initializer.WALL_NS))
    return WarmUp(cpu_ns, max(wall_ns - cpu_ns, 0.0))


def _measured_weights(rows: "np.ndarray[tuple[int], np.dtype[np.void]]", sample: Sample) -> list[float]:
    """Of items whose size nothing tells: what the long ones took, so that they go first and the rest as given."""
    walls_ns = own_ns(rows)
    weights = np.zeros(len(rows))
    first = _long_of_those_run(walls_ns, sample)
    weights[first] = walls_ns[first]
    return [float(weight) for weight in weights]


def _first(serial: Serial, job: JobProfile) -> tuple[int, ...]:
    """The places of the items that were measured to be long, the longest first; none where their sizes tell."""
    if not _nothing_tells_sizes(serial):
        return ()
    return tuple(serial.places[place] for place in _long_of_those_run(job.walls_ns, serial.sample))


def _nothing_tells_sizes(serial: Serial) -> bool:
    """Whether items are run one by one, and all weigh the same until they are."""
    return serial.items.bundle == 1 and len({serial.items.weights[place] for place in serial.places}) == 1


def _long_of_those_run(walls_ns: "np.ndarray[tuple[int], np.dtype[np.int64]]", sample: Sample) -> list[int]:
    """Of all items the places of the long ones, the longest first; not of those that only stand for one of them."""
    run = set(sample.chosen)
    return [place for place in longest_first(walls_ns) if place in run]


def _items_run(serial: Serial) -> int:
    run = serial.run
    return sum(len(serial.items.all[place]) for place in run) if serial.items.bundle > 1 else len(run)


def _memory(request: Request, environment: Environment, serial: Serial) -> MemoryModel | None:
    """What settings take, where there is a limit that they might reach."""
    limit, round_ = request.memory_limit, serial.finished.round
    workers = request.axes.workers or (max(2, round(request.usable_cpus)),)
    if limit is None or not (limit.is_asked or memory_probe.may_exceed(limit.size_bytes, workers, round_)):
        return None
    probes = [] if request.once else memory_probe.probes(request, environment, serial, round_.wall_ns / 1e9)
    return memory_probe.model_of([finished.round for finished in probes], round_)


def _fits(request: Request, model: MemoryModel | None) -> Callable[[Setting], bool]:
    """Whether a setting is predicted to stay within the limit."""
    limit = request.memory_limit
    if limit is None or model is None:
        return lambda _: True
    limit_bytes, of_processes = limit.size_bytes, model

    return lambda setting: of_processes.peak_bytes(setting) <= limit_bytes


def _nothing_fits(request: Request) -> WorkError:
    assert request.memory_limit is not None
    limit = request.memory_limit
    return WorkError(
        f"{request.name}: no setting fits into {limit.source} of {size(limit.size_bytes)}: stay serial, or allow more"
    )
