"""Resuming: a study that broke off goes on, each round that its journal has taken from there instead of being run.

The order of all rounds follows from the seed, so a study that is begun again asks for the same ones; it is answered
from the journal as long as that lasts, and its clock reads what it read then.
"""

import dataclasses
import fcntl
import hashlib
import os
import shutil
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lightwork import __version__
from lightwork.core.round import Job
from lightwork.errors import JournalError, UsageError
from lightwork.launch.finished import Execute, Finished
from lightwork.storage.journal import NAME, Journal, Kept, read
from lightwork.study.design import Design
from lightwork.study.run import WARM_UP_BLOCK

LOCK = "lock"
SAME = ("python", "processor", "usable_cpus", "kernel")


class Replayed:
    """Answers for rounds that are kept, and runs the others.

    prefix: of the ledgers' names, which the study puts before the name that a round comes with.
    """

    def __init__(
        self, contents: Kept, prefix: str, execute: Execute, keep: Callable[[Finished], None],
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        # A warm-up that failed ended its study: it is tried again, as whatever was missing may be there now.
        rounds = [
            (finished, age_s)
            for finished, age_s in contents.rounds
            if finished.round.ok or finished.round.block != WARM_UP_BLOCK
        ]
        self._rounds = {(finished.round.cell_id, finished.round.block): (finished, age_s) for finished, age_s in rounds}
        self._prefix, self._execute, self._keep = f"{prefix}-", execute, keep
        self._clock_s, self._began_s, self._age_s = clock_s, clock_s(), 0.0

    def execute(self, job: Job, deadline_s: float) -> Finished:
        """The kept round of this cell and block, as it was when it came from the host; else a new one."""
        replayed = self._rounds.get((job.cell_id, job.block))
        if replayed is None:
            return self._execute(job, deadline_s)
        finished, age_s = replayed
        self._age_s = max(self._age_s, age_s)
        name = finished.round.ledger.removeprefix(self._prefix)
        return dataclasses.replace(finished, round=dataclasses.replace(finished.round, ledger=name))

    def keep(self, finished: Finished) -> None:
        """Keep what is not kept yet."""
        if (finished.round.cell_id, finished.round.block) not in self._rounds:
            self._keep(finished)

    def clock_s(self) -> float:
        """Seconds on a clock that stood still while the study was broken off."""
        return self._clock_s() - self._began_s + self._age_s


def facts_of(design: Design, machine: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """What a study must have in common with the one that it resumes, plain JSON types only.

    more: what else decides what its rounds do (the data's folder, a cluster's address).
    """
    names = "\n".join(map(repr, design.item_names))
    return {
        "label": design.label,
        "workload": design.workload,
        "parameters": dict(design.parameters),
        "cells": list(design.cells()),
        "items": hashlib.blake2b(names.encode("utf-8", "replace"), digest_size=8).hexdigest(),
        "seed": design.seed,
        "timeout_s": design.timeout_s,
        "machine": {name: machine.get(name) for name in SAME},
        "version": __version__,
        **more,
    }


STARTED_AT = "started_at"
NOTHING = Kept({}, (), is_over=False, size_bytes=0)


def gone_on_with(design: Design, contents: Kept) -> Design:
    """The design; of a study that was over, with its blocks and its settings, none added and none left out."""
    rounds = [finished.round for finished, _ in contents.rounds if finished.round.block >= 0]
    if not contents.is_over or not rounds:
        return design
    blocks, cell_ids = len({round_.block for round_ in rounds}), {round_.cell_id for round_ in rounds}
    settings = tuple(setting for setting in design.settings if setting.cell_id in cell_ids)
    return dataclasses.replace(design, blocks=(blocks, blocks), settings=settings, limit_s=None)


class JournalFolder:
    """The folder of a run's journals: made when the first is begun, and held from then on as long as the run lasts."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock: int | None = None

    def hold(self) -> "JournalFolder":
        """Take the folder, which is made where it is absent. Raises UsageError where its run is still running."""
        if self._lock is None:
            try:
                self.folder.mkdir(parents=True, exist_ok=True)
                # A file of its own: a lock on a folder does not reach other hosts through a network file system.
                lock = os.open(self.folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
            except OSError as error:
                refusal = f"{self.folder} can't be written to ({error.strerror})"
                raise JournalError(f"{refusal}: run in another folder") from None
            self._take(lock)
        return self

    def _take(self, lock: int) -> None:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            refusal = f"run {self.folder.name} is still running"
            raise UsageError(f"{refusal}: wait for it to finish, or omit --resume") from None
        except OSError:  # a file system without locks
            pass
        self._lock = lock

    @property
    def name(self) -> str:
        """The run's name, the moment at which it began."""
        return self.folder.name

    def journal(
        self, wanted: Mapping[str, Any], clock_s: Callable[[], float] = time.monotonic, started_at: str = ""
    ) -> tuple[Journal, Kept]:
        """The journal of the study that has these facts, and what it holds already.

        started_at: written down with the facts of one that begins; a study that is resumed keeps its own.
        Raises UsageError where the study of this label was another one, saying in what.
        """
        self.hold()
        folders = sorted(path.parent for path in self.folder.glob(f"*/{NAME}"))
        for folder in folders:
            contents = read(folder)
            if contents.facts.get("label") == wanted["label"]:
                _refuse_another(contents.facts, wanted)
                return Journal.again(folder, contents, clock_s), contents
        journal = Journal(self.folder / f"s{len(folders) + 1}", clock_s)
        facts = {**wanted, STARTED_AT: started_at}
        journal.open_study(facts)
        return journal, dataclasses.replace(NOTHING, facts=facts)

    def drop(self, journals: Iterable[Path]) -> bool:
        """Remove these journals and let the folder go; whether others are left in it, which stay."""
        for folder in journals:
            shutil.rmtree(folder, ignore_errors=True)
        left = any(self.folder.glob(f"*/{NAME}"))
        if not left:
            shutil.rmtree(self.folder, ignore_errors=True)
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None
        with suppress(OSError):  # other journals lie there
            self.folder.parent.rmdir()
        return left


def take(journals: Path, words: str | None) -> JournalFolder:
    """A new run; or the one that these words ask for, by its name or as "latest", which goes on.

    Raises UsageError, naming those there are, where there is none of this name, or it is still running.
    """
    if words is None:
        return JournalFolder(journals / f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{os.getpid()}")
    runs = sorted({path.parent.parent.name for path in journals.glob(f"*/*/{NAME}")})
    if not runs:
        raise UsageError(f"{journals} has no interrupted run: omit --resume")
    if words != "latest" and words not in runs:
        raise UsageError(f"there is no interrupted run {words!r}: choose from latest, {', '.join(runs)}")
    return JournalFolder(journals / (runs[-1] if words == "latest" else words)).hold()


def _refuse_another(was: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
    wrong = [name for name in wanted if was.get(name) != wanted[name]]
    if wrong:
        refusal = f"{wanted['label']} was interrupted with a different {wrong[0]}"
        raise UsageError(f"{refusal}: use the same options as then, or omit --resume")
