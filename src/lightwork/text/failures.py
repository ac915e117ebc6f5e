"""Words for settings that did not do the work: why, what worked, and how to go on."""

from lightwork.core.reasons import FailedCrew, FailureCause, OutsideLimit
from lightwork.text.crews import some_of


def failure_words(failed: FailedCrew) -> str:
    """As "6 threads and more failed (429 Too Many Requests); 4 worked"."""
    why = failed.reason or failed.outcome
    works = f"; {failed.largest_working} worked" if failed.largest_working else ""
    by = f" started by {failed.start_method}" if failed.start_method else ""
    who = f"{some_of(failed.crew)}{by}{' and more' if failed.more else ''} failed"
    return f"{who} ({why}){works}{_advice(failed)}"


def _advice(failed: FailedCrew) -> str:
    """What breaks them, or how to keep to what works, as a sentence after the first; "" where neither is known."""
    if failed.lacks_state:
        return (
            f", forked ones did not: {failed.start_method or 'this method'} begins with fresh interpreters, which lack "
            "what the caller has set since import; set it at import or by --initializer, or pass it with each item"
        )
    match failed.cause:
        case FailureCause.FORKED_THREADS:
            at = f", at {failed.place}" if failed.place else ""
            return (
                f". Threads ran when they were forked ({failed.threads}), and what these held stayed locked in "
                f"them{at}: start workers by forkserver or spawn"
            )
        case FailureCause.UNREAD_QUEUE:
            return (
                ". Workers wait at their end until what items put into a queue is read: return it instead, or read the "
                "queue meanwhile"
            )
        case FailureCause.ONE_THREAD:
            return ". What items use works in one thread only: use processes, or make it in each thread"
        case FailureCause.NO_CHILDREN:
            return ". Items start processes, which a Pool's workers may not: use ProcessPoolExecutor, or no pool inside"
    ways = " ".join(filter(None, (_kept_to(limit, failed) for limit in failed.limits)))
    return f". {ways}".rstrip(".") if ways else ""


def _kept_to(limit: OutsideLimit, failed: FailedCrew) -> str:
    """How a plan keeps to a limit, as a sentence; "" where it is not known what works."""
    match limit:
        case OutsideLimit.IN_FLIGHT if failed.largest_working is None:
            return ""
        case OutsideLimit.IN_FLIGHT:
            return f"Plan with --max-in-flight {failed.largest_working} to stay at what works."
        case OutsideLimit.RATE:
            return "If the service counts requests by time, keep to its limit with --rate, such as 20/s."
        case OutsideLimit.LOWER_RATE:
            return "The service may count requests by time: lower --rate."
