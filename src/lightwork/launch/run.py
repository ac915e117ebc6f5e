"""Launching: start a host for one round, wait for it, end it at its deadline, and read what it left.

The host leads a session of its own, so that one signal ends it with all its workers, and a Ctrl-C in the
terminal reaches only the measuring process, which then ends the host.
"""

import json
import shutil
import signal
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from lightwork.core.round import REFUSED, Answer, Job, Outcome, encode
from lightwork.errors import UsageError
from lightwork.launch import process, stack_collect
from lightwork.launch.capture import Output
from lightwork.launch.file_locks import FileLocks
from lightwork.launch.finished import Finished, finish
from lightwork.launch.sampler import PROBING, TIMED, Sampler
from lightwork.launch.watchdog import End, Watch
from lightwork.launch.workdir import Workdir
from lightwork.ledger.recorder import forks_of

if TYPE_CHECKING:
    from subprocess import Popen

LEFT = "processes were still running after the caller ended"
Beside = Callable[[int], AbstractContextManager[Any]]  # takes the host's pid; lasts as long as the host


def launch(workdir: Workdir, job: Job, deadline_s: float, beside: Beside | None = None) -> Finished:
    """Run one round in a fresh host; never raises for what the round does, only for what can't be asked.

    beside: what goes on beside the round.
    Raises UsageError when the host refuses the job, and KeyboardInterrupt after ending the host.
    """
    Path(job.round_dir).mkdir(exist_ok=job.attempt > 0)
    workdir.write_job(json.dumps(encode(job)))
    output = Output()
    finished = None
    try:
        finished = _run(workdir, job, deadline_s, output, beside or nullcontext)
        return finished
    finally:
        held = job.hold and finished is not None and not finished.round.ok
        if not held:
            shutil.rmtree(job.round_dir, ignore_errors=True)
        for path in (Path(job.ledger), forks_of(job.ledger)):
            path.unlink(missing_ok=True)
        output.close()


def _run(workdir: Workdir, job: Job, deadline_s: float, output: Output, beside: Beside) -> Finished:
    """The round; where its host ended before it could clean up, that is done now. What was cleaned up stays so."""
    answer_path = workdir.temporary / "answer.json"
    answer_path.unlink(missing_ok=True)
    end: End | None = None
    try:
        end, left, sampler = _watched(workdir, job, deadline_s, output, beside, answer_path)
    finally:
        if not answer_path.exists() and not (job.hold and end):
            process.clean_up(workdir.job_path, workdir.temporary, output, job.cwd)
    answer = _answer(answer_path, end, output.rest())
    if left and answer.outcome is Outcome.OK:
        answer = replace(answer, outcome=Outcome.LEFTOVER, reason=LEFT)
    if sampler.locks:
        answer = replace(answer, facts={**answer.facts, **sampler.locks.facts()})
    return finish(job, answer, sampler, len(left), output.came_bytes)


def _watched(
    workdir: Workdir, job: Job, deadline_s: float, output: Output, beside: Beside, answer_path: Path
) -> tuple[End, list[int], Sampler]:
    """How the host's run ended, who of its group outlived it, and its memory."""
    words = [str(workdir.job_path), str(answer_path)]
    with process.hosted(words, workdir.temporary, output, job.cwd, job.environment) as host, beside(host.pid):
        return _watch(host, job, deadline_s, output)


def _watch(host: "Popen[bytes]", job: Job, deadline_s: float, output: Output) -> tuple[End, list[int], Sampler]:
    workers, ledger = job.setting.workers, Path(job.ledger)
    locks = FileLocks(host.pid) if job.locks else None
    sampler = Sampler(host.pid, ledger, workers + 1, PROBING if job.probe else TIMED, locks=locks)
    end = Watch(host, output, ledger, workers, sampler).until(deadline_s)
    if end.exit_code is None:
        stack_collect.collect(process.members_of(host.pid), output)
        return end, [], sampler
    return end, process.left_of(host.pid), sampler


def _exit_words(code: int) -> str:
    """As "exit code 7", "exit code -9, SIGKILL"."""
    name = next((each.name for each in signal.Signals if each == -code), "")
    return f"exit code {code}" + (f", {name}" if name else "")


def _answer(path: Path, end: End, output: str) -> Answer:
    """The host's answer, or the one that stands for its silence. Raises UsageError where it refused the job."""
    if end.exit_code is None:
        return Answer(Outcome.HUNG, end.reason, output)
    data = json.loads(path.read_text()) if path.exists() else {}
    if REFUSED in data:
        raise UsageError(data[REFUSED])
    if end.exit_code != 0 or not data:
        last = output.strip().rpartition("\n")[2]
        return Answer(Outcome.DIED, f"the host ended with {_exit_words(end.exit_code)}: {last}", output)
    answer = msgspec.convert(data, Answer)
    if answer.outcome is not Outcome.OK and output:
        return replace(answer, detail=f"{answer.detail}\n--- output of the round\n{output}".lstrip())
    return answer
