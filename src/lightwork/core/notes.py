"""Notes: what the reader of a plan must know of how it was found; plain data, worded by lightwork.text.notes."""

from dataclasses import dataclass


@dataclass(frozen=True)
class FailedItems:
    """How many items fail and are left out, the first by name and reason.

    unseen: whether not all items were run. collected: whether the script keeps the errors of those that raise.
    """

    count: int
    named: tuple[tuple[str, str], ...]
    unseen: bool
    collected: bool = False


@dataclass(frozen=True)
class SampledItems:
    """How many of all items were run."""

    run: int
    items: int


@dataclass(frozen=True)
class BundledItems:
    """How many very short items were timed as one."""

    bundle: int


@dataclass(frozen=True)
class OtherMachine:
    """That it is about a machine of so many cores."""

    cores: float


@dataclass(frozen=True)
class SerialOnly:
    """That nothing but a serial run was measured."""


@dataclass(frozen=True)
class FirstRun:
    """That the serial run was the items' first, for they are long for the budget."""


@dataclass(frozen=True)
class LittleCpu:
    """That less than one CPU is there."""

    cpus: float


@dataclass(frozen=True)
class WarmFiles:
    """Why files could not be made cold, and in how many of the rounds."""

    reason: str
    rounds: int
    all_rounds: int


@dataclass(frozen=True)
class SlowModule:
    """How long a user's module takes to load, which workers do again; guard: the line that its job belongs behind."""

    name: str
    loading_s: float
    guard: str


@dataclass(frozen=True)
class UnsendableFunction:
    """Why processes can't be sent a function by its name, and the strategies that are compared instead."""

    function: str
    reason: str
    strategies: tuple[str, ...]


@dataclass(frozen=True)
class InitializerTime:
    """How long a user's initializer takes."""

    function: str
    wall_s: float


@dataclass(frozen=True)
class ThreadsOnly:
    """That workers in other processes were not considered: why an item's result can't be pickled."""

    reason: str


@dataclass(frozen=True)
class StoredFiles:
    """What the first run of a function stored. files: by what became of them."""

    function: str
    files: tuple[tuple[str, tuple[str, ...]], ...]
    written_bytes: int


@dataclass(frozen=True)
class MemoryLimited:
    """A limit, and by what prediction it is applied; base_bytes, worker_bytes: None where no memory was measured."""

    source: str
    size_bytes: float
    base_bytes: float | None = None
    worker_bytes: float | None = None


Note = (
    FailedItems | SampledItems | BundledItems | OtherMachine | SerialOnly | FirstRun | LittleCpu | WarmFiles
    | SlowModule | UnsendableFunction | InitializerTime | ThreadsOnly | StoredFiles | MemoryLimited
)  # fmt: skip
