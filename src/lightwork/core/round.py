"""A round: one execution of one cell, and what it left behind.

`Job` goes to the host, `Answer` comes back; with the ledger they make the `Round` that is kept. All three are plain
JSON on the way.
"""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from lightwork.core.cluster_facts import Remote
from lightwork.core.setting import Setting
from lightwork.core.usage import Memory, Traffic, Usage

REFUSED = "refused"  # the key of a host's answer that it can't carry out the job; an item may exit as it likes


class Outcome(StrEnum):
    """How a round ended. Only OK has a time; every other outcome has a reason."""

    OK = "ok"
    RAISED = "raised"  # the strategy raised in the caller
    LOST = "lost"  # it returned without some items, or with some twice
    WRONG = "wrong"  # all items came back, but the work differs from the serial round's
    LEFTOVER = "leftover"  # it returned and left processes behind
    UNSOUND = "unsound"  # its ledger can't be: times that overlap or run backwards
    HUNG = "hung"  # the deadline ended it
    DIED = "died"  # the host itself died
    RECOVERED = "recovered"  # it ended in another of these ways, and was retried until all of its work was done


@dataclass(frozen=True)
class Job:
    """One round, as it is asked of the host.

    parameters: the workload's, by name. seed fixes the shuffled item order. runqueue and spin: what the
    recorder writes beside start, end and CPU time. probe: count what is pickled, at the price of its time.
    locks: see which files the host holds locked meanwhile.
    record: whether items are recorded; without, a round has its wall time and its check, but no ledger rows or digests.
    digests: whether the results' digests are taken; of no use where nobody compares them, and large results take time.
    hold: whether what the round stored stays where it does not end well, for another attempt. attempt: 0 for the first,
    which sets up; only: the indices of the items to run, None for all. weights: the file of a JSON list with the weight
    of each item, for orders by weight; "" where the workload tells it.
    cwd: the folder in which the host runs; "" for the one of whoever asks. Paths are absolute. environment: variables
    that the host has beside those of whoever asks. overlaid: the folder that cwd is to show, changes to it being kept
    apart (lightwork.machine.overlay); "" for cwd as it is.
    """

    cell_id: str
    block: int
    position: int
    workload: str
    parameters: Mapping[str, Any]
    setting: Setting
    seed: int
    runqueue: bool
    spin: bool
    data_dir: str
    round_dir: str
    ledger: str
    probe: bool = False
    locks: bool = False
    record: bool = True
    digests: bool = True
    hold: bool = False
    attempt: int = 0
    only: tuple[int, ...] | None = None
    weights: str = ""
    cwd: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)
    overlaid: str = ""


@dataclass(frozen=True)
class Answer:
    """What the host itself knows of a round when it is over; the rest stands in the ledger."""

    outcome: Outcome
    reason: str = ""
    detail: str = ""
    t0_ns: int | None = None
    t1_ns: int | None = None
    usage: Usage | None = None
    remote: Remote | None = None
    evidence: Mapping[str, Any] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    gil: bool | None = None


@dataclass(frozen=True)
class Worker:
    """One worker's life on the round's clock, nanoseconds of CLOCK_MONOTONIC.

    pid: its process's number; where it is a thread of the caller or a task, the kernel's number of that thread.
    requested_ns, ready_ns: the round's t0 where a warm pool had it before.
    ready_ns and exit_ns are None where they were not seen: a worker that never got ready, one that was
    terminated. exit_code is a negative signal number where a signal ended it, None where nobody reaped it.
    cpu_ns: CPU time of its process or thread when it left by itself, else None. peak_pss_bytes, peak_uss_bytes: of
    its own samples, which need not be those of the round's peak; None where no sample met it, or it has no process.
    """

    slot: int
    pid: int
    requested_ns: int
    ready_ns: int | None
    exit_ns: int | None
    exit_code: int | None
    cpu_ns: int | None = None
    peak_pss_bytes: int | None = None
    peak_uss_bytes: int | None = None


@dataclass(frozen=True)
class Attempt:
    """One attempt at a round that was retried: how it ended, and the indices of the items that it was to run."""

    outcome: Outcome
    reason: str
    items: tuple[int, ...]


@dataclass(frozen=True)
class Round:
    """What one round found.

    t0_ns: before any worker exists; t1_ns: after the last has gone; of a round with a warm pool: when it has been
    warmed, and when the results are there. Both are None when there is no time.
    item_cpu_ns: CPU time of all items, from the ledger. item_wall_ns: their wall time. thread_cpu_ns: CPU time of
    the threads that ran them, from each one's first item to its last, hand-over in between included.
    spin_ns: mean CPU nanoseconds of the fixed spin run between items, None where none was run; spins: how many.
    usage: what the round took from the machine; memory: its peaks. traffic: what was pickled, in a probing round.
    remote: what is known of a cluster that it ran on; None where it started its workers itself.
    retries: tries repeated inside items (a locked database); items_again: items that were started twice.
    result_digest: one digest of all results that the caller received, in given order; "" where none was taken.
    longest_item: index of the item with the longest wall time, None when no item was done.
    evidence: what the workload's check found; facts: what its setup found (cache state).
    reason: one line; detail: the traceback or the last output that goes with it.
    gil: whether the global interpreter lock was enabled in the caller after all imports; None where nobody asked.
    left_behind: processes of the round that ran on when its caller had ended; they were ended then.
    attempts: all of them, the first included, of a round that was retried; empty where it was not.
    ledger: the name under which the study keeps this round's ledger.
    """

    cell_id: str
    block: int
    position: int
    outcome: Outcome
    reason: str = ""
    t0_ns: int | None = None
    t1_ns: int | None = None
    items_done: int = 0
    items_expected: int = 0
    item_cpu_ns: int = 0
    item_wall_ns: int = 0
    thread_cpu_ns: int = 0
    longest_item: int | None = None
    longest_item_ns: int = 0
    retries: int = 0
    items_again: int = 0
    result_digest: str = ""
    spin_ns: float | None = None
    spins: int = 0
    usage: Usage | None = None
    memory: Memory | None = None
    traffic: Traffic | None = None
    remote: Remote | None = None
    evidence: Mapping[str, Any] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    detail: str = ""
    workers: tuple[Worker, ...] = ()
    ledger: str = ""
    gil: bool | None = None
    left_behind: int = 0
    attempts: tuple[Attempt, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether the work was done, so that the round has a time."""
        return self.outcome is Outcome.OK

    @property
    def wall_ns(self) -> int:
        """t1 - t0. Raises ValueError when the round has no time."""
        if not self.ok or self.t0_ns is None or self.t1_ns is None:
            raise ValueError(f"a round that {self.outcome} has no time")
        return self.t1_ns - self.t0_ns


def encode(record: Any) -> dict[str, Any]:
    """A Job, Answer or Round as plain JSON types."""
    return dataclasses.asdict(record)


def decode_job(data: Mapping[str, Any]) -> Job:
    """The Job that `encode` wrote. Raises TypeError or KeyError for anything else."""
    only = None if data.get("only") is None else tuple(data["only"])
    return Job(**{**data, "setting": Setting(**data["setting"]), "only": only})
