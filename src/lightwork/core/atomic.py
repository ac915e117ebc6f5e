"""Writing a file whole or not at all, with the standard library alone: for those who may not import storage."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


@contextmanager
def replacing(path: Path, *, synced: bool = False) -> Iterator[BinaryIO]:
    """A file to write to, which takes the place of `path` at the end of the block; until then `path` stays as it was.

    synced: only once its content is on the disk. Only one process at a time may write to the same path.
    """
    unfinished = path.with_name(f"{path.name}.part")
    with unfinished.open("wb") as file:
        yield file
        if synced:
            file.flush()
            os.fsync(file.fileno())
    unfinished.replace(path)
