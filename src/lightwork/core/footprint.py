"""A footprint: what items do beside returning a result, as a serial run shows it; plain data."""

from dataclasses import dataclass

NUMBERS = ("int", "float", "complex")


@dataclass(frozen=True)
class StateChange:
    """Something that items change. name: as RESULTS or GRADER.results. kind: of its value, such as list, int.

    before, after: how many entries it had; None where that is not what changed.
    """

    name: str
    kind: str
    before: int | None = None
    after: int | None = None

    @property
    def grew(self) -> int:
        """By how many entries."""
        return (self.after or 0) - (self.before or 0)

    @property
    def is_number(self) -> bool:
        """Whether it is a sum or a counter, which threads that add to it at a time get wrong."""
        return self.kind in NUMBERS


@dataclass(frozen=True)
class SharedFile:
    """A file that several items write. items: how many; 0 where it was open before the first one, and some write it.

    appends: whether they add to it, where others write it anew.
    """

    path: str
    items: int
    appends: bool


@dataclass(frozen=True)
class Gate:
    """A semaphore of the user's. places: how many may hold it at a time, in one process."""

    name: str
    places: int


@dataclass(frozen=True)
class LockUse:
    """A lock that workers in all processes share. times: how often an item takes it; share: of its time, held."""

    name: str
    times: float
    share: float


@dataclass(frozen=True)
class ManagerUse:
    """What items ask of a multiprocessing Manager. calls: of an item; share: of its time, waiting for their answers."""

    calls: float
    share: float


@dataclass(frozen=True)
class Footprint:
    """All of that.

    changes: of what the caller could look at. files: that several of them write. connections: to databases, which the
    module opens before workers start. gates: semaphores that it keeps, which other processes do not see. caches:
    functions that keep results, of which some were found again. locks: that they take, which all processes share;
    manager: what they ask of one, None for nothing. moves, sets_environment: whether they change the
    working directory, or a variable of the environment.
    """

    changes: tuple[StateChange, ...] = ()
    files: tuple[SharedFile, ...] = ()
    connections: tuple[str, ...] = ()
    gates: tuple[Gate, ...] = ()
    caches: tuple[StateChange, ...] = ()
    locks: tuple[LockUse, ...] = ()
    manager: ManagerUse | None = None
    moves: bool = False
    sets_environment: bool = False


NO_FOOTPRINT = Footprint()
