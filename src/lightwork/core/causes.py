"""Causes: what takes speedup away, each with its meaning; the same words in every table, picture and sentence."""

from enum import StrEnum


class Cause(StrEnum):
    """A part of workers x wall time that is not useful work, in the order in which a round meets them."""

    START_UP = "start-up"
    DISPATCH = "dispatch"
    TAIL = "tail"
    TEARDOWN = "teardown"
    CPU_INFLATION = "CPU inflation"
    CORE_WAIT = "waiting for a core"
    BLOCKING = "blocking"
    BLOCKING_OR_CORE_WAIT = "blocking or waiting for a core"  # where the run-queue wait is unknown


MEANINGS = {
    Cause.START_UP: "until the worker was ready",
    Cause.DISPATCH: "gaps between its items",
    Cause.TAIL: "waiting for the last worker",
    Cause.TEARDOWN: "collecting and closing",
    Cause.CPU_INFLATION: "items cost more CPU time than serially",
    Cause.CORE_WAIT: "more runnable workers than cores",
    Cause.BLOCKING: "items waited longer than serially: locks, disk, server",
    Cause.BLOCKING_OR_CORE_WAIT: "items waited longer than serially; this machine does not tell for what",
}
