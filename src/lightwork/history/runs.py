"""Runs: saved results from many files, each run once, of one kind of machine, oldest first."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path

from lightwork.errors import UsageError
from lightwork.history.run import LONGEST_ID, HistoryRun, run_of
from lightwork.machine.same_machine import kind_of, other_kind
from lightwork.storage import results_json
from lightwork.text.quantities import short

NEVER = datetime.max.replace(tzinfo=UTC)


def read(paths: Sequence[Path], *, any_machine: bool = False) -> tuple[HistoryRun, ...]:
    """The runs saved in these files, oldest first; a file named twice, or copied, counts once.

    Raises UsageError for a file that is no saved run, and, unless any_machine, for two runs of different kinds of
    machines: the difference may be all that a curve over them shows.
    """
    runs = without_copies(
        [
            run_of(results_json.load(path), str(path))
            for path in list({path.resolve(): path for path in reversed(paths)}.values())[::-1]
        ]
    )
    if not any_machine:
        check_one_kind(runs)
    return named_apart(in_order(runs))


def named_apart(runs: Sequence[HistoryRun]) -> tuple[HistoryRun, ...]:
    """The runs, each by a name of its own: where names repeat, with the time of saving, or else the file's name.

    The time is told without its day where all runs of the name were saved on one.
    """
    alike: dict[str, list[int]] = {}
    for place, run in enumerate(runs):
        alike.setdefault(run.own_name, []).append(place)
    marks = dict.fromkeys(range(len(runs)), "")
    for places in alike.values():
        if len(places) > 1:
            marks |= zip(places, _marks([runs[place] for place in places]), strict=True)
    return tuple(replace(run, mark=marks[place]) for place, run in enumerate(runs))


def _marks(runs: Sequence[HistoryRun]) -> list[str]:
    """What tells these apart, in the fewest characters; their places among themselves, where nothing else does."""
    days = {run.saved_at.date() for run in runs if run.saved_at}
    clock = "%H:%M" if len(days) == 1 else "%m-%d %H:%M"
    times = [f"{run.saved_at:{clock}}" if run.saved_at else "" for run in runs]
    names = [short(Path(run.file).stem, LONGEST_ID) for run in runs]
    numbers = [f"#{place}" for place in range(1, len(runs) + 1)]
    return next(marks for marks in (times, names, numbers) if all(marks) and len(set(marks)) == len(marks))


def without_copies(runs: Sequence[HistoryRun]) -> list[HistoryRun]:
    """The runs without those that another file holds too, to the last bit."""
    history_runs: dict[tuple[object, ...], list[HistoryRun]] = {}
    for run in runs:
        same = history_runs.setdefault((run.saved_at, run.commit_id), [])
        if not any(replace(run, file=other.file) == other for other in same):
            same.append(run)
    return [run for same in history_runs.values() for run in same]


def check_one_kind(runs: Sequence[HistoryRun]) -> None:
    """Raise UsageError, which names two files and their difference, where machines are not all of one kind.

    All pairs are looked at: a fact that one run does not tell makes no difference to it, but may between two others.
    """
    kinds: dict[str, HistoryRun] = {}
    for run in runs:
        kinds.setdefault(str(kind_of(run.machine)), run)
    for run, other in combinations(kinds.values(), 2):
        if different := other_kind(run.machine, other.machine):
            refusal = f"{run.file} and {other.file} come from different kinds of machines ({'; '.join(different)})"
            raise UsageError(f"{refusal}: name runs of one kind, or add --any-machine")


def in_order(runs: Sequence[HistoryRun]) -> tuple[HistoryRun, ...]:
    """Oldest first: by their commits' times where every run tells one, else by when they were saved.

    Runs of one commit are in the order in which they were saved; one of which nothing is known comes last.
    """
    by_commit = by_commit_time(runs)
    return tuple(sorted(runs, key=lambda run: (_at(run.commit_at if by_commit else None), _at(run.saved_at), run.file)))


def by_commit_time(runs: Sequence[HistoryRun]) -> bool:
    """Whether the order of the runs is that of their commits."""
    return all(run.commit_at is not None for run in runs)


def _at(moment: datetime | None) -> datetime:
    return moment or NEVER
