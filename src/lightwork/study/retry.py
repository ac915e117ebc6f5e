"""Recovery: a round that did not end well is retried, by running exactly the items that are not done.

    attempt 0 --raised, hung, died--> its ledger: which items are not done
        -> attempt 1, in a fresh host: those items --> ... -> the workload's check over all of it

Only where what an item did lasts, and doing it twice does no harm (`Workload.keeps`): a result that died with its
caller can't be had again without running the item again. A recovered round has no time: it did not end well.
"""

import shutil
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from lightwork.core.round import Attempt, Job, Outcome, Round
from lightwork.core.setting import Setting
from lightwork.launch import process
from lightwork.launch.capture import Output
from lightwork.launch.finished import Execute, Finished
from lightwork.launch.workdir import Workdir
from lightwork.ledger.table import State
from lightwork.workload import registry
from lightwork.workload.api import Workload

ATTEMPTS = 3  # after the first
RECOVERABLE = {Outcome.RAISED, Outcome.LOST, Outcome.HUNG, Outcome.DIED}


@dataclass(frozen=True)
class Retrying:
    """Runs rounds as `execute` does, and retries those that did not end well."""

    workdir: Workdir
    execute: Execute
    attempts: int = ATTEMPTS
    find: Callable[[str], Workload] = registry.find

    def __call__(self, job: Job, deadline_s: float) -> Finished:
        """The round, its outcome RECOVERED where going on with it did all of its work."""
        if not self.find(job.workload).keeps:
            return self.execute(job, deadline_s)
        first = self.execute(replace(job, hold=True), deadline_s)
        if first.round.ok:
            return first
        try:
            return self._gone_on_with(job, first, deadline_s)
        finally:
            _clear(self.workdir, job)

    def _gone_on_with(self, job: Job, first: Finished, deadline_s: float) -> Finished:
        last = first
        attempts = [Attempt(first.round.outcome, first.round.reason, tuple(range(first.round.items_expected)))]
        undone = _undone(attempts[0].items, first)
        while len(attempts) <= self.attempts and last.round.outcome in RECOVERABLE and first.ledger:
            # Where nothing is left to run only the check is: no strategy is asked to hand out nothing.
            setting = job.setting if undone else Setting("serial")
            again = replace(job, hold=True, attempt=len(attempts), only=tuple(undone), setting=setting)
            last = self.execute(again, deadline_s)
            attempts.append(Attempt(last.round.outcome, last.round.reason, tuple(undone)))
            left = _undone(undone, last)
            if last.round.ok or (left == undone and undone):
                break
            undone = left
        return replace(first, round=_merged(first, last, attempts))


def _undone(wanted: Sequence[int], finished: Finished) -> list[int]:
    """Those of the wanted items that the round's ledger does not call done; all, where it has none."""
    if not finished.ledger:
        return list(wanted)
    from lightwork.storage import ledgers  # numpy only where a round did not end well

    states = ledgers.table(finished.ledger)["state"]
    return [index for index in wanted if states[index] != State.DONE]


def _merged(first: Finished, last: Finished, attempts: Sequence[Attempt]) -> Round:
    run_again = len({index for attempt in attempts[1:] for index in attempt.items})
    if not last.round.ok:
        return replace(first.round, attempts=tuple(attempts))
    reason = (
        f"{first.round.outcome}: {first.round.reason}; then {run_again} of {first.round.items_expected} items were run "
        "again, and all work is done"
    )
    return replace(
        first.round, outcome=Outcome.RECOVERED, reason=reason, attempts=tuple(attempts), evidence=last.round.evidence
    )


def _clear(workdir: Workdir, job: Job) -> None:
    """Remove what the round stored, which was held for the next attempt."""
    if not Path(job.round_dir).exists():  # the last attempt ended well, and has removed it
        return
    try:
        with closing(Output()) as output:
            process.clean_up(workdir.job_path, workdir.temporary, output)
    finally:
        shutil.rmtree(job.round_dir, ignore_errors=True)
