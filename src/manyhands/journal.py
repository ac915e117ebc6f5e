"""The journal: every finished round, appended to a file at once, its ledger beside it.

    FOLDER/journal.jsonl      one line for the study's facts, then one per round
    FOLDER/ledgers/ROUND.bin  the bytes of each round's ledger

A study that is killed loses the round under way and nothing else.
"""

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from manyhands.launch import Finished
from manyhands.round import encode


class Journal:
    """An open journal. Folder names are made of the study's label and are unique within a run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "ledgers").mkdir(parents=True)
        self._file = (folder / "journal.jsonl").open("x")

    def open_study(self, facts: Mapping[str, Any]) -> None:
        """Write down what is measured, before it is."""
        self._append({"study": dict(facts)})

    def keep(self, finished: Finished) -> None:
        """Write down a finished round and its ledger."""
        if finished.ledger:
            (self.folder / "ledgers" / f"{finished.round.ledger}.bin").write_bytes(finished.ledger)
        self._append({"round": encode(finished.round)})

    def ledgers(self) -> Iterator[tuple[str, Path]]:
        """The name and the file of every ledger kept so far."""
        for path in sorted((self.folder / "ledgers").iterdir()):
            yield path.stem, path

    def close(self) -> None:
        """Close the file; the journal stays."""
        self._file.close()

    def _append(self, line: Mapping[str, Any]) -> None:
        self._file.write(json.dumps(line) + "\n")
        self._file.flush()
        os.fsync(self._file.fileno())
