"""Pacing: the part of a script that lets items start at a rate; pure.

    threads     a clock beside a lock          tasks, serial   a clock: nobody else reads it meanwhile
    processes   a Value, handed to each worker when it is made, whose own initializer is called by what takes it

Every item waits for its own turn, whoever runs it and however it got there: chunks and queues make no burst.
"""

from collections.abc import Mapping

from lightwork.core.rate import UNITS_S, StartRate
from lightwork.strategies import Strategy

NAME = "paced_item"
NAMES = (NAME, "Lock", "Value", "clock", "lock", "monotonic", "share", "sleep", "turn")  # that the code may bind
_SERIALLY = """\
from time import monotonic, sleep

turn = 0.0


def paced_item(item):
    global turn
    turn = max(turn + $apart, monotonic())  # at most $rate
    sleep(max(turn - monotonic(), 0))
    return $call
"""
_IN_TASKS = """\
from time import monotonic

turn = 0.0


async def paced_item(item):
    global turn
    turn = max(turn + $apart, monotonic())  # at most $rate
    await asyncio.sleep(turn - monotonic())
    return $call
"""
_IN_THREADS = """\
from threading import Lock
from time import monotonic, sleep

lock, turn = Lock(), 0.0


def paced_item(item):
    global turn
    with lock:  # at most $rate
        turn = max(turn + $apart, monotonic())
        sleep(max(turn - monotonic(), 0))
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
        turn.value = max(turn.value + $apart, monotonic())
        sleep(max(turn.value - monotonic(), 0))
    return $call
"""


def code_for(strategy: Strategy) -> str:
    """The code of a function of one item, by the name of NAME, that waits for the item's turn.

    Its blanks: $call is what stands inside (lightwork.plan.script.wrappers), the others are below.
    """
    if not strategy.parallel:
        return _SERIALLY
    if strategy.workers == "tasks":
        return _IN_TASKS
    return _IN_THREADS if strategy.workers == "threads" else _IN_PROCESSES


def is_shared(strategy: Strategy) -> bool:
    """Whether workers must be handed the clock when they are made."""
    return strategy.parallel and strategy.workers == "processes"


def keywords(method: str) -> str:
    """What hands it to the workers of a pool. method: the start method where it is named: one that all must share."""
    clock = f'get_context("{method}").Value("d")' if method else 'Value("d")'
    return f", initializer=share, initargs=({clock},)"


def blanks(rate: StartRate, begin: str) -> Mapping[str, str]:
    """What fills the code. begin: the user's own initializer as a statement, "" without one."""
    unit = f"{UNITS_S[rate.unit]:g}"
    return {
        "apart": unit if rate.count == 1 else f"{unit} / {rate.count:g}",
        "rate": str(rate),
        "begin": f"    {begin}\n" if begin else "",
    }
