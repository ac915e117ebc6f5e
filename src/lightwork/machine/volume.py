"""A volume: the mounted filesystem under a folder, and what room it has."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

from lightwork.machine import shared_memory as shared_memory_folder

UNKNOWN = "unknown"


@dataclass(frozen=True)
class Volume:
    """The volume that holds a folder, be the folder there already or not.

    filesystem, device: "ext4", "/dev/sda1"; "unknown" where the system does not tell.
    free_bytes: what this user may still write. writable: whether the folder, or what it would be made in, is.
    """

    folder: str
    exists: bool
    filesystem: str
    device: str
    size_bytes: int
    free_bytes: int
    writable: bool


def volume_of(folder: Path) -> Volume:
    """The volume under `folder`."""
    filesystem, device = _mount(folder)
    there = next(parent for parent in _upwards(folder) if os.access(parent, os.F_OK))
    room = shutil.disk_usage(there)
    return Volume(
        folder=str(folder),
        exists=os.access(folder, os.F_OK),
        filesystem=filesystem,
        device=device,
        size_bytes=room.total,
        free_bytes=room.free,
        writable=os.access(there, os.W_OK | os.X_OK),
    )


def shared_memory() -> Volume | None:
    """The volume that shared memory and the locks of multiprocessing are made in; None where there is none."""
    return volume_of(shared_memory_folder.FOLDER) if shared_memory_folder.is_there() else None


def filesystem_of(path: Path) -> str:
    """The type of the filesystem that holds `path`: "ext4"; "unknown" where the system does not tell."""
    return _mount(path)[0]


def _mount(path: Path) -> tuple[str, str]:
    mounts = {Path(part.mountpoint): (part.fstype, part.device) for part in psutil.disk_partitions(all=True)}
    return next((mounts[folder] for folder in _upwards(path) if folder in mounts), (UNKNOWN, UNKNOWN))


def _upwards(path: Path) -> Iterator[Path]:
    try:
        resolved = path.resolve()
    except OSError:  # a folder on the way that may not be searched: its name has to do
        resolved = path.absolute()
    yield from (resolved, *resolved.parents)
