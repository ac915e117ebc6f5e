"""Switches: the environment variables that change how fast Python and its libraries run, or on how many threads.

To add one, add its row: it is saved with every run, compared, and shown by `lightwork doctor`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

THREADS = "it sets the threads that a library starts inside each worker: workers times threads should not exceed CPUs"
DEBUG = "it makes Python check itself, several times slower: unset it before you measure"


@dataclass(frozen=True)
class Switch:
    """name: of the variable. effect: what it does, and what to do about that; "" where another fact says it."""

    name: str
    effect: str


SWITCHES = (
    Switch("OMP_NUM_THREADS", THREADS),
    Switch("OPENBLAS_NUM_THREADS", THREADS),
    Switch("MKL_NUM_THREADS", THREADS),
    Switch("BLIS_NUM_THREADS", THREADS),
    Switch("VECLIB_MAXIMUM_THREADS", THREADS),
    Switch("NUMEXPR_NUM_THREADS", THREADS),
    Switch("PYTHONHASHSEED", "rounds ignore it: each runs with 0, so that sets have one order"),
    Switch("PYTHONDONTWRITEBYTECODE", ""),  # "compiled files" says what it does
    Switch("PYTHONUNBUFFERED", "each print is a system call of its own: items that print a lot take longer"),
    Switch("PYTHON_GIL", "on a free-threaded build it decides whether threads run Python code in parallel"),
    Switch("PYTHON_CPU_COUNT", "os.cpu_count() and default pool sizes follow it; lightwork counts the CPUs itself"),
    Switch("PYTHON_JIT", "it switches the just-in-time compiler: compare only runs that agree in it"),
    Switch("PYTHONDEVMODE", DEBUG),
    Switch("PYTHONMALLOC", "it replaces Python's allocator: compare only runs that agree in it"),
    Switch("PYTHONTRACEMALLOC", DEBUG),
)  # fmt: skip


def set_in(environment: Mapping[str, str]) -> dict[str, str]:
    """The values of those that are set, by name."""
    return {switch.name: environment[switch.name] for switch in SWITCHES if environment.get(switch.name)}


def effect_of(name: str) -> str:
    """What this one does."""
    return next(switch.effect for switch in SWITCHES if switch.name == name)
