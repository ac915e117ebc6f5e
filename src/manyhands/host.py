"""The host: a fresh, small interpreter that runs one round and ends. `python -m manyhands.host JOB ANSWER`.

    job.json -> items, setup | t0 | strategy -> workers -> ledger | t1 | check, digests -> answer.json

What this module imports is charged to every worker: standard library only, and only what a round needs.
Exits 0 with an answer written, 2 with one line on standard error for a request that can't be carried out.
"""

import hashlib
import json
import os
import re
import sys
import traceback
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from time import monotonic_ns
from typing import Any

from manyhands import counters, parameters, recorder, strategies, workload
from manyhands.errors import CheckFailed, UsageError
from manyhands.ledger import Ledger
from manyhands.recorder import Detail, Recorder
from manyhands.round import Answer, Job, Outcome, decode_job, encode
from manyhands.setting import arrange
from manyhands.workers import Slots, recording_context
from manyhands.workload import Place, Workload

RESPAWNS = 4  # worker slots kept for each worker asked for, so that a respawned one is recorded too
SPARE_SLOTS = 64
MEMORY_ADDRESS = re.compile(r" at 0x[0-9a-f]+")


def main(arguments: Sequence[str]) -> int:
    """Run the round that the job file asks for and write the answer file; without one, clean up after the round."""
    job_path, *answer_path = arguments
    try:
        job = decode_job(json.loads(Path(job_path).read_text()))
        if not answer_path:
            clean_up(job)
            return 0
        answer = run(job)
    except UsageError as error:
        print(error, file=sys.stderr)
        return error.exit_status
    Path(answer_path[0]).write_text(json.dumps(encode(answer)))
    if answer.outcome is Outcome.LEFTOVER:
        sys.stderr.flush()
        os._exit(0)  # an orderly exit would wait for the children that are left
    return 0


def run(job: Job) -> Answer:
    """One round: everything but the strategy's own run lies outside its clock."""
    found = workload.find(job.workload)
    values = parameters.build(found.name, found.parameters, job.parameters)
    place = Place(Path(job.data_dir), Path(job.round_dir))
    items = found.items(values, place)
    if not items:
        raise UsageError(f"workload {found.name} has no items with these parameters: give it at least one")
    _limit_cores(job.setting.cores)
    try:
        facts = dict(found.setup(values, place))
        answer, results = _time(job, found, values, items)
        if answer.outcome is Outcome.OK:
            answer = _check(answer, found, values, place, items, results)
        return replace(answer, facts=facts)
    finally:
        found.cleanup(values, place)


def clean_up(job: Job) -> None:
    """Do the workload's cleanup after a round whose host was ended before it could."""
    found = workload.find(job.workload)
    found.cleanup(
        parameters.build(found.name, found.parameters, job.parameters), Place(Path(job.data_dir), Path(job.round_dir))
    )


def _time(job: Job, found: Workload, values: Any, items: Sequence[Any]) -> tuple[Answer, list[Any]]:
    """Hand the items to the strategy between t0 and t1; the answer and the `(index, result)` pairs."""
    setting = job.setting
    strategy = strategies.find(setting.strategy)
    chunksize = strategies.chunksize_in_force(setting, len(items))
    Ledger.create(Path(job.ledger), len(items), setting.workers * RESPAWNS + SPARE_SLOTS)
    ledger = Ledger(job.ledger)
    slots = Slots(ledger, job.ledger, job.probe)
    context = recording_context(setting.start_method, slots)
    function = Recorder(_item_function(job, found, values), job.ledger, Detail(job.runqueue, job.spin))
    numbered = arrange(list(enumerate(items)), setting.order, lambda pair: found.weight_of(pair[1]), job.seed)
    slots.hook_fork()
    recorder.number_threads(slots.request_thread)
    if job.probe:
        from manyhands import traffic

        traffic.count(ledger, caller=os.getpid())
    answer, results = Answer(Outcome.OK), []
    before = counters.read()
    t0_ns = monotonic_ns()
    try:
        if not strategy.parallel:
            _be_the_worker(slots)
        results = list(strategy.run(function, numbered, setting.workers, chunksize, context))
    except Exception as error:
        answer = Answer(Outcome.RAISED, _one_line(error), "".join(traceback.format_exception(error)))
    t1_ns = monotonic_ns()
    ledger.stop()
    usage = counters.between(before, counters.read(_fork_server(), _tracker()))
    slots.reap()
    left = _children_left()
    if left and answer.outcome is Outcome.OK:
        answer = Answer(Outcome.LEFTOVER, f"{len(left)} processes were left behind: {left}")
    ledger_digests(ledger, results)
    return replace(answer, t0_ns=t0_ns, t1_ns=t1_ns, usage=usage), results


def _item_function(job: Job, found: Workload, values: Any) -> Any:
    function = found.function_for(found.function, values)
    if not job.probe:
        return function
    from manyhands import traffic

    return traffic.apart(function)


def _check(
    answer: Answer, found: Workload, values: Any, place: Place, items: Sequence[Any], pairs: Sequence[Any]
) -> Answer:
    """The answer after counting what came back and asking the workload whether the work was done."""
    counts = Counter(index for index, _ in pairs)
    wrong = [index for index in range(len(items)) if counts[index] != 1]
    if wrong:
        named = ", ".join(f"{found.name_of(items[index])} ({counts[index]} times)" for index in wrong[:5])
        reason = f"{len(items) - len(wrong)} of {len(items)} items came back exactly once; not so: {named}"
        return replace(answer, outcome=Outcome.LOST, reason=reason)
    try:
        evidence = found.check(values, place, [result for _, result in sorted(pairs, key=lambda pair: pair[0])])
    except CheckFailed as error:
        return replace(answer, outcome=Outcome.WRONG, reason=str(error))
    return replace(answer, evidence=dict(evidence))


def ledger_digests(ledger: Ledger, pairs: Sequence[tuple[int, Any]]) -> None:
    """Keep the digest of every result that the caller received.

    Taken here, from what came back, rather than in the worker: it costs the round nothing, and a strategy
    that garbles results on the way is found out. `repr`, because pickles of equal values can differ.
    """
    for index, result in pairs:
        text = MEMORY_ADDRESS.sub("", repr(result))
        ledger.set_digest(index, hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=16).digest())


def _be_the_worker(slots: Slots) -> None:
    """Let the host itself be the only worker of the round."""
    slot = slots.request()
    recorder.enter(slot)
    slots.ledger.ready(slot, os.getpid(), monotonic_ns())


def _limit_cores(cores: int | None) -> None:
    """Keep this process and its children to so many cores, the lowest-numbered usable ones."""
    if cores is None:
        return
    usable = sorted(os.sched_getaffinity(0))
    if cores > len(usable):
        raise UsageError(f"cores can't be {cores}: this process may use {len(usable)}")
    os.sched_setaffinity(0, usable[:cores])


def _one_line(error: BaseException) -> str:
    """The exception in one line, with the item that the recorder noted on it."""
    notes = [note for note in getattr(error, "__notes__", ()) if note.startswith("in item ")]
    return " ".join(f"{type(error).__name__}: {error} {' '.join(notes)}".split())


def _children_left() -> list[int]:
    """Children of this process that are still there, multiprocessing's own helpers excepted."""
    helpers = _helpers()
    try:
        tasks = [Path(f"/proc/self/task/{task}/children").read_text() for task in os.listdir("/proc/self/task")]
    except FileNotFoundError:  # a kernel without this list
        import psutil  # after t1, and only where there is no cheaper way

        return [child.pid for child in psutil.Process().children() if child.pid not in helpers]
    return [int(pid) for pids in tasks for pid in pids.split() if int(pid) not in helpers]


def _helpers() -> set[int | None]:
    """The fork server and the resource tracker, which multiprocessing keeps for the life of the process."""
    return {_fork_server(), _tracker()}


def _fork_server() -> int | None:
    """The pid of the fork server, where this process has started one."""
    return _kept("multiprocessing.forkserver", "_forkserver", "_forkserver_pid")


def _tracker() -> int | None:
    """The pid of the resource tracker, where this process has started one."""
    return _kept("multiprocessing.resource_tracker", "_resource_tracker", "_pid")


def _kept(module: str, owner: str, field: str) -> int | None:
    pid: int | None = getattr(getattr(sys.modules.get(module), owner, None), field, None)
    return pid


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
