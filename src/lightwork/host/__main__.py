"""The host: a fresh, small interpreter that runs one round and ends. `python -m lightwork.host JOB ANSWER`.

    job.json -> items, setup | t0 | strategy -> workers -> ledger | t1 | check, digests -> answer.json

What this module imports is charged to every worker: standard library only, and only what a round needs.
Exits 0 with an answer written; 2 for a request that can't be carried out, with one line that says why as the answer.
"""

import json
import os
import signal
import sys
import threading
import traceback
from collections import Counter
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from time import monotonic_ns
from typing import Any

from lightwork import strategies
from lightwork.core import cluster_facts
from lightwork.core.round import REFUSED, Answer, Job, Outcome, decode_job, encode
from lightwork.core.setting import arrange
from lightwork.errors import CheckFailed, UsageError, WorkError, text_of
from lightwork.host import children, helpers, inner_work, lifeline
from lightwork.host.clock import RoundClock
from lightwork.host.item_function import awaitable, recorded, settled, visited, way_of, weigher
from lightwork.host.semaphores import sign_semaphores
from lightwork.ledger import recorder, stack_dump
from lightwork.ledger.lifecycle import Slots, recording_context
from lightwork.ledger.table import Ledger
from lightwork.machine import affinity, gil, proc
from lightwork.strategies import Strategy
from lightwork.workload import parameters, registry, shared_part
from lightwork.workload.api import Place, Workload

RESPAWNS = 4  # worker slots kept for each worker asked for, so that a respawned one is recorded too
SPARE_SLOTS = 64
QUEUE_FEEDER = "QueueFeederThread"  # of multiprocessing: at the end it is waited for, though nobody may read


def main(arguments: Sequence[str]) -> int:
    """Run the round that the job file asks for and write the answer file; without one, clean up after the round."""
    job_path, *answer_path = arguments
    lifeline.tie(os.environ)
    _listen_to_interrupts()
    sign_semaphores()
    stack_dump.show_on_signal()
    try:
        job = decode_job(json.loads(Path(job_path).read_text()))
        _lay_over(job)
        if not answer_path:
            clean_up(job)
            return 0
        answer = run(job)
    except UsageError as error:
        print(error, file=sys.stderr)
        if answer_path:
            Path(answer_path[0]).write_text(json.dumps({REFUSED: str(error)}))
        return error.exit_status
    except WorkError as error:  # the user's setup or cleanup raised
        print(error, file=sys.stderr)
        if not answer_path:
            return error.exit_status
        answer = Answer(Outcome.RAISED, str(error))
    Path(answer_path[0]).write_text(json.dumps(encode(answer)))
    if children.left() or _threads_left():
        helpers.end()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)  # an orderly exit would wait for all that are left
    return 0


def _listen_to_interrupts() -> None:
    """Let a Ctrl-C reach this process and its workers, though a shell that runs us in the background ignores it."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _lay_over(job: Job) -> None:
    """Go where the job's folder may be changed and stays as it is. Raises WorkError where that can't be had."""
    if job.overlaid:
        from lightwork.machine import overlay  # ctypes: no other round needs it

        try:
            overlay.mount(job.overlaid, job.cwd)
        except OSError as error:
            raise WorkError(f"--scratch: {error}") from None


def run(job: Job) -> Answer:
    """One round: everything but the strategy's own run lies outside its clock."""
    workload = registry.find(job.workload)
    values = parameters.build(workload.name, workload.parameters, job.parameters)
    place = Place(Path(job.data_dir), Path(job.round_dir))
    items = workload.items(values, place)
    if not items:
        raise UsageError(f"workload {workload.name} has no items with these parameters: give it at least one")
    _limit_cores(job.setting.cores)
    is_over = not job.hold
    try:
        facts = {} if job.attempt else dict(workload.setup(values, place))
        answer, results = _time(job, workload, values, items)
        if answer.outcome is Outcome.OK:
            answer = _check(job, answer, workload, values, place, items, results)
        is_over = answer.outcome is Outcome.OK or not job.hold
        return replace(answer, facts={**facts, **answer.facts}, gil=gil.is_enabled())
    except WorkError:
        is_over = False
        with suppress(WorkError):  # what comes of a setup that raised may not be there to be cleaned up
            workload.cleanup(values, place)
        raise
    finally:
        if is_over:
            workload.cleanup(values, place)


def clean_up(job: Job) -> None:
    """Do the workload's cleanup after a round whose host was ended before it could."""
    workload = registry.find(job.workload)
    workload.cleanup(
        parameters.build(workload.name, workload.parameters, job.parameters),
        Place(Path(job.data_dir), Path(job.round_dir)),
    )


def _time(job: Job, workload: Workload, values: Any, items: Sequence[Any]) -> tuple[Answer, list[Any]]:
    """Hand the items to the strategy between t0 and t1; the answer and the `(index, result)` pairs."""
    setting = job.setting
    strategy = strategies.require(setting.strategy)
    chunksize = strategies.chunksize_in_force(setting, len(items))
    Ledger.create(Path(job.ledger), len(items) if job.record else 0, setting.workers * RESPAWNS + SPARE_SLOTS)
    ledger = Ledger(job.ledger)
    slots = Slots(ledger, job.ledger, job.probe)
    slots.given = shared_part.carried()
    context = recording_context(setting.start_method, slots)
    run, awaits = way_of(strategy, workload)
    function = (awaitable if awaits else recorded)(job, workload, values, strategy)
    wanted = [(index, items[index]) for index in _indices(job, items)]
    numbered = arrange(wanted, setting.order, weigher(job, workload), job.seed)
    visit = None
    if strategy.is_remote and cluster_facts.scheduler() and job.record:
        try:
            function, visit = visited(function, setting.workers, [index for index, _ in numbered], chunksize)
        except UsageError as error:  # what was so before the study may have changed since
            return Answer(Outcome.RAISED, str(error)), []
    _hook(slots, strategy)
    if job.probe and not awaits:  # where items await each other's turns, whatever they pickle is no hand-over
        from lightwork.ledger import pickled_bytes

        pickled_bytes.count(ledger, caller=os.getpid())
    threads, starts = inner_work.threads_beside(), None if strategy.parallel else inner_work.ProcessStarts()
    answer, results, clock, there_before = Answer(Outcome.OK), [], RoundClock(ledger), children.left()
    helpers_before_ns = helpers.cpu_ns()
    try:
        if setting.pool == "warm":
            results = _run_in_warm_pool(strategy, function, numbered, chunksize, context, clock)
        else:
            clock.start()
            if not strategy.parallel:
                _be_the_worker(slots)
            results = list(run(function, numbered, setting.workers, chunksize, context))
    except (Exception, SystemExit, KeyboardInterrupt) as error:  # an item may call sys.exit: it is no end of ours
        answer = _raised(error)
    else:
        answer = _in_order(strategy, numbered, results) or answer
    clock.stop()
    inner = {**starts.facts(), **inner_work.thread_pools(), **helpers.facts(helpers_before_ns)} if starts else {}
    facts = {**threads, **inner}
    answer, usage = replace(answer, t0_ns=clock.t0_ns, t1_ns=clock.t1_ns, facts=facts), clock.usage
    if visit:
        answer, results = settled(visit, answer, results, ledger, slots)
        usage = cluster_facts.of_the_caller(usage) if usage else None
    slots.reap()
    answer = _with_children(job, answer, {*there_before, *_helpers_of(strategy, ledger)})
    if job.record and job.digests:
        _take_digests(ledger, results)
    return replace(answer, usage=usage), results


def _in_order(strategy: Strategy, numbered: Sequence[Any], results: Sequence[Any]) -> Answer | None:
    """What is wrong where an executor of the user's own mixes up results: who uses it can't tell whose they are."""
    if not strategy.executor or len(results) != len(numbered):  # what is missing is told with its items
        return None
    if [index for index, _ in results] == [index for index, _ in numbered]:
        return None
    return Answer(Outcome.WRONG, "map() returned results in another order than that of the items")


def _hook(slots: Slots, strategy: Strategy) -> None:
    """Have every worker noted that this process makes from now on; where items run in it, not what they start."""
    recorder.number_threads(slots.request_thread)
    if not strategy.in_caller:
        slots.hook_fork()
        slots.hook_start()
    elif strategy.parallel and strategy.workers != "tasks":
        slots.hook_threads()


def _helpers_of(strategy: Strategy, ledger: Ledger) -> set[int]:
    """The pids of children that may stay: those of items in this process; an executor's own, as MPI's daemon."""
    if strategy.executor:
        return {*children.left()} - {life.pid for life in ledger.lives()}
    return helpers.pids() if strategy.in_caller else set()


def _run_in_warm_pool(
    strategy: Strategy, function: Any, numbered: Sequence[Any], chunksize: int | None, context: Any, clock: RoundClock
) -> list[Any]:
    """Run the items in a pool that was made and used before; neither that nor its closing is on the clock."""
    from lightwork.host.warm_pool import warm

    if strategy.opened is None:
        raise UsageError(f"strategy {strategy.name} has no pool to keep: use --pool fresh")
    with warm(strategy.opened, function, context) as submit:
        clock.ledger.forget_messages()
        clock.start(_crew(clock.ledger))
        try:
            return list(submit(numbered, chunksize))
        finally:
            clock.stop()


def _crew(ledger: Ledger) -> list[int]:
    own_ids = {os.getpid(), *(proc.thread_ids() or [thread.native_id or 0 for thread in threading.enumerate()])}
    return [life.pid for life in ledger.lives() if life.pid and life.pid not in own_ids]


def _indices(job: Job, items: Sequence[Any]) -> Sequence[int]:
    return range(len(items)) if job.only is None else job.only


def _check(
    job: Job, answer: Answer, workload: Workload, values: Any, place: Place, items: Sequence[Any], pairs: Sequence[Any]
) -> Answer:
    """The answer after counting what came back and asking the workload whether the work was done."""
    counts, wanted = Counter(index for index, _ in pairs), _indices(job, items)
    wrong = [index for index in wanted if counts[index] != 1]
    if wrong:
        named = ", ".join(f"{workload.name_of(items[index])} ({counts[index]} times)" for index in wrong[:5])
        reason = f"{len(wanted) - len(wrong)} of {len(wanted)} items returned exactly once; the others: {named}"
        return replace(answer, outcome=Outcome.LOST, reason=reason)
    try:
        evidence = workload.check(values, place, [result for _, result in sorted(pairs, key=lambda pair: pair[0])])
    except CheckFailed as error:
        return replace(answer, outcome=Outcome.WRONG, reason=str(error), evidence=error.counts)
    return replace(answer, evidence=dict(evidence))


def _take_digests(ledger: Ledger, pairs: Sequence[tuple[int, Any]]) -> None:
    """Keep the digest of every result that the caller received; the round's deadline does not count the time.

    Taken here, from what came back, rather than in the worker: it costs the round nothing, and a strategy
    that garbles results on the way is found out.
    """
    from lightwork.host.digest import digest  # not charged to the workers, which don't need it

    ledger.pause(monotonic_ns())
    try:
        for index, result in pairs:
            ledger.set_digest(index, digest(result))
    finally:
        ledger.end_pause(monotonic_ns())


def _be_the_worker(slots: Slots) -> None:
    slot = slots.request()
    recorder.enter(slot)
    slots.ledger.ready(slot, os.getpid(), monotonic_ns())


def _limit_cores(cores: int | None) -> None:
    """Keep this process and its children to so many cores, the lowest-numbered usable ones."""
    if cores is None:
        return
    usable = affinity.cores()
    if usable is None:
        raise UsageError("cores can't be limited on this system: leave --cores out")
    if cores > len(usable):
        raise UsageError(f"cores can't be {cores}: this process may use {len(usable)}")
    affinity.keep_to(usable[:cores])


def _raised(error: BaseException) -> Answer:
    """The answer that stands for an exception; what the user's initializer raised is told in a line already."""
    if isinstance(error, WorkError):
        return Answer(Outcome.RAISED, str(error))
    return Answer(Outcome.RAISED, _one_line(error), "".join(traceback.format_exception(error)))


def _one_line(error: BaseException) -> str:
    """The exception in one line, with the item that the recorder noted on it."""
    notes = [note for note in getattr(error, "__notes__", ()) if note.startswith("in item ")]
    return " ".join(f"{text_of(error)} {' '.join(notes)}".split())


def _threads_left() -> bool:
    """Whether threads run for whose end an orderly exit would wait."""
    others = [thread for thread in threading.enumerate() if thread is not threading.main_thread()]
    return any(not thread.daemon or thread.name == QUEUE_FEEDER for thread in others)


def _with_children(job: Job, answer: Answer, allowed: Collection[int]) -> Answer:
    """The answer, but for children that came back from an item's function, or are still there and not allowed to."""
    if place := _forked_in(job):
        reason = f"a forked child returned from the function: end it by os._exit() ({place})"
        return replace(answer, outcome=Outcome.RAISED, reason=reason)
    left = [pid for pid in children.left() if pid not in allowed]
    if left and answer.outcome is Outcome.OK:
        return Answer(Outcome.LEFTOVER, f"processes left running: {', '.join(map(str, left))}")
    return answer


def _forked_in(job: Job) -> str:
    """As "in item 3: x", in which a child was forked that came back from the function; "" where none did."""
    try:
        return recorder.forks_of(job.ledger).read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""


if __name__ == "__main__":
    job_and_answer = sys.argv[1:]
    del sys.argv[1:]  # spawned workers inherit it: a user's module that reads it shall find no arguments of ours
    sys.exit(main(job_and_answer))
