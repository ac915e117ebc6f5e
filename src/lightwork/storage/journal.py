"""The journal: every finished round, appended to a file at once, its ledger beside it.

    FOLDER/journal.jsonl      one line for the study's facts, then one per round, then one when the study is over
    FOLDER/ledgers/ROUND.bin  the bytes of each round's ledger

A study that is killed loses the round under way and nothing else: opened again, its journal gives the others back.
"""

import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lightwork.core.atomic import replacing
from lightwork.core.round import Round, encode
from lightwork.errors import JournalError, UsageError
from lightwork.launch.finished import Finished
from lightwork.storage.decode import read_as

NAME, LEDGERS = "journal.jsonl", "ledgers"
LARGEST_BYTES = 1 << 30
DAMAGED = (ValueError, TypeError, KeyError, AttributeError, RecursionError)


@dataclass(frozen=True)
class Kept:
    """What a journal holds. facts: of the study. rounds: each with the study's age when it was finished, seconds.

    is_over: whether the study came to its end. size_bytes: of what could be read; the rest was being written.
    """

    facts: Mapping[str, Any]
    rounds: tuple[tuple[Finished, float], ...]
    is_over: bool
    size_bytes: int


class Journal:
    """An open journal. Folder names are made of the study's label and are unique within a run."""

    def __init__(self, folder: Path, clock_s: Callable[[], float] = time.monotonic) -> None:
        """Begin a journal. Raises FileExistsError where there is one, JournalError where none can be written."""
        self.folder = folder
        with self._writing(FileExistsError):
            (folder / LEDGERS).mkdir(parents=True)
        self._open(folder, clock_s, 0.0)

    @classmethod
    def again(cls, folder: Path, contents: Kept, clock_s: Callable[[], float] = time.monotonic) -> "Journal":
        """Go on with the journal in which `kept` was found; what was being written when it broke off is cut away."""
        with (folder / NAME).open("r+b") as file:
            file.truncate(contents.size_bytes)
        self = cls.__new__(cls)
        self._open(folder, clock_s, max((age_s for _, age_s in contents.rounds), default=0.0))
        self._kept = {finished.round.ledger for finished, _ in contents.rounds if finished.ledger}
        return self

    def _open(self, folder: Path, clock_s: Callable[[], float], age_s: float) -> None:
        self.folder, self._clock_s, self._began_s = folder, clock_s, clock_s() - age_s
        self._kept: set[str] = set()
        with self._writing():
            self._file = os.open(folder / NAME, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)

    def open_study(self, facts: Mapping[str, Any]) -> None:
        """Write down what is measured, before it is."""
        self._append({"study": dict(facts)})

    def keep(self, finished: Finished) -> None:
        """Write down a finished round and its ledger."""
        if finished.ledger:
            self._write_ledger(self.folder / LEDGERS / f"{finished.round.ledger}.bin", finished.ledger)
            self._kept.add(finished.round.ledger)
        self._append({"round": encode(finished.round), "age_s": self._clock_s() - self._began_s})

    def end_study(self) -> None:
        """Write down that the study is over: no more rounds are to come."""
        self._append({"over": True})

    def ledgers(self) -> Iterator[tuple[str, Path]]:
        """The name and the file of the ledger of every round kept so far."""
        for name in sorted(self._kept):
            yield name, self.folder / LEDGERS / f"{name}.bin"

    def close(self) -> None:
        """Close the file; the journal stays."""
        os.close(self._file)

    def _write_ledger(self, path: Path, content: bytes) -> None:
        """Have it on the disk, whole, before a line says that it is."""
        with self._writing(), replacing(path, synced=True) as file:
            file.write(content)

    def _append(self, line: Mapping[str, Any]) -> None:
        with self._writing():
            left = (json.dumps(line) + "\n").encode()
            while left:  # a disk that is about to be full takes a part
                left = left[os.write(self._file, left) :]
            os.fsync(self._file)

    @contextmanager
    def _writing(self, *passed_on: type[OSError]) -> Iterator[None]:
        """Tell in one line what the disk refuses, but for these errors."""
        try:
            yield
        except passed_on:
            raise
        except OSError as error:
            refusal = f"{self.folder} can't be written to ({error.strerror})"
            raise JournalError(f"{refusal}: free some space, then run the same command with --resume") from None


def read(folder: Path) -> Kept:
    """What the journal in this folder holds, up to the first line that is not whole.

    Raises UsageError where it has none, or it is of another format.
    """
    path = folder / NAME
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise UsageError(f"{path} is larger than {LARGEST_BYTES >> 20} MiB: too large for a journal")
        lines = path.read_bytes().splitlines(keepends=True)
        if not any(line.endswith(b"\n") for line in lines[:1]):  # it broke off before the study was written down
            return Kept({}, (), is_over=False, size_bytes=0)
        facts = _whole(lines[0])["study"]
        if not isinstance(facts, dict):
            raise TypeError("its first line names no study")
    except OSError as error:
        raise UsageError(f"{path} can't be read ({error.strerror}): omit --resume") from None
    except DAMAGED as error:
        reason = " ".join(str(error).split())[:200]
        raise UsageError(f"{path} is not a journal of this version ({reason}): omit --resume") from None
    rounds, is_over, size_bytes = [], False, len(lines[0])
    for line in lines[1:]:
        try:
            data = _whole(line)
            if data.get("over"):
                is_over = True
            else:
                rounds.append(_round(folder, data))
        except (*DAMAGED, OSError):
            break
        size_bytes += len(line)
    return Kept(facts, tuple(rounds), is_over, size_bytes)


def _whole(line: bytes) -> Any:
    """A line's content. Raises ValueError where its end is missing."""
    if not line.endswith(b"\n"):
        raise ValueError("the line has no end")
    return json.loads(line)


def _round(folder: Path, data: Mapping[str, Any]) -> tuple[Finished, float]:
    """A round with its ledger. Raises OSError or one of DAMAGED where either is not whole."""
    round_ = read_as(Round, data["round"])
    if Path(round_.ledger).name != round_.ledger:
        raise ValueError("a ledger name outside the folder")
    path = folder / LEDGERS / f"{round_.ledger}.bin"
    ledger = path.read_bytes() if round_.ledger and path.exists() else b""
    if round_.ok and not ledger:
        raise ValueError("its ledger is missing")
    return Finished(round_, ledger), float(data["age_s"])
