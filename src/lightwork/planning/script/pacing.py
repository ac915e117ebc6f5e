"""Pacing: the part of a script that lets items start at a rate; pure.

    threads, tasks   when the last item started, behind a lock; serial: without
    processes        the same as a Value, handed to each worker when it is made, by what calls the user's initializer

Who has the lock waits, so starts lie apart however late they come. Every item waits for its own turn, whoever runs it
and however it got there: chunks and queues make no burst.
"""

from collections.abc import Mapping

from lightwork.core.rate import UNITS_S, StartRate
from lightwork.strategies import Strategy

NAME = "paced_item"
NAMES = (NAME, "Lock", "Value", "clock", "lock", "monotonic", "share", "sleep", "turn")  # that the code may bind
NEVER, YOUNGEST_S = "0.0", 60.0  # seconds that a machine has been up
_SERIALLY = """\
from time import monotonic, sleep

turn = $start


def paced_item(item):
    global turn
    sleep(max(turn + $apart - monotonic(), 0))  # at most $rate
    turn = monotonic()
    return $call
"""
_IN_TASKS = """\
import asyncio
from time import monotonic

lock, turn = asyncio.Lock(), $start


async def paced_item(item):
    global turn
    async with lock:  # at most $rate
        await asyncio.sleep(turn + $apart - monotonic())
        turn = monotonic()
    return $call
"""
_IN_THREADS = """\
from threading import Lock
from time import monotonic, sleep

lock, turn = Lock(), $start


def paced_item(item):
    global turn
    with lock:  # at most $rate
        sleep(max(turn + $apart - monotonic(), 0))
        turn = monotonic()
    return $call
"""
_IN_PROCESSES = """\
from time import monotonic, sleep


def share(clock):
    global turn
    turn = clock
$begin\


def paced_item(item):
    with turn.get_lock():  # at most $rate
        sleep(max(turn.value + $apart - monotonic(), 0))
        turn.value = monotonic()
    return $call
"""


def code_for(strategy: Strategy) -> str:
    """The code of a function of one item, by the name of NAME, that waits for the item's turn.

    Its blanks: $call is what stands inside (lightwork.planning.script.wrappers), the others are below.
    """
    if not strategy.parallel:
        return _SERIALLY
    if strategy.workers == "tasks":
        return _IN_TASKS
    return _IN_THREADS if strategy.workers == "threads" else _IN_PROCESSES


def is_shared(strategy: Strategy) -> bool:
    """Whether workers must be handed the clock when they are made."""
    return strategy.parallel and strategy.workers == "processes"


def keywords(rate: StartRate, method: str) -> str:
    """What hands it to the workers of a pool. method: the start method where it is named: one that all must share."""
    start = "" if _starts_at(rate) == NEVER else f", {_starts_at(rate)}"
    clock = f'get_context("{method}").Value("d"{start})' if method else f'Value("d"{start})'
    return f", initializer=share, initargs=({clock},)"


def blanks(rate: StartRate, begin: str) -> Mapping[str, str]:
    """What fills the code. begin: the user's own initializer as a statement, "" without one."""
    return {
        "apart": _apart(rate),
        "rate": str(rate),
        "start": _starts_at(rate),
        "begin": f"    {begin}\n" if begin else "",
    }


def _apart(rate: StartRate) -> str:
    """Seconds between two starts, as one works them out from the rate."""
    unit = f"{UNITS_S[rate.unit]:g}"
    return unit if rate.count == 1 else f"{unit} / {rate.count:g}"


def _starts_at(rate: StartRate) -> str:
    """When nothing has started yet: on a clock that began with the machine, which may have been after the last turn."""
    return NEVER if rate.apart_s <= YOUNGEST_S else f"-{_apart(rate)}"
