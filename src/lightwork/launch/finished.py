"""A finished round: what the host answered, the sampler saw and the ledger holds, put together."""

import hashlib
import struct
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from lightwork.core.round import Answer, Job, Outcome, Round, Worker
from lightwork.core.usage import Traffic
from lightwork.launch.sampler import Sampler
from lightwork.ledger.table import NO_DIGEST, Ledger, LedgerRow, Life, State
from lightwork.machine.memory import UNKNOWN, MemorySizes
from lightwork.strategies import is_executor

Execute = Callable[[Job, float], "Finished"]
NAMED = 5  # items, of those that were run twice


@dataclass(frozen=True)
class Finished:
    """A round and the bytes of its ledger (empty where the host never got so far).

    printed_bytes: what its processes wrote to standard output and error.
    """

    round: Round
    ledger: bytes
    printed_bytes: int = 0


def finish(job: Job, answer: Answer, sampler: Sampler, left_behind: int = 0, printed_bytes: int = 0) -> Finished:
    """The round that the answer, the sampler and the ledger make together."""
    name = f"{'probe' if job.probe else f'b{job.block:03d}'}-{job.cell_id}"
    fields = dict(answer.__dict__, cell_id=job.cell_id, block=job.block, position=job.position, ledger=name)
    fields["left_behind"] = left_behind
    fields["memory"] = None if answer.remote else sampler.memory()  # a cluster's workers are not the host's processes
    path = Path(job.ledger)
    try:
        ledger = Ledger(job.ledger)
    except (OSError, ValueError, struct.error):  # the host never got so far, or the disk was full
        return Finished(Round(**fields), b"", printed_bytes)
    lives = ledger.lives()
    in_process = Counter(life.pid for life in lives)
    peaks = {pid: peak for pid, peak in sampler.peaks.items() if in_process[pid] == 1}  # tasks share their process
    workers = tuple(_worker(slot, life, answer.t0_ns, peaks) for slot, life in enumerate(lives))
    if job.setting.pool == "warm" and answer.t0_ns is not None:
        workers = tuple(_there_from(answer.t0_ns, worker) for worker in workers)
    fields["workers"] = workers
    fields["traffic"] = _traffic(ledger, lives) if job.probe and not answer.remote else None
    rows = ledger.rows()
    fields.update(_unasked(job, answer, rows))
    return Finished(Round(**fields, **summary(rows)), path.read_bytes(), printed_bytes)


def _unasked(job: Job, answer: Answer, rows: Sequence[LedgerRow]) -> dict[str, Any]:
    """Outcome and reason where an executor of the user's own ran items twice, though it returned each once.

    Only theirs: of ours it is known which run an item again, and that is when a worker died.
    """
    if answer.outcome is not Outcome.OK or job.attempt or not is_executor(job.setting.strategy):
        return {}
    twice = [index for index, row in enumerate(rows) if row.again]
    if not twice:
        return {}
    named = ", ".join(f"item {index} ({rows[index].again + 1} times)" for index in twice[:NAMED])
    return {"outcome": Outcome.LOST, "reason": f"{len(twice)} of {len(rows)} items ran more than once: {named}"}


def _worker(slot: int, life: Life, t0_ns: int | None, peaks: Mapping[int, MemorySizes]) -> Worker:
    """A worker as its row in the ledger and the sampler saw it; None for what they did not see.

    One whose request nobody saw counts as asked for at t0: no worker was before, and all until it is ready is start-up.
    """
    requested_ns = life.requested_ns or t0_ns or life.ready_ns
    times = (requested_ns, life.ready_ns or None, life.exit_ns or None, life.exit_code, life.cpu_ns or None)
    return Worker(slot, life.pid, *times, *peaks.get(life.pid, UNKNOWN))


def _there_from(t0_ns: int, worker: Worker) -> Worker:
    """A warm pool's worker as the round finds it: there from t0 on, what it did before being no part of the round."""
    ready_ns = None if worker.ready_ns is None else max(worker.ready_ns, t0_ns)
    return replace(worker, requested_ns=max(worker.requested_ns, t0_ns), ready_ns=ready_ns, cpu_ns=None)


def _traffic(ledger: Ledger, lives: Sequence[Life]) -> Traffic:
    returned_bytes, messages = (sum(life.returned[part] for life in lives) for part in range(2))
    return Traffic(*ledger.sent(), returned_bytes, messages)


def _thread_cpu_ns(rows: Sequence[LedgerRow]) -> int:
    """CPU time of each worker's thread from the start of its first item to the end of its last."""
    spans: dict[int, tuple[int, int]] = {}
    for row in rows:
        first, last = spans.get(row.worker, (row.thread_cpu_ns, 0))
        spans[row.worker] = min(first, row.thread_cpu_ns - row.cpu_ns), max(last, row.thread_cpu_ns)
    return sum(last - first for first, last in spans.values())


def summary(rows: list[LedgerRow]) -> dict[str, Any]:
    """What a Round tells of its items: counts, sums, the longest item, one digest of all results."""
    done = [(row.end_ns - row.start_ns, index, row) for index, row in enumerate(rows) if row.state is State.DONE]
    longest_ns, longest, _ = max(done, default=(0, None, None))
    spins = sum(row.spins for _, _, row in done)
    digests = b"".join(row.digest for row in rows)
    all_received = all(row.digest != NO_DIGEST for row in rows)
    return {
        "items_expected": len(rows),
        "items_done": len(done),
        "items_again": sum(row.again > 0 for row in rows),
        "item_wall_ns": sum(wall_ns for wall_ns, _, _ in done),
        "item_cpu_ns": sum(row.cpu_ns for _, _, row in done),
        "thread_cpu_ns": _thread_cpu_ns([row for _, _, row in done]),
        "longest_item": longest,
        "longest_item_ns": longest_ns,
        "retries": sum(row.retries for row in rows),
        "spins": spins,
        "spin_ns": sum(row.spin_ns for _, _, row in done) / spins if spins else None,
        "result_digest": hashlib.blake2b(digests, digest_size=16).hexdigest() if all_received else "",
    }
