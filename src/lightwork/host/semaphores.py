"""Semaphores: names for those that multiprocessing makes here, by which they can be told from others' and removed."""

import multiprocessing
import os
from typing import Any


def sign_semaphores() -> None:
    """Put our number into the names of all semaphores that multiprocessing makes here and in our workers.

    Those of fresh interpreters keep their names until the resource tracker removes them: where it is killed with us,
    whoever started us can tell which are ours.
    """
    config: dict[str, Any] = vars(multiprocessing.current_process())["_config"]
    config["semprefix"] = f"/mp-{os.getpid()}"
