"""Notes: what the reader of a plan must know of how it was found; pure."""

from collections.abc import Iterable, Iterator
from math import floor
from statistics import fmean

from lightwork.core.round import Round
from lightwork.core.setting import Setting
from lightwork.core.study import Study
from lightwork.plan.items import JobItems
from lightwork.plan.memory_probe import MemoryModel
from lightwork.plan.request import Request
from lightwork.plan.serial_run import Serial, warning
from lightwork.replay import many_items
from lightwork.replay.calibration import Calibration
from lightwork.replay.contention import Contention
from lightwork.storage import ledgers
from lightwork.strategies import find
from lightwork.text.quantities import counted, duration, percent, size

FAILED_NAMED = 3


def notes_on(
    request: Request, items: JobItems, serial: Serial, costs: Calibration, study: Study | None
) -> Iterator[str]:
    """Everything but what a memory limit and a budget have left out."""
    count, run = len(serial.places), len(serial.sample.chosen)
    if serial.failed:
        yield _failed(serial, items)
    if run < count:
        yield f"{run:,} of {count:,} items were run; the others are assumed to take as long"
    if many_items.is_many(count):
        yield "predicted in bundles of neighbouring items, each treated as one item"
    if request.cores:
        yield f"predicted for {request.cores:g} cores as fast as these; nothing was measured on such a machine"
    elif request.once:
        yield "only one serial run was measured: every speedup is predicted"
    elif serial.is_first:
        yield "the items are long for this budget: the serial run was their first, perhaps with cold caches"
    if request.usable_cpus < 1 and not request.cores:
        yield f"only {request.usable_cpus:g} of a CPU is available: more workers help only if items wait"
    yield from filter(None, [_too_short(request.settings, serial, costs), _cold([serial.finished.round], study)])
    if serial.written:
        yield warning(request, serial.written)


def _failed(serial: Serial, items: JobItems) -> str:
    named = [f"{items.name(place)} {reason}" for place, reason in list(serial.failed.items())[:FAILED_NAMED]]
    more = len(serial.failed) - len(named)
    list_words = "; ".join(named) + (f"; and {more} more" if more else "")
    unseen = ", and as many of those not run may fail" if len(serial.run) < len(serial.places) else ""
    verb = "fails and is" if len(serial.failed) == 1 else "fail and are"
    return f"{counted(len(serial.failed), 'item')} {verb} left out{unseen}: {list_words}"


def fewest_per_chunk(settings: Iterable[Setting], item_ns: float, costs: Calibration) -> int:
    """The smallest chunk of which the caller hands over faster than one worker alone would do it serially.

    A caller that takes h for a chunk of K items of length w keeps K w / h workers busy at most: above 1 where
    K > h / w. By the strategy that hands over most cheaply; 1 without any that has chunks.
    """
    chunked = {
        (setting.strategy, setting.start_method) for setting in settings if find(setting.strategy).default_chunksize
    }
    hand_over_ns = [costs.costs[kind].send_ns + costs.costs[kind].receive_ns for kind in chunked if kind in costs.costs]
    return floor(min(hand_over_ns) / item_ns) + 1 if hand_over_ns else 1


def _too_short(settings: Iterable[Setting], serial: Serial, costs: Calibration) -> str:
    rows = ledgers.table(serial.finished.ledger)
    item_ns = max(fmean((rows["end_ns"] - rows["start_ns"]).tolist()), 1.0)
    fewest = fewest_per_chunk(settings, item_ns, costs)
    if fewest == 1:
        return ""
    return (
        f"an item takes {duration(item_ns / 1e9)}, less than handing it over: workers cannot help at chunksize 1; "
        f"use at least {fewest:,} items per chunk"
    )


def _cold(rounds: list[Round], study: Study | None) -> str:
    """What of cold files could not be had; "" where all were cold, or nobody asked."""
    asked = [*rounds, *(round_ for cell in study.cells for round_ in cell.rounds)] if study else rounds
    cache_notes = [str(round_.facts["cache_note"]) for round_ in asked if round_.facts.get("cache_note")]
    return f"{cache_notes[0]} (in {len(cache_notes)} of {len(asked)} rounds)" if cache_notes else ""


def on_contention(contention: Contention | None) -> str:
    """What items cost each other when they run at once; "" where nothing was found, or nobody looked."""
    if contention is None or not contention.is_any:
        return ""
    effects = []
    if contention.exclusive_share:
        effects.append(f"as if {percent(contention.exclusive_share)} of an item's time were under a shared lock")
    if contention.cpu_inflation > 1:
        effects.append(f"each additional busy core adds {percent(contention.cpu_inflation - 1)} CPU time")
    source = f"found from rounds of up to {contention.workers} workers"
    return f"items slow each other down ({' and '.join(effects)}): {source}"


def on_memory(model: MemoryModel | None, request: Request, excluded: int) -> str:
    """What the limit has left out, and by what prediction; "" where it is far away."""
    limit = request.memory_limit
    if limit is None or (model is None and not limit.is_asked):
        return ""
    if model is None:
        return f"{limit.source} was not applied: the rounds were too short to measure their memory"
    peak_words = f"{size(model.base_bytes)} and {size(model.worker_bytes)} a worker at most"
    bound = f"{limit.source} of {size(limit.size_bytes)}"
    if not excluded:
        return f"all settings fit into {bound} (predicted: {peak_words})"
    return f"{counted(excluded, 'setting')} left out: above {bound} (predicted: {peak_words})"
