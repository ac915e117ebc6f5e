"""Storing: pytest-benchmark's saved JSON, written whole or not at all, each run under a number of its own.

pytest-benchmark writes into the file under its final name, and takes the next number without asking who else does.
"""

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from lightwork.errors import WorkError
from lightwork.storage.atomic import write_atomically


def make_safe(benchmarks: Any, how_to_resume: Callable[[], str]) -> None:
    """Have pytest-benchmark's session write through this module. told: what to say where nothing can be written.

    Both writers then raise WorkError where the disk is full or the like.
    """
    from pytest_benchmark.utils import safe_dumps

    def content(output_json: Any) -> bytes:
        return safe_dumps(output_json, ensure_ascii=True, indent=4).encode()  # type: ignore[no-any-return,no-untyped-call]

    def save(output_json: Any, name: str) -> None:
        folder = Path(benchmarks.storage.get("x")).parent
        with saving(how_to_resume):
            path = write_next(folder, Path(str(benchmarks.storage)), name, content(output_json))
        message = f"Saved benchmark data in: {path}"
        benchmarks.storage.logger.info(message)

    def save_json(output_json: Any) -> None:
        named = benchmarks.json if isinstance(benchmarks.json, Path) else Path(benchmarks.json.name)
        with saving(how_to_resume):
            write_atomically(named, content(output_json))
        message = f"Wrote benchmark data in: {named}"
        benchmarks.logger.info(message, purple=True)

    benchmarks.storage.save, benchmarks.save_json = save, save_json


@contextmanager
def saving(how_to_resume: Callable[[], str]) -> Iterator[None]:
    """Turn what the disk refuses into one line."""
    try:
        yield
    except OSError as error:
        raise WorkError(f"the run could not be saved ({error.strerror}): {how_to_resume()}") from None


def write_next(folder: Path, storage: Path, name: str, content: bytes) -> Path:
    """Write the content under the next number that nobody has, in one step, and return the file."""
    handle, unfinished = tempfile.mkstemp(dir=folder, prefix=".saving-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(unfinished).chmod(0o644)
        while True:
            path = next_file(folder, storage, name)
            with suppress(FileExistsError):  # another run has just taken it
                os.link(unfinished, path)
                return path
    finally:
        Path(unfinished).unlink(missing_ok=True)


def next_file(folder: Path, storage: Path, name: str) -> Path:
    """The file of the next number, counted over all machines' folders of the storage."""
    taken = [path.name.partition("_")[0] for path in (*storage.glob("*_*.json"), *storage.glob("*/*_*.json"))]
    number = max((int(word) for word in taken if word.isdigit()), default=0) + 1
    return folder / f"{number:04}_{name}.json"
