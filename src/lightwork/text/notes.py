"""Sentences of what the reader of a plan must know of how it was found. Nothing decides by them."""

from collections.abc import Sequence
from functools import singledispatch
from pathlib import PurePath

from lightwork.core.notes import (
    BundledItems,
    FailedItems,
    FirstRun,
    InitializerTime,
    LittleCpu,
    MemoryLimited,
    OtherMachine,
    SampledItems,
    SerialOnly,
    SlowModule,
    StoredFiles,
    ThreadsOnly,
    UnsendableFunction,
    WarmFiles,
)
from lightwork.text.quantities import counted, duration, short, size

FILES_NAMED = 3
TO_REPEAT = (
    "undo a run with --setup or --cleanup, run every round in a copy of the folder with --scratch, or run each item "
    "only once with --once"
)


@singledispatch
def note_sentence(note: object) -> str:
    """What to know. Raises TypeError for what is no note."""
    raise TypeError(f"{note!r} is no note")


@note_sentence.register
def _(note: FailedItems) -> str:
    more = note.count - len(note.named)
    list_words = "; ".join(f"{name} {reason}" for name, reason in note.named) + (f"; and {more} more" if more else "")
    unseen = ", and as many of those not run may fail" if note.unseen else ""
    verb = "fails and is" if note.count == 1 else "fail and are"
    of_what = " of the measurement (the script collects what they raise)" if note.collected else ""
    return f"{counted(note.count, 'item')} {verb} left out{of_what}{unseen}: {list_words}"


@note_sentence.register
def _(note: SampledItems) -> str:
    return f"{note.run:,} of {note.items:,} items were run; the others are assumed to take as long"


@note_sentence.register
def _(note: BundledItems) -> str:
    return f"items are very short: they were timed in bundles of {note.bundle:,}"


@note_sentence.register
def _(note: OtherMachine) -> str:
    return f"predicted for {note.cores:g} cores as fast as these; nothing was measured on such a machine"


@note_sentence.register
def _(_: SerialOnly) -> str:
    return "only one serial run was measured: every speedup is predicted"


@note_sentence.register
def _(_: FirstRun) -> str:
    return "the items are long for this budget: the serial run was their first, perhaps with cold caches"


@note_sentence.register
def _(note: LittleCpu) -> str:
    return f"only {note.cpus:g} of a CPU is available: more workers help only if items wait"


@note_sentence.register
def _(note: WarmFiles) -> str:
    return f"{note.reason} (in {note.rounds} of {note.all_rounds} rounds)"


@note_sentence.register
def _(note: SlowModule) -> str:
    return (
        f"loading {note.name} takes {duration(note.loading_s)}, and each worker that spawn or forkserver starts loads "
        f"it again: if it runs the job, put that behind {note.guard}"
    )


@note_sentence.register
def _(note: UnsendableFunction) -> str:
    return (
        f"processes can't be sent {note.function} by its name ({note.reason}): define it with def at the module's "
        f"top level to compare them; compared are {', '.join(note.strategies)}"
    )


@note_sentence.register
def _(note: InitializerTime) -> str:
    return (
        f"--initializer {note.function} takes {duration(note.wall_s)}: serially once, else in each worker; "
        "no item's time holds it"
    )


@note_sentence.register
def _(note: ThreadsOnly) -> str:
    return (
        f"results can't be pickled ({note.reason}), so only workers in the calling process were considered: "
        "for other processes, return plain data or store it and return its path"
    )


@note_sentence.register
def _(note: StoredFiles) -> str:
    parts = [f"{did} {counted(len(paths), 'file')} ({_named(paths)})" for did, paths in note.files if paths]
    parts += [f"wrote {size(note.written_bytes)}"] if note.written_bytes else []
    return (
        f"{note.function} seems to store something: its first run {', '.join(parts)}. It will be "
        f"run again and again on the same items: {TO_REPEAT}"
    )


def _named(paths: Sequence[str]) -> str:
    names = ", ".join(short(PurePath(path).name) for path in paths[:FILES_NAMED])
    return f"{names}, ..." if len(paths) > FILES_NAMED else names


@note_sentence.register
def _(note: MemoryLimited) -> str:
    if note.base_bytes is None or note.worker_bytes is None:
        return f"{note.source} was not applied: the rounds were too short to measure their memory"
    peak_words = f"{size(note.base_bytes)} and {size(note.worker_bytes)} a worker at most"
    return f"settings above {note.source} of {size(note.size_bytes)} are left out (predicted: {peak_words})"
