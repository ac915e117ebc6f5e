"""Launching: start a host for one round, wait for it, end it at its deadline, and read what it left.

The host leads a session of its own, so that one signal ends it with all its workers, and a Ctrl-C in the
terminal reaches only the measuring process, which then ends the host.
"""

import hashlib
import json
import os
import select
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psutil

from manyhands.errors import UsageError
from manyhands.ledger import NO_DIGEST, Ledger, Life, Row, State
from manyhands.round import Answer, Job, Outcome, Round, Worker, decode_answer, encode
from manyhands.sampler import PROBING, TIMED, Sampler
from manyhands.usage import Traffic

SHARED_MEMORY = Path("/dev/shm")  # noqa: S108  a folder of our own is made in it
GRACE_S = 1.0  # for the fork server and the resource tracker to follow their host
CLEAN_UP_S = 30.0
KEPT_OUTPUT_BYTES = 20_000
Execute = Callable[["Job", float], "Finished"]


@dataclass(frozen=True)
class Finished:
    """A round and the bytes of its ledger (empty where the host never got so far)."""

    round: Round
    ledger: bytes


@dataclass(frozen=True)
class Desk:
    """Where a study's rounds get their files: `data_dir` is kept, everything else is removed.

    rounds: on the data's own disk, for what a round stores. shared: memory-backed where there is such a
    place, for ledgers. temporary: short paths, for sockets and the host's own files.
    """

    data_dir: Path
    rounds: Path
    shared: Path
    temporary: Path


@contextmanager
def open_desk(data_dir: Path) -> Iterator[Desk]:
    """A desk for one study, removed at the end."""
    data_dir.mkdir(parents=True, exist_ok=True)
    shared_home = SHARED_MEMORY if os.access(SHARED_MEMORY, os.W_OK) else None
    homes = (data_dir, shared_home, None)
    rounds, shared, temporary = (Path(tempfile.mkdtemp(prefix="manyhands-", dir=home)) for home in homes)
    try:
        yield Desk(data_dir, rounds, shared, temporary)
    finally:
        for folder in (rounds, shared, temporary):
            shutil.rmtree(folder, ignore_errors=True)


def launch(desk: Desk, job: Job, deadline_s: float) -> Finished:
    """Run one round in a fresh host; never raises for what the round does, only for what can't be asked.

    Raises UsageError when the host refuses the job, and KeyboardInterrupt after ending the host.
    """
    round_dir = Path(job.round_dir)
    round_dir.mkdir()
    job_path, answer_path, output_path = (desk.temporary / name for name in ("job.json", "answer.json", "output"))
    job_path.write_text(json.dumps(encode(job)))
    answer_path.unlink(missing_ok=True)
    killed = True
    try:
        with output_path.open("wb") as output:
            try:
                watched = _run_host([str(job_path), str(answer_path)], desk, output.fileno(), deadline_s, job)
                killed = watched[0] is None or watched[0] < 0
            finally:
                if killed:
                    _clean_up(job_path, desk, output.fileno())
        exit_code, left_running, sampler = watched
        text = _tail(output_path)
        if exit_code == UsageError.exit_status:
            raise UsageError(text.strip())
        answer = _answer(answer_path, exit_code, deadline_s, text)
        if left_running and answer.outcome is Outcome.OK:
            answer = Answer(Outcome.LEFTOVER, "processes were left behind when the caller had ended")
        return _finish(job, answer, sampler)
    finally:
        shutil.rmtree(round_dir, ignore_errors=True)
        Path(job.ledger).unlink(missing_ok=True)


def _run_host(
    arguments: list[str], desk: Desk, output: int, deadline_s: float, job: Job
) -> tuple[int | None, bool, Sampler]:
    """The host's exit code (None past the deadline), whether anything of its group outlived it, and its memory."""
    environment = _environment(desk)
    host = subprocess.Popen(
        [sys.executable, "-m", "manyhands.host", *arguments],
        stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=environment, start_new_session=True,
    )  # fmt: skip
    sampler = Sampler(host.pid, Path(job.ledger), job.setting.workers + 1, PROBING if job.probe else TIMED)
    try:
        ended = _wait(host, deadline_s, sampler)
        return (host.returncode if ended else None), (_group_left(host.pid) if ended else True), sampler
    finally:
        _end_group(host)
        _remove_blocks(host.pid)


def _environment(desk: Desk) -> dict[str, str]:
    # Equal results must have equal `repr` in every host, sets of strings included; sockets need short paths.
    return {**os.environ, "PYTHONHASHSEED": "0", "TMPDIR": str(desk.temporary)}


def _clean_up(job_path: Path, desk: Desk, output: int) -> None:
    """Let the workload clean up after a host that was ended before it could: what a round made on a server stays."""
    cleaner = subprocess.Popen(
        [sys.executable, "-m", "manyhands.host", str(job_path)],
        stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=_environment(desk), start_new_session=True,
    )  # fmt: skip
    try:
        cleaner.wait(CLEAN_UP_S)
    except subprocess.TimeoutExpired:
        os.write(output, f"its cleanup took longer than {CLEAN_UP_S:g} s and was ended\n".encode())
    finally:
        _end_group(cleaner)


def _wait(host: subprocess.Popen[bytes], deadline_s: float, sampler: Sampler) -> bool:
    """Sleep until the host ends, waking up for the sampler only; False at the deadline."""
    give_up = time.monotonic() + deadline_s
    with _end_of(host) as ended:
        while (left_s := give_up - time.monotonic()) > 0:
            if ended(min(left_s, sampler.pause_s())):
                host.wait()
                return True
            sampler.wake()
    return False


@contextmanager
def _end_of(host: subprocess.Popen[bytes]) -> Iterator[Callable[[float], bool]]:
    """A function that waits so many seconds for the host's end, and tells whether it came."""
    if not hasattr(os, "pidfd_open"):
        yield lambda seconds: _polled(host, seconds)
        return
    descriptor = os.pidfd_open(host.pid)
    try:
        yield lambda seconds: bool(select.select([descriptor], [], [], seconds)[0])
    finally:
        os.close(descriptor)


def _polled(host: subprocess.Popen[bytes], seconds: float) -> bool:
    with suppress(subprocess.TimeoutExpired):
        host.wait(seconds)
    return host.returncode is not None


def _group_left(group: int) -> bool:
    """Whether processes of this group still run after a moment's grace."""
    give_up = time.monotonic() + GRACE_S
    while _group_exists(group) and _running_in(group):
        if time.monotonic() > give_up:
            return True
        time.sleep(0.002)
    return False


def _group_exists(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def _running_in(group: int) -> bool:
    """Whether any process of the group is more than an entry that its new parent has yet to reap."""
    for process in psutil.process_iter():
        try:
            if os.getpgid(process.pid) == group and process.status() != psutil.STATUS_ZOMBIE:
                return True
        except (ProcessLookupError, psutil.NoSuchProcess):
            continue  # it ended while we looked
    return False


def _end_group(host: subprocess.Popen[bytes]) -> None:
    """End the host and everything in its group, and reap the host."""
    with suppress(ProcessLookupError):
        os.killpg(host.pid, signal.SIGKILL)
    host.wait()


def _remove_blocks(host_pid: int) -> None:
    """Remove the results in shared memory that neither an ended host nor its resource tracker could remove.

    Strategy shared_memory names them after the process that hands out.
    """
    for block in SHARED_MEMORY.glob(f"results-{host_pid}-*"):
        block.unlink(missing_ok=True)


def _answer(path: Path, exit_code: int | None, deadline_s: float, output: str) -> Answer:
    """The host's answer, or the one that stands for its silence."""
    if exit_code is None:
        return Answer(Outcome.HUNG, f"still running after {deadline_s:.1f} s: ended", output)
    if exit_code != 0 or not path.exists():
        last = output.strip().rpartition("\n")[2]
        return Answer(Outcome.DIED, f"the host ended with exit code {exit_code}: {last}", output)
    return decode_answer(json.loads(path.read_text()))


def _tail(path: Path) -> str:
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - KEPT_OUTPUT_BYTES))
        return file.read().decode("utf-8", "replace")


def _finish(job: Job, answer: Answer, sampler: Sampler) -> Finished:
    """The round that the answer, the sampler and the ledger make together."""
    name = f"{'probe' if job.probe else f'b{job.block:03d}'}-{job.cell_id}"
    known = dict(answer.__dict__, cell_id=job.cell_id, block=job.block, position=job.position, ledger=name)
    known["memory"] = None if answer.remote else sampler.memory()  # a cluster's workers are not the host's processes
    path = Path(job.ledger)
    try:
        ledger = Ledger(job.ledger)
    except (OSError, ValueError, struct.error):  # the host never got so far, or the disk was full
        return Finished(Round(**known), b"")
    lives = ledger.lives()
    workers = tuple(_worker(slot, life, answer.t0_ns, sampler.peaks) for slot, life in enumerate(lives))
    if job.setting.pool == "warm" and answer.t0_ns is not None:
        workers = tuple(_there_from(answer.t0_ns, one) for one in workers)
    known["workers"] = workers
    known["traffic"] = _traffic(ledger, lives) if job.probe and not answer.remote else None
    return Finished(Round(**known, **summary(ledger.rows())), path.read_bytes())


def _worker(slot: int, life: Life, t0_ns: int | None, peaks: Mapping[int, tuple[int, int]]) -> Worker:
    """A worker as its row in the ledger and the sampler saw it; None for what they did not see.

    One whose request nobody saw counts as asked for at t0: no worker was before, and all until it is ready is start-up.
    """
    requested_ns = life.requested_ns or t0_ns or life.ready_ns
    times = (requested_ns, life.ready_ns or None, life.exit_ns or None, life.exit_code, life.cpu_ns or None)
    return Worker(slot, life.pid, *times, *peaks.get(life.pid, (None, None)))


def _there_from(t0_ns: int, worker: Worker) -> Worker:
    """A warm pool's worker as the round finds it: there from t0 on, what it did before being no part of the round."""
    ready_ns = None if worker.ready_ns is None else max(worker.ready_ns, t0_ns)
    return replace(worker, requested_ns=max(worker.requested_ns, t0_ns), ready_ns=ready_ns, cpu_ns=None)


def _traffic(ledger: Ledger, lives: Sequence[Life]) -> Traffic:
    returned_bytes, messages = (sum(life.returned[part] for life in lives) for part in range(2))
    return Traffic(*ledger.sent(), returned_bytes, messages)


def _thread_cpu_ns(rows: Sequence[Row]) -> int:
    """CPU time of each worker's thread from the start of its first item to the end of its last."""
    spans: dict[int, tuple[int, int]] = {}
    for row in rows:
        first, last = spans.get(row.worker, (row.thread_cpu_ns, 0))
        spans[row.worker] = min(first, row.thread_cpu_ns - row.cpu_ns), max(last, row.thread_cpu_ns)
    return sum(last - first for first, last in spans.values())


def summary(rows: list[Row]) -> dict[str, Any]:
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
