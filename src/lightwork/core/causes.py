"""Causes: what takes speedup away; the same words and colours in every table, picture and sentence.

To add one, add its row and have `analysis/losses.py` fill its field; `analysis/remedies.py` says what helps against it.
"""

from enum import StrEnum
from typing import Self


class Cause(StrEnum):
    """A part of workers x wall time that is not useful work, in the order in which a round meets them.

    meaning: in a few words. colours: in the light and in the dark scheme; apart under every common colour blindness (a
    test computes it). field: of `core.losses.Losses`, where its time is.
    """

    meaning: str
    colours: tuple[str, str]
    field: str

    def __new__(cls, name: str, meaning: str, colours: tuple[str, str], field: str) -> Self:
        """Make a member that equals its name."""
        cause = str.__new__(cls, name)
        cause._value_ = name
        cause.meaning, cause.colours, cause.field = meaning, colours, field
        return cause

    START_UP = "start-up", "until the worker was ready", ("#ab8917", "#eae690"), "start_up_ns"
    DISPATCH = "dispatch", "gaps between its items", ("#6a626f", "#7f8a9c"), "dispatch_ns"
    TAIL = "tail", "waiting for the last worker", ("#b74913", "#e8833f"), "tail_ns"
    TEARDOWN = "teardown", "collecting and closing", ("#2d3246", "#686964"), "teardown_ns"
    CPU_INFLATION = (
        "extra CPU time", "items cost more CPU time than serially", ("#d960c3", "#f1afee"), "cpu_inflation_ns",
    )  # fmt: skip
    CORE_WAIT = "waiting for a core", "more runnable workers than cores", ("#1e957c", "#3fd6a0"), "core_wait_ns"
    BLOCKING = (
        "blocking", "items waited longer than serially: locks, disk, server",
        ("#620710", "#e1042a"), "blocked_inflation_ns",
    )  # fmt: skip
    BLOCKING_OR_CORE_WAIT = (  # in the place of blocking where the run-queue wait is unknown
        "blocking or waiting for a core", "items waited longer than serially; this machine does not tell for what",
        ("#620710", "#e1042a"), "blocked_inflation_ns",
    )  # fmt: skip
