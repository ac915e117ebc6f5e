"""Scratch: every round in a folder that begins as the working folder is, so that it finds what the first one found.

    a small folder -> a clone of each file where the file system can clone (Btrfs, XFS), else a copy -> round -> gone
    a large one    -> an overlay, where the kernel allows it, else the same up to a size             -> round -> gone

A copy is made before the round and is no part of its time. Under an overlay a file that was there is copied when an
item first changes it, and that is: so small folders, which take no time to copy, are copied.
What the job names by a relative path, or beside its own module, lies in that folder; what lies elsewhere is not
protected.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from lightwork.core.round import Job
from lightwork.errors import UsageError
from lightwork.launch.workdir import PREFIX, Workdir
from lightwork.machine import kernel
from lightwork.text.quantities import size

SMALL_BYTES, SMALL_FILES = 1 << 27, 2_000  # take a tenth of a second to copy
MOST_BYTES, MOST_FILES = 1 << 30, 20_000
PATIENCE_S = 20.0
LEFT_OUT = (".git", ".hg", ".venv", "__pycache__", "node_modules", f"{PREFIX}*")


@contextmanager
def fresh(job: Job, folder: Path, workdir: Workdir) -> Iterator[Job]:
    """The job in a folder that begins like this one, and is gone afterwards.

    Raises UsageError where the folder is too large to be copied for every round, and can't be laid under another.
    """
    home = Path(f"{job.round_dir}-scratch")
    try:
        if _is_overlaid(folder, workdir.rounds):
            yield _in_place(replace(job, overlaid=str(folder)), folder, _overlaid(home))
        else:
            _copy(folder, home, workdir)
            yield _in_place(job, folder, home)
    finally:
        shutil.rmtree(home, ignore_errors=True)


@cache
def _is_overlaid(folder: Path, rounds: Path) -> bool:
    """Whether rounds run over the folder rather than in a copy of it. rounds: where they keep what they change."""
    if not _exceeds(folder, SMALL_BYTES, SMALL_FILES):
        return False
    if can_overlay(folder, rounds):
        return True
    if _exceeds(folder, MOST_BYTES, MOST_FILES):
        raise UsageError(
            f"--scratch copies {folder} for every round, and it has more than {size(MOST_BYTES)} or {MOST_FILES:,} "
            "files: run in a smaller folder, or undo a round with --setup or --cleanup"
        )
    return False


def can_overlay(folder: Path, rounds: Path) -> bool:
    """Whether the kernel lets this user lay what rounds change over the folder."""
    probe = Path(tempfile.mkdtemp(prefix="overlay-", dir=rounds))
    try:
        words = [sys.executable, "-m", "lightwork.machine.overlay", str(folder), str(_overlaid(probe))]
        return subprocess.run(words, check=False, capture_output=True, timeout=PATIENCE_S).returncode == 0
    except subprocess.TimeoutExpired:
        return False
    finally:
        shutil.rmtree(probe, ignore_errors=True)


def _overlaid(home: Path) -> Path:
    """The place in this folder where the host shows the job's own folder."""
    place = home / "folder"
    place.mkdir(parents=True)
    return place


def _exceeds(folder: Path, most_bytes: int, most_files: int) -> bool:
    """Whether what would be copied is more than so much."""
    total_bytes = files = 0
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in LEFT_OUT]
        files += len(names)
        total_bytes += sum(os.lstat(Path(place, name)).st_size for name in names)
        if total_bytes > most_bytes or files > most_files:
            return True
    return False


def _copy(folder: Path, home: Path, workdir: Workdir) -> None:
    ignore = shutil.ignore_patterns(*LEFT_OUT, *_within(folder, workdir.data_dir))
    shutil.copytree(folder, home, symlinks=True, ignore=ignore, copy_function=_clone_or_copy)


def _in_place(job: Job, folder: Path, place: Path) -> Job:
    """The job in the place of its folder."""
    return replace(
        job, cwd=str(place), workload=_moved(job.workload, folder, place),
        parameters=_all_moved(job.parameters, folder, place),
    )  # fmt: skip


def _within(folder: Path, store: Path) -> list[str]:
    """The name of the store folder where it lies in this one: a copy that holds the copies would never end."""
    return [store.name] if store.resolve().is_relative_to(folder.resolve()) else []


def _all_moved(parameters: Mapping[str, Any], folder: Path, copy: Path) -> dict[str, Any]:
    return {
        name: _moved(value, folder, copy) if isinstance(value, str) else value for name, value in parameters.items()
    }


def _moved(reference: str, folder: Path, copy: Path) -> str:
    """A reference such as `call:/folder/load.py:items` with its file in the copy."""
    head, inside, rest = reference.partition(f"{folder}{os.sep}")
    return f"{head}{copy}{os.sep}{rest}" if inside and head in ("", "call:") else reference


def _clone_or_copy(source: str, target: str) -> str:
    if not os.path.isfile(source):  # noqa: PTH113  a socket or a FIFO
        return target
    with open(source, "rb") as reader, open(target, "wb") as writer:
        if not kernel.clone(reader.fileno(), writer.fileno()):
            shutil.copyfileobj(reader, writer)
    shutil.copystat(source, target)
    return target
