"""Files of a report: written whole or not at all, under names that every file system takes."""

import os
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path

from lightwork.errors import UsageError

WRITTEN = ".lightwork-report"  # lists the files of a report in their folder


def write_atomically(path: Path, content: bytes) -> Path:
    """Replace `path` by the content in one step, so that a reader never sees half a file.

    What is no file (a device, a pipe) is written to and stays what it is; a link leads to what is replaced. Returns
    the path as it was given.
    """
    if path.exists() and not path.is_file() and not path.is_dir():
        with path.open("wb") as stream:
            stream.write(content)
        return path
    real = path.resolve()
    handle, temporary = tempfile.mkstemp(dir=real.parent, prefix=f".{real.name[:40]}.")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(real)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return path


def replace_all(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write these files into the folder, and remove those that the last such call wrote there and this one does not.

    So that no picture of an older run stays beside a page of the new one; what others put there is never touched.
    """
    listed = folder / WRITTEN
    before = listed.read_text(encoding="utf-8").splitlines() if listed.is_file() else []
    for name in files:
        write_atomically(folder / name, files[name])
    for name in {*before} - {*files}:
        if Path(name).name == name:
            (folder / name).unlink(missing_ok=True)
    write_atomically(listed, "".join(f"{name}\n" for name in files).encode())


def write_text(path: Path, text: str) -> None:
    """The same for a file that the user named. Raises UsageError where it can't be written."""
    try:
        write_atomically(path, text.encode())
    except OSError as error:
        raise UsageError(f"{path} can't be written ({error.strerror}): name another file") from None


def slug(label: str, taken: set[str]) -> str:
    """A file name and anchor made of the label, unlike any in `taken`, to which it is added."""
    stem = re.sub(r"[^A-Za-z0-9]+", "-", label).strip("-").lower()[:60] or "study"
    name, count = stem, 1
    while name in taken:
        count += 1
        name = f"{stem}-{count}"
    taken.add(name)
    return name
