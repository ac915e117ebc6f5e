"""Processes that tests start and do not only wait for."""

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any


@contextmanager
def started(words: Sequence[Any], **more: Any) -> Iterator["subprocess.Popen[str]"]:
    """A process under way. However the block is left, the process is gone then and its pipes are closed."""
    with subprocess.Popen(words, text=True, **more) as process:
        try:
            yield process
        finally:
            process.kill()
