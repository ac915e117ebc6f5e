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
    facts: dict[str, Any] = {}
    sentences: list[str] = []
    for run in runs:
        differences = [*other_kind(facts, run.machine), *other_surroundings(facts, run.machine)]
        sentences += [f"From {plain(run.named)} on: {'; '.join(differences)}."] if differences else []
        facts |= run.machine
    undated = sum(run.saved_at is None and run.commit_at is None for run in runs)
    sentences += [f"{counted(undated, 'run')} have no time and come last."] if undated else []
    more = len(sentences) - SHOWN
    return sentences if more <= 0 else [*sentences[:SHOWN], f"And {more} more changes of the environment."]
