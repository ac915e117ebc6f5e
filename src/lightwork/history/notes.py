"""Notes: what else was another from one run to the next, and may move every figure; pure."""

from collections.abc import Sequence
from typing import Any

from lightwork.history.run import HistoryRun
from lightwork.machine.same_machine import other_kind, other_surroundings
from lightwork.text.quantities import counted, plain

SHOWN = 20


def notes(runs: Sequence[HistoryRun]) -> list[str]:
    """A sentence for every run, in order, from which on the machine or what surrounds the work is another.

    A fact that a run does not tell is taken to be what it was before.
    """
    known: dict[str, Any] = {}
    found: list[str] = []
    for run in runs:
        told = [*other_kind(known, run.machine), *other_surroundings(known, run.machine)]
        found += [f"From {plain(run.named)} on: {'; '.join(told)}."] if told else []
        known |= run.machine
    undated = sum(run.saved_at is None and run.commit_at is None for run in runs)
    found += [f"{counted(undated, 'run')} tell no time, and stand at the end."] if undated else []
    more = len(found) - SHOWN
    return found if more <= 0 else [*found[:SHOWN], f"And {more} more changes of what surrounds the work."]
