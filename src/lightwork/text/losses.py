"""Sentences of a cell's largest loss, its evidence and its remedies. Nothing decides by them."""

from lightwork.core.remedy import (
    EnoughCores,
    ExtraCpu,
    GapTime,
    ItemRetries,
    LargestLoss,
    LongItem,
    LossEvidence,
    OwnThreads,
    PickledSize,
    Remedy,
    RemedyKind,
    StartUpTime,
    TeardownTime,
    Throttled,
    TrialResult,
)
from lightwork.text.quantities import counted, duration, percent, size, times

REMEDIES = {
    RemedyKind.IMPORT_LESS: "import less in the module that workers load",
    RemedyKind.START_BY_FORK: "start workers by forkserver or fork",
    RemedyKind.SMALL_PARENT: "start workers from a small process",
    RemedyKind.ONE_POOL: "keep one pool for several jobs",
    RemedyKind.FEWER_WORKERS: "use fewer workers",
    RemedyKind.FEWER_WORKERS_PER_CORE: (
        "use fewer workers per core: they share caches, memory and hardware threads, and make each other retry"
    ),
    RemedyKind.NO_MORE_THAN_CORES: "use fewer workers: {cores} cannot run more at a time",
    RemedyKind.NO_MORE_THAN_QUOTA: "use no more workers than the quota's {cpus}",
    RemedyKind.RAISE_QUOTA: "raise the quota",
    RemedyKind.FREE_CORES: "keep other programs off the cores: see `lightwork doctor`",
    RemedyKind.LARGER_ITEMS_OF_FIXED_SHARES: (
        "make the items larger: nothing is handed over between them, so the gaps are overhead"
    ),
    RemedyKind.LARGER_ITEMS_FOR_CHUNKS: "make the items larger: larger chunks would leave workers idle",
    RemedyKind.LARGER_CHUNKS: "hand out larger chunks, of about {amount:g} items",
    RemedyKind.CHUNKS: "hand out chunks, as map or imap_unordered do with a chunksize of about {amount:g}",
    RemedyKind.SMALLER_CHUNKS: "hand out smaller chunks",
    RemedyKind.ITEM_BY_ITEM: "hand out item by item instead of in fixed shares, as imap_unordered does",
    RemedyKind.HAND_OVER_LESS: (
        "hand over less: return a path or a summary, put large results into files or shared memory"
    ),
    RemedyKind.SEND_LESS: (
        "send less: a path or a key in place of the data, or let forked workers inherit it (strategy inherited)"
    ),
    RemedyKind.SPLIT_ITEM: "split {item}",
    RemedyKind.LARGEST_FIRST: "start with the largest items",
    RemedyKind.ONE_BLAS_THREAD: "set OMP_NUM_THREADS=1 if items use BLAS or OpenMP",
    RemedyKind.ONE_THREAD: "give each worker one thread: OMP_NUM_THREADS=1",
    RemedyKind.WAIT_LESS: (
        "batch the commits, do less under the lock, or leave it to a single writer: workers wait for one thing at a "
        "time, a lock, a database or a disk"
    ),
    RemedyKind.FASTER_METHOD: "use method={item}",
}
NO_REMEDY = "no measured alternative reduces this"


def loss_and_remedy(loss: LargestLoss) -> str:
    """The loss, and what to do about it."""
    return loss_sentence(loss) if loss.is_little else f"{loss_sentence(loss)}: {remedies_sentence(loss)}"


def loss_sentence(loss: LargestLoss) -> str:
    """As "waiting for a core takes 5.9 of 8 workers' speedup (74 %), although there is a core for each"."""
    workers = "1 worker's" if loss.workers == 1 else f"{loss.workers} workers'"
    figure = f"{loss.cause} takes {loss.lost:.2g} of {workers} speedup ({percent(loss.share)})"
    if loss.is_little:
        return f"little is lost: {figure}"
    return f"{figure}, {evidence}" if (evidence := evidence_words(loss.evidence)) else figure


def remedies_sentence(loss: LargestLoss) -> str:
    """Every remedy, the best first; "" where little is lost."""
    if loss.is_little:
        return ""
    return ", or ".join(map(_remedy, loss.remedies)) or NO_REMEDY


def _remedy(remedy: Remedy) -> str:
    amount = remedy.amount or 0
    words = REMEDIES[remedy.kind].format(
        amount=amount, cores=counted(amount, "usable core"), cpus=counted(amount, "CPU"), item=remedy.item
    )
    return words + _trial(remedy)


def _trial(remedy: Remedy) -> str:
    if remedy.trial is TrialResult.FASTER and remedy.ratio is not None:
        return f" (measured: {times(remedy.ratio)} as fast)"
    return {TrialResult.OPEN: " (measured: undecided)", TrialResult.AS_FAST: " (measured: as fast)", None: ""}.get(
        remedy.trial, ""
    )


def evidence_words(evidence: LossEvidence | None) -> str:  # noqa: C901, PLR0911  one per kind
    """What else was recorded; "" for None."""
    match evidence:
        case None:
            return ""
        case StartUpTime():
            return f"{duration(evidence.worker_s)} per worker"
        case GapTime():
            return f"{duration(evidence.gap_s)} between items that work for {duration(evidence.work_s)}"
        case PickledSize():
            return f"{size(evidence.item_bytes)} pickled per item"
        case LongItem():
            return f"{evidence.name} alone is {percent(evidence.share)} of the work"
        case TeardownTime():
            return f"{duration(evidence.worker_s)} until all workers have exited"
        case ExtraCpu():
            retries = f", {evidence.retries:.0f} retries per round" if evidence.retries else ""
            return f"{percent(evidence.share)} more than the work itself{retries}"
        case Throttled():
            return f"the control group's quota throttled {percent(evidence.share)} of its periods"
        case EnoughCores():
            return "although there is a core for each"
        case OwnThreads():
            return "items start their own threads"
        case ItemRetries():
            return f"items had to retry {evidence.retries:.0f} times per round"
