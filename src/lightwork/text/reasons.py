"""Sentences of a plan's reasons, and of what it rests on. Nothing decides by them."""

from collections.abc import Mapping
from functools import singledispatch

from lightwork.core.causes import Cause
from lightwork.core.reasons import (
    AsGood,
    ChunksizeBand,
    ExtraMemory,
    FailedCrew,
    FreshWorkers,
    HeldLock,
    HelperWait,
    InFlightLimit,
    Inherited,
    InnerCores,
    ItemCap,
    LargeFunction,
    LargeItems,
    LargeResults,
    LimitedBy,
    MemoryPeak,
    NextCount,
    OtherKind,
    OwnExecutor,
    OwnParts,
    PredictedLoss,
    RateLimit,
    RefillCost,
    RestsOn,
    SharedLimit,
    SharedPart,
    SharedWay,
    TriedThreads,
    WarmUpCost,
    WayTried,
    WholeList,
)
from lightwork.core.remedy import LargestLoss
from lightwork.core.verdict import LowestBound
from lightwork.text.crews import inner_threads_words, some_of
from lightwork.text.failures import failure_words
from lightwork.text.losses import loss_and_remedy
from lightwork.text.quantities import counted, duration, percent, short, size, times
from lightwork.text.settings import named
from lightwork.text.verdict import bound_name, bound_sentence

NAMED = 4  # of the settings that are as good
CACHES_NAMED = 3
LITTLE_GAIN = 0.01
LITTLE_SLOWER = 0.95  # times as fast as the answer
TROUBLE = 60  # characters of why a way fails
CAUSES: Mapping[str, str] = {
    Cause.START_UP: "starting workers",
    Cause.DISPATCH: "handing items over",
    Cause.TAIL: "waiting for the last worker",
    Cause.TEARDOWN: "collecting results and closing",
    Cause.CPU_INFLATION: "items that compute longer side by side",
    Cause.CORE_WAIT: "workers that wait for a core",
    Cause.BLOCKING: "items that wait for each other or for what they share",
    Cause.BLOCKING_OR_CORE_WAIT: "items that wait for each other or for a core",
}


def limited_by(limit: LimitedBy | None) -> str:
    """What keeps the setting from being faster, as a phrase after "limited by"; "" where nothing much does."""
    words = ""
    match limit:
        case ItemCap():
            words = f"the longest item, {limit.bound.name}"
        case HelperWait():
            waits = f"for which items wait {percent(limit.share)} of their time"
            words = f"a process that the job keeps ({limit.names}), {waits}"
        case SharedLimit():
            words = (
                f"something that all workers share (a lock, a service, a disk): it lets {times(limit.speedup)} through"
            )
        case HeldLock():
            words = f"the lock on {limit.name}" if limit.is_file else limit.name
        case RateLimit():
            words = f"{rate_option(limit)}: {at_rate(limit)}"
        case InFlightLimit():
            words = f"--max-in-flight {limit.items}"
        case LowestBound():
            words = bound_name(limit.bound) if limit.is_near else ""
        case LargestLoss() | PredictedLoss():
            words = "" if limit.is_little else _cause(limit.cause, limit.lost / limit.workers)
    return words


def rate_option(limit: RateLimit) -> str:
    """The option as the user wrote it."""
    return f"--rate {limit.rate}"


def at_rate(limit: RateLimit) -> str:
    """As "200 items take at least 10 s"."""
    return f"{limit.items:,} items take at least {duration(limit.least_s)}"


def _cause(cause: str, share: float) -> str:
    """As "starting workers (12 % of their time)"."""
    return f"{CAUSES.get(cause, cause)} ({percent(share)} of the workers' time)"


@singledispatch
def reason_sentence(reason: object) -> str:
    """The reason in a sentence. Raises TypeError for what is no reason."""
    raise TypeError(f"{reason!r} is no reason")


reason_sentence.register(LowestBound, bound_sentence)
reason_sentence.register(LargestLoss, loss_and_remedy)


@reason_sentence.register
def _(reason: ItemCap) -> str:
    bound = reason.bound
    cap = f"no setting can be faster than {times(bound.speedup)}"
    return f"longest item: {bound.name}, {percent(bound.share)} of the work" + (f"; {cap}" if reason.is_near else "")


@reason_sentence.register
def _(reason: SharedLimit | RateLimit | InFlightLimit) -> str:
    return f"limited by {limited_by(reason)}"


@reason_sentence.register
def _(reason: HeldLock) -> str:
    lock = f"a lock on {reason.name}" if reason.is_file else reason.name
    instead = "let one process write what others compute" if reason.is_file else "update what it guards less often"
    return (
        f"an item holds {lock} for {percent(reason.share)} of its time, so workers take turns: "
        f"{times(reason.speedup)} at most; hold it for less of each item, or {instead}"
    )


@reason_sentence.register
def _(reason: OwnParts) -> str:
    # What is left of an item beside a Manager's calls takes less by itself: its caches stay warm.
    shared, least = (reason.lock or "the Manager"), "at least " if reason.manager_share else ""
    who = some_of(reason.crew) if reason.crew else "even a serial run"
    add_up = f"for part in executor.map({reason.function}, items): total.update(part)"
    return (
        f"without {shared} {who} would reach {least}{times(reason.speedup)}, {duration(reason.wall_s)} (predicted): "
        f"let each item return its own part, such as a Counter, and add them up: {add_up}"
    )


@reason_sentence.register
def _(reason: PredictedLoss) -> str:
    share = percent(reason.lost / reason.workers)
    if reason.is_little:
        return f"little would be lost; mostly {reason.cause}, {share} of the workers' speedup"
    whose = "1 worker's" if reason.workers == 1 else f"{reason.workers} workers'"
    return f"{reason.cause} would take {reason.lost:.2g} of {whose} speedup ({share})"


@reason_sentence.register
def _(reason: NextCount) -> str:
    workers = some_of(reason.crew)
    would = "" if reason.is_measured else "would "
    if abs(reason.gain) < LITTLE_GAIN:
        words = "are as fast" if reason.is_measured else "would be as fast"
    elif reason.gain > 0:
        words = f"{would}gain {percent(reason.gain)}"
    else:
        words = f"{would}lose {percent(-reason.gain)}"
    return f"{workers} {words}{_price(reason.memory)}"


@reason_sentence.register
def _(reason: OtherKind) -> str:
    would = "reach" if reason.is_measured else "would reach"
    why = {True: ": the work waits", False: ": the work computes", None: ""}[reason.work_waits]
    if reason.result_bytes:
        why = f": they must send back {size(reason.result_bytes)} for each item; return less, such as a file's path"
    return f"{some_of(reason.crew)} {would} only {times(reason.speedup.point)}{why}"


@reason_sentence.register
def _(reason: OwnExecutor) -> str:
    would = "reach" if reason.is_measured else "would reach"
    return f"{some_of(reason.crew)} {would} {times(reason.speedup.point)}"


@reason_sentence.register
def _(reason: WarmUpCost) -> str:
    return (
        f"the first item of every worker takes {duration(reason.each_s)} more (a model, a cache, a connection, filled "
        "anew in each): load it where the module is imported, MODEL = load(), so that forked workers inherit it; or "
        "pass initializer=load to the pool (plan with --initializer); or keep one pool for many lists of items"
    )


@reason_sentence.register
def _(reason: RefillCost) -> str:
    named = f"{', '.join(map(short, reason.caches[:CACHES_NAMED]))}, " if reason.caches else ""
    return (
        f"items get cheaper as more have run ({named}a cache): {counted(reason.fills, 'item')} that fill it take "
        f"{duration(reason.each_s)} in all, and each process fills its own: fill it where the module is imported, so "
        "that forked workers inherit it"
    )


@reason_sentence.register
def _(reason: InnerCores) -> str:
    busy = f"an item already keeps {reason.busy:.1f} of {reason.cores:.3g} cores busy"
    if not reason.starts_processes:
        by = f"{busy} by {reason.pools or 'threads or processes of its own'}"
        return _of_inner_threads(by, reason.tried) if reason.tried else f"{by}: workers share what is left"
    return (
        f"{busy} by processes that it starts: workers share what is left. A Pool's workers may start none "
        '("daemonic processes are not allowed to have children"): use ProcessPoolExecutor, or no pool inside'
    )


def _of_inner_threads(busy: str, tried: TriedThreads) -> str:
    alone = f"{counted(tried.threads, 'thread')} for it ({inner_threads_words(tried.threads)})"
    takes = f"an item takes {times(tried.longer)} as long"
    if tried.is_used:
        return f"{busy}; with {alone} {takes}, and workers have the cores"
    return f"{busy}: workers share what is left; with {alone} {takes}, and workers would gain no more"


@reason_sentence.register
def _(reason: HelperWait) -> str:
    return (
        f"items wait for {percent(reason.share)} of their time for a process that the job keeps ({reason.names}), "
        "which serves all workers and answers one at a time: return values, and write to it seldom"
    )


@reason_sentence.register
def _(reason: Inherited) -> str:
    large = [
        *([f"each item's {size(reason.item_bytes)}"] if reason.item_bytes else []),
        *([f"the function's {size(reason.function_bytes)}"] if reason.function_bytes else []),
    ]
    words = f"forked workers inherit {' and '.join(large) or 'the items and the function'}: only places are sent"
    if reason.crew is None or reason.speedup is None:
        return words
    reach = "reach" if reason.is_measured else "would reach"
    return f"{words}; sent to them, {some_of(reason.crew)} {reach} only {times(reason.speedup.point)}"


@reason_sentence.register
def _(reason: SharedPart) -> str:
    what = f"{reason.name} ({size(reason.size_bytes)})" if reason.size_bytes else reason.name
    if reason.kind:
        return f"--shared {reason.name} changes nothing: {_having(reason.kind)}"
    once = times(reason.speedup) + _predicted(not reason.is_measured)
    figures = {other.way: _way_words(other, reason.speedup) for other in reason.others}
    first = f"workers are given {what} once: {once}"
    if reason.is_mapped:
        reach = figures.pop(SharedWay.MAPPED)
        first = f"workers map {what} from a file: {reach}; given to each once {once}"
        if not reason.is_answer:
            first = f'save {what} by np.save and map it in each worker, np.load(path, mmap_mode="r"): {first}'
    is_little = any(other.way is SharedWay.EVERY_ITEM and other.times > LITTLE_SLOWER for other in reason.others)
    words = "; ".join([first, *(f"{way} {figure}" for way, figure in figures.items())])
    return f"{words}, so --shared gains little here" if is_little else words


def _having(kind: str) -> str:
    """Why workers of this kind need not be given anything."""
    if kind == "processes":
        return "forked workers inherit all items"
    return f"{'coroutines' if kind == 'tasks' else kind} share the caller's memory"


def _way_words(way: WayTried, speedup: float) -> str:
    """The speedup that a way reaches, or why none is known."""
    if way.trouble:
        return f"fails ({short(way.trouble, TROUBLE)})"
    if not way.times:
        return "was not measured: no time was left"
    return times(way.times * speedup) + _predicted(not way.rounds)


@reason_sentence.register
def _(reason: LargeFunction) -> str:
    return (
        f"the function is {size(reason.size_bytes)} (the object whose method it is, or the arguments of a partial), "
        "which each chunk sends to a process: keep that in a global of the module, or use larger chunks"
    )


@reason_sentence.register
def _(reason: LargeItems) -> str:
    if reason.in_all:
        return (
            f"each item is {size(reason.item_bytes)}, which the caller must send to a process, and all items share "
            f"`{reason.in_all}`: --shared {reason.in_all} gives it to each worker once"
        )
    return (
        f"each item is {size(reason.item_bytes)}, which the caller must send to a process: pass what it is made from, "
        "such as a path, and load it in the function, or use threads"
    )


@reason_sentence.register
def _(reason: LargeResults) -> str:
    return (
        f"each result is {size(reason.item_bytes)}, which a process must send back: return less (write files and "
        "return their paths, or a summary), or use threads"
    )


@reason_sentence.register
def _(reason: FailedCrew) -> str:
    return failure_words(reason)


@reason_sentence.register
def _(reason: MemoryPeak) -> str:
    limit = f" of {size(reason.limit_bytes)}, {reason.limit_name}" if reason.limit_bytes else ""
    return f"memory: up to {size(reason.peak_bytes)}{limit}, all processes together{_predicted(reason.is_predicted)}"


@reason_sentence.register
def _(reason: FreshWorkers) -> str:
    return (
        f"workers start by {reason.start_method}: each imports the module again, and has no globals that the program "
        "sets while it runs"
    )


@reason_sentence.register
def _(reason: ChunksizeBand) -> str:
    return f"chunksize: any from {reason.low:,} to {reason.high:,} is predicted to be as good"


@reason_sentence.register
def _(reason: AsGood) -> str:
    names = [named(cell) for cell in reason.cells]
    more = len(names) - NAMED
    listed = "; ".join(names[:NAMED]) + (f"; and {more} more" if more > 0 else "")
    return f"within {percent(reason.within)} of it: {listed}"


@reason_sentence.register
def _(reason: WholeList) -> str:
    serially = duration(reason.serial_s)
    return f"all {reason.items:,} items: about {duration(reason.wall_s)}, serially {serially} (predicted)"


def rests_on_sentence(basis: RestsOn) -> str:
    """How much was measured, how much predicted, how far the two lie apart where there are both; "" for neither."""
    if not basis.predicted:
        return ""
    predicted = f"predicted {counted(basis.predicted, 'setting')} from one serial run"
    if basis.measured is None:
        return f"{predicted}; measured nothing else"
    measured = f"measured {counted(basis.measured, 'setting')} in {counted(basis.blocks, 'block')}"
    apart = "" if basis.apart is None else f"; predictions were {percent(basis.apart)} off (median)"
    return f"{measured}, {predicted}{apart}"


def _price(memory: ExtraMemory | None) -> str:
    if memory is None or memory.size_bytes <= 0:
        return ""
    return f" for {size(memory.size_bytes)} more memory{_predicted(memory.is_predicted)}"


def _predicted(is_predicted: bool) -> str:
    return " (predicted)" if is_predicted else ""
