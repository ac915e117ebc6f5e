"""Words for workers: how many of which kind, and what makes them."""

from lightwork.core.reasons import Crew
from lightwork.text.quantities import counted

KINDS = {"threads": "thread", "processes": "process", "tasks": "coroutine", "interpreters": "interpreter"}


def crew_words(crew: Crew) -> str:
    """As "40 threads (ThreadPoolExecutor)"."""
    return f"{workers_words(crew.workers, crew.kind)} ({crew.call})"


def some_of(crew: Crew) -> str:
    """As "40 threads", or "2 processes from pools:make" for an executor of the user's own."""
    words = workers_words(crew.workers, crew.kind)
    return f"{words} from {crew.executor}" if crew.executor else words


def workers_words(workers: int, kind: str) -> str:
    """As "40 threads", "1 process", "100 coroutines at a time"."""
    noun = KINDS.get(kind, "worker")
    words = f"{workers:,} processes" if noun == "process" and workers != 1 else counted(workers, noun)
    return f"{words} at a time" if noun == "coroutine" else words


def inner_threads_words(threads: int) -> str:
    """The environment variable that sets them, as "OMP_NUM_THREADS=1"."""
    return f"OMP_NUM_THREADS={threads}"
