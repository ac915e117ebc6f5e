"""Warnings: what could overturn a verdict; plain data, worded by lightwork.text.warnings."""

from dataclasses import dataclass

from lightwork.core.estimate import Estimate
from lightwork.core.footprint import Gate, SharedFile, StateChange
from lightwork.core.leak import Leak
from lightwork.core.study import Cell
from lightwork.core.verdict import CoreBound


@dataclass(frozen=True)
class Unfinished:
    """The study was interrupted, or ran out of budget."""


@dataclass(frozen=True)
class FewBlocks:
    """Fewer blocks than narrow intervals need."""

    blocks: int
    enough: int


@dataclass(frozen=True)
class UnknownNoise:
    """No block has both the serial round and its twin."""


@dataclass(frozen=True)
class LoudNoise:
    """A noise floor that hides differences one would like to see; relative."""

    noise_floor: float


@dataclass(frozen=True)
class DisturbedRounds:
    """Rounds that were left out, since others took more than usual_share + excess_share and least_s of the CPUs."""

    excluded: int
    rounds: int
    excess_share: float
    least_s: float


@dataclass(frozen=True)
class BusyMachine:
    """The share of the machine's CPU time that others took in the median serial round."""

    share: float


@dataclass(frozen=True)
class BusyCores:
    """The share of the machine's CPU time that others took while a plan measured.

    not_measured: whether it was so much that the answer rests on predictions for a quiet machine.
    """

    share: float
    not_measured: bool


@dataclass(frozen=True)
class UntriedCount:
    """That fewer items were run than the recommended workers run at once: of what they share, only these were seen."""

    workers: int
    items_run: int


@dataclass(frozen=True)
class ForkedThreads:
    """Threads, by their names, that run when the recommended workers are forked."""

    names: str


@dataclass(frozen=True)
class ForkedRandomState:
    """Generators, by their names, that items draw from and that the recommended workers all have in the same state.

    is_numpy: whether the first is numpy's own.
    """

    names: str
    is_numpy: bool


@dataclass(frozen=True)
class BeyondCores:
    """A cell faster than its cores allow: something else had them during the serial rounds."""

    cell: Cell
    speedup: Estimate
    bound: CoreBound


@dataclass(frozen=True)
class NeedsFork:
    """That processes of these other start methods do not do the work: they lack what the caller has set."""

    start_methods: tuple[str, ...]


@dataclass(frozen=True)
class PrivateLocks:
    """Locks and counts of the module, by their names, that workers of this start method make again, each its own."""

    names: tuple[str, ...]
    start_method: str


@dataclass(frozen=True)
class FailedRounds:
    """A cell's rounds that failed; outcome and reason of the first."""

    cell: Cell
    failed: int
    tried: int
    outcome: str
    reason: str


@dataclass(frozen=True)
class LostState:
    """What items change in the process that runs them, where that is not the caller's."""

    changes: tuple[StateChange, ...]


@dataclass(frozen=True)
class RacyState:
    """Sums and counters that items add to, where threads do so at the same time."""

    changes: tuple[StateChange, ...]


@dataclass(frozen=True)
class SharedFiles:
    """Files that several items write, where workers would do so at the same time."""

    files: tuple[SharedFile, ...]


@dataclass(frozen=True)
class SharedProcess:
    """What items change of their whole process, where other items run in it at the same time."""

    moves: bool
    sets_environment: bool


@dataclass(frozen=True)
class SharedConnections:
    """Connections to databases that forked workers would share."""

    names: tuple[str, ...]


@dataclass(frozen=True)
class PrivateGate:
    """A semaphore of which every process has its own, so that more workers than it has places pass together."""

    gate: Gate
    workers: int


@dataclass(frozen=True)
class UnclearCache:
    """Caches that items fill, where too few of them were run to tell how often the others do."""

    names: tuple[str, ...]
    run: int
    items: int


@dataclass(frozen=True)
class UnsendableError:
    """An exception of an item that a Pool waits for in vain, since it can't be unpickled for this reason."""

    error: str
    reason: str


@dataclass(frozen=True)
class LeakedMemory:
    """That items leave memory behind.

    replaced_after: the items after which the script replaces a worker; None where it replaces none.
    """

    leak: Leak
    replaced_after: int | None


VerdictWarning = (
    Unfinished | FewBlocks | UnknownNoise | LoudNoise | DisturbedRounds | BusyMachine | BusyCores | BeyondCores
    | NeedsFork | PrivateLocks | FailedRounds | ForkedThreads | ForkedRandomState | LostState | RacyState | SharedFiles
    | SharedProcess | SharedConnections | PrivateGate | UnclearCache | UnsendableError | LeakedMemory | UntriedCount
)  # fmt: skip
