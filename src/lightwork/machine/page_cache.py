"""The page cache: putting files out of it, and asking the kernel what is in it. Linux, no root needed.

Only the kernel's own cache can be seen: a disk's or a hypervisor's cache below it can't.
"""

import ctypes
import mmap
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

COLD_AT_MOST = 0.05  # of the pages in memory
WARM_AT_LEAST = 0.95
PIECE_BYTES = 1 << 20


def warm(paths: Iterable[Path]) -> None:
    """Read every file once."""
    for path in paths:
        with open(path, "rb", buffering=0) as file:
            while file.read(PIECE_BYTES):
                pass


def evict(paths: Iterable[Path]) -> None:
    """Ask the kernel to drop every file's pages; only `resident_fraction` tells whether it did.

    The fsync is needed: pages not yet on disk can't be dropped, and the kernel doesn't say so.
    """
    for path in paths:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
            if hasattr(os, "posix_fadvise"):
                os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        finally:
            os.close(descriptor)


def resident_fraction(paths: Sequence[Path]) -> float | None:
    """The part of the files' pages that is in memory, by mincore(2); None when the kernel can't be asked."""
    try:
        pages = [page for path in paths for page in _pages_in_memory(path)]
    except (OSError, AttributeError):
        return None
    return sum(pages) / len(pages) if pages else None


def facts(wanted: str, resident: float | None) -> Mapping[str, str | float | None]:
    """What to record about a round that wanted "warm" or "cold" files and found this fraction resident.

    cache_found is "cold", "warm", "mixed" between the two, or "unknown"; cache_note says what could not be
    had, and is "" where the reads were as wanted.
    """
    state = _state_of(resident)
    return {
        "cache_wanted": wanted,
        "cache_found": state,
        "resident_fraction": resident,
        "cache_note": "" if state == wanted else _note(wanted, resident),
    }


def _state_of(resident: float | None) -> str:
    if resident is None:
        return "unknown"
    if resident <= COLD_AT_MOST:
        return "cold"
    return "warm" if resident >= WARM_AT_LEAST else "mixed"


def _note(wanted: str, resident: float | None) -> str:
    if resident is None:
        return f"unknown whether the reads were {wanted}: this system doesn't report which pages are in memory"
    stayed = "of the pages stayed in memory" if wanted == "cold" else "of the pages were in memory"
    return f"{wanted} reads not possible here: {resident:.0%} {stayed}".replace("%", " %")


def _pages_in_memory(path: Path) -> list[bool]:
    """For each page of the file, whether it is in memory. Mapping a file reads none of it."""
    size_bytes = path.stat().st_size
    if size_bytes == 0:
        return []
    vector = (ctypes.c_ubyte * -(-size_bytes // mmap.PAGESIZE))()
    # ACCESS_COPY because ctypes takes the address of writable memory only; nothing is written.
    with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY) as mapping:
        address = ctypes.addressof(ctypes.c_char.from_buffer(mapping))
        mincore = ctypes.CDLL(None, use_errno=True).mincore
        if mincore(ctypes.c_void_p(address), ctypes.c_size_t(size_bytes), vector) != 0:
            raise OSError(ctypes.get_errno(), "mincore failed")
    return [bool(page & 1) for page in vector]
