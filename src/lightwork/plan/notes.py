"""Notes: what the reader of a plan must know of how it was found; pure."""

from collections.abc import Iterator

from lightwork.core.round import Round
from lightwork.core.study import Study
from lightwork.plan.items import JobItems
from lightwork.plan.memory_probe import MemoryModel
from lightwork.plan.request import Request
from lightwork.plan.serial_run import Serial, warning
from lightwork.text.quantities import counted, duration, size
from lightwork.workload import initializer, registry, target, user_module

FAILED_NAMED = 3
LONG_LOAD_S = 0.1


def on_function(request: Request) -> Iterator[str]:
    """What must be known of a user's function before it is run."""
    if not target.is_reference(request.target):
        return
    makers = [word.removeprefix(target.CALL) for word in (str(request.parameters.get("source", "")),)]
    for name in dict.fromkeys(map(user_module.name_of, [request.target, *makers])):
        took_s = user_module.took_s.get(name, 0.0)
        if took_s > LONG_LOAD_S:
            yield (
                f"loading {name} takes {duration(took_s)}, and each worker that spawn or forkserver starts loads it "
                f"again: if it runs the job, put that behind {user_module.GUARD}"
            )
    unsendable = registry.find(request.target).unsendable
    if unsendable:
        yield (
            f"processes can't be sent {request.name} by its name ({unsendable}): define it with def at the module's "
            f"top level to compare them; compared are {', '.join(request.axes.strategies)}"
        )


def notes_on(request: Request, serial: Serial, study: Study | None, *, is_short: bool) -> Iterator[str]:
    """Everything but what a memory limit has left out. is_short: whether the job is over before workers are there."""
    items = serial.items
    count, run = len(serial.places), len(serial.sample.chosen)
    if serial.failed:
        yield _failed(serial, items)
    if run < count:
        yield f"{run * items.bundle:,} of {items.of_user:,} items were run; the others are assumed to take as long"
    if items.bundle > 1:
        yield f"items are very short: they were timed in bundles of {items.bundle:,}"
    if request.cores:
        yield f"predicted for {request.cores:g} cores as fast as these; nothing was measured on such a machine"
    elif request.once:
        yield "only one serial run was measured: every speedup is predicted"
    elif serial.is_first and not is_short:
        yield "the items are long for this budget: the serial run was their first, perhaps with cold caches"
    if name := request.parameters.get("initializer"):
        took_s = float(serial.finished.round.evidence.get(initializer.WALL_NS, 0)) / 1e9
        yield (
            f"--initializer {name.rpartition('/')[2]} takes {duration(took_s)}: serially once, else in each worker; "
            "no item's time holds it"
        )
    if request.usable_cpus < 1 and not request.cores:
        yield f"only {request.usable_cpus:g} of a CPU is available: more workers help only if items wait"
    yield from filter(None, [_cold([serial.finished.round], study)])
    if serial.written:
        yield warning(request, serial.written)


def _failed(serial: Serial, items: JobItems) -> str:
    named = [f"{items.name(place)} {reason}" for place, reason in list(serial.failed.items())[:FAILED_NAMED]]
    more = len(serial.failed) - len(named)
    list_words = "; ".join(named) + (f"; and {more} more" if more else "")
    unseen = ", and as many of those not run may fail" if len(serial.run) < len(serial.places) else ""
    verb = "fails and is" if len(serial.failed) == 1 else "fail and are"
    return f"{counted(len(serial.failed), 'item')} {verb} left out{unseen}: {list_words}"


def _cold(rounds: list[Round], study: Study | None) -> str:
    """What of cold files could not be had; "" where all were cold, or nobody asked."""
    asked = [*rounds, *(round_ for cell in study.cells for round_ in cell.rounds)] if study else rounds
    cache_notes = [str(round_.facts["cache_note"]) for round_ in asked if round_.facts.get("cache_note")]
    return f"{cache_notes[0]} (in {len(cache_notes)} of {len(asked)} rounds)" if cache_notes else ""


def on_memory(model: MemoryModel | None, request: Request) -> str:
    """What the limit is, and by what prediction it is applied; "" where it is far away."""
    limit = request.memory_limit
    if limit is None or (model is None and not limit.is_asked):
        return ""
    if model is None:
        return f"{limit.source} was not applied: the rounds were too short to measure their memory"
    peak_words = f"{size(model.base_bytes)} and {size(model.worker_bytes)} a worker at most"
    bound = f"{limit.source} of {size(limit.size_bytes)}"
    return f"settings above {bound} are left out (predicted: {peak_words})"
