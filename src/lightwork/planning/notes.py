"""Notes: what the reader of a plan must know of how it was found; pure."""

from collections.abc import Iterator

from lightwork.core.notes import (
    BundledItems,
    FailedItems,
    FirstRun,
    InitializerTime,
    LittleCpu,
    MemoryLimited,
    Note,
    OtherMachine,
    SampledItems,
    SerialOnly,
    SlowModule,
    ThreadsOnly,
    UnsendableFunction,
    WarmFiles,
)
from lightwork.core.round import Round
from lightwork.core.study import Study
from lightwork.errors import UsageError
from lightwork.planning import side_effects
from lightwork.planning.memory_probe import MemoryModel
from lightwork.planning.request import Request
from lightwork.planning.serial_run import Serial
from lightwork.text.quantities import duration
from lightwork.workload import initializer, registry, target, user_function, user_module

FAILED_NAMED = 3
LONG_LOAD_S = 0.1


def on_function(request: Request) -> Iterator[Note]:
    """What must be known of a user's function before it is run.

    Raises UsageError for a script: a module that looks for arguments and runs its job when it is loaded.
    """
    if not user_function.is_reference(request.target):
        return
    maker = str(request.parameters.get("source", "")).removeprefix(target.CALL)
    for name in dict.fromkeys(map(user_module.name_of, [request.target, maker])):
        took_s = user_module.took_s.get(name, 0.0)
        if took_s > LONG_LOAD_S and name in user_module.asks_for_arguments:
            raise UsageError(
                f"{name} is a script: loading it reads the command line and runs its job ({duration(took_s)}): put "
                f"both behind {user_module.GUARD}"
            )
        if took_s > LONG_LOAD_S:
            yield SlowModule(name, took_s, user_module.GUARD)
    unsendable = registry.find(request.target).unsendable
    if unsendable:
        yield UnsendableFunction(request.name, unsendable, request.axes.strategies)


def notes_on(
    request: Request, serial: Serial, study: Study | None, model: MemoryModel | None, *, is_short: bool
) -> Iterator[Note]:
    """Every note. model: of memory, where a limit asked for it. is_short: the job is over before workers are there."""
    yield from _on_items(serial, collects=request.guards.collects)
    if serial.stuck:
        yield ThreadsOnly(serial.stuck)
    yield from _on_what_was_measured(request, serial, is_short=is_short)
    yield from _on_cold_files([serial.finished.round], study)
    if serial.written:
        yield side_effects.note_on(request.name, serial.written)
    yield from _on_memory(model, request)


def _on_items(serial: Serial, *, collects: bool) -> Iterator[Note]:
    items = serial.items
    count, run = len(serial.places), len(serial.sample.chosen)
    if serial.failed:
        named = tuple((items.name(place), reason) for place, reason in list(serial.failed.items())[:FAILED_NAMED])
        yield FailedItems(len(serial.failed), named, unseen=run < count, collected=collects)
    if run < count:
        yield SampledItems(run * items.bundle, items.of_user)
    if items.bundle > 1:
        yield BundledItems(items.bundle)


def _on_what_was_measured(request: Request, serial: Serial, *, is_short: bool) -> Iterator[Note]:
    if request.cores:
        yield OtherMachine(request.cores)
    elif request.once:
        yield SerialOnly()
    elif serial.is_first and not is_short:
        yield FirstRun()
    if name := request.parameters.get("initializer"):
        took_s = float(serial.finished.round.evidence.get(initializer.WALL_NS, 0)) / 1e9
        yield InitializerTime(name.rpartition("/")[2], took_s)
    if request.usable_cpus < 1 and not request.cores:
        yield LittleCpu(request.usable_cpus)


def _on_cold_files(rounds: list[Round], study: Study | None) -> Iterator[Note]:
    """What of cold files could not be had, where they were asked for."""
    asked = [*rounds, *(round_ for cell in study.cells for round_ in cell.rounds)] if study else rounds
    reasons = [str(round_.facts["cache_note"]) for round_ in asked if round_.facts.get("cache_note")]
    if reasons:
        yield WarmFiles(reasons[0], len(reasons), len(asked))


def _on_memory(model: MemoryModel | None, request: Request) -> Iterator[Note]:
    """What the limit is, and by what prediction it is applied; nothing where it is far away."""
    limit = request.memory_limit
    if limit is not None and model is not None:
        yield MemoryLimited(limit.source, limit.size_bytes, model.base_bytes, model.worker_bytes)
    elif limit is not None and limit.is_asked:
        yield MemoryLimited(limit.source, limit.size_bytes)
