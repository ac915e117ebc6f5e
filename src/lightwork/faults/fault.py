"""The faults: what can go wrong while a strategy hands out items. Each strikes once."""

from dataclasses import dataclass
from enum import StrEnum


class Fault(StrEnum):
    """One thing that goes wrong; the value is its name on the command line."""

    RAISE = "raise"
    KILL = "kill"
    EXIT = "exit"
    KILL_IDLE = "kill-idle"
    BAD_RESULT = "bad-result"
    BAD_ERROR = "bad-error"
    HANG = "hang"
    MEMORY = "memory"
    DISK_FULL = "disk-full"
    INTERRUPT = "interrupt"


@dataclass(frozen=True)
class Description:
    """short: as a column's head. long: what is done, for the notes below the table."""

    short: str
    long: str


DESCRIPTIONS = {
    Fault.RAISE: Description("exception", "an item raises ValueError"),
    Fault.KILL: Description("SIGKILL", "a worker is killed in mid-item, as the kernel does without memory"),
    Fault.EXIT: Description("os._exit", "an item calls os._exit(3); a library's abort ends it like this"),
    Fault.KILL_IDLE: Description("killed idle", "a worker is killed while it waits and another runs the last item"),
    Fault.BAD_RESULT: Description("bad result", "an item returns what can't be pickled"),
    Fault.BAD_ERROR: Description("bad error", "an item raises an exception that can be pickled but not unpickled"),
    Fault.HANG: Description("hangs", "an item waits for ever"),
    Fault.MEMORY: Description("no memory", "an item asks for more memory than its process's limit: MemoryError"),
    Fault.DISK_FULL: Description("disk full", "an item stores more than fits: OSError in the middle of its file"),
    Fault.INTERRUPT: Description("Ctrl-C", "SIGINT for the caller and all its workers, half-way"),
}
FROM_OUTSIDE = {Fault.KILL_IDLE, Fault.INTERRUPT}
