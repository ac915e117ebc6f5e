"""pipe_to_owner: one process has the counts; workers send their updates through one pipe to it.

A pipe keeps no messages apart that two send at once, so a lock is held while one is sent. At an item's end the worker
asks for the counts: as the owner takes messages in order, its answer says that all of the item's updates are in.
"""

import multiprocessing
from collections.abc import Sequence
from multiprocessing.connection import Connection
from pathlib import Path

from lightwork.errors import CheckFailed

from .method import CARRIERS, NONE, Counts, Method, added

END = None


class PipeToOwner:
    """The workers' end of the pipe, the lock for it, and the owner."""

    def __init__(self, _: Path) -> None:
        context = multiprocessing.get_context("fork")
        self.lock = context.Lock()
        self.pipe, owners_end = context.Pipe()
        self.owner = context.Process(target=keep_counts, args=(owners_end, self.pipe), name="state owner", daemon=True)
        self.owner.start()
        owners_end.close()  # workers don't inherit it, so they notice when the owner has gone

    def add(self, key: int, update: Counts) -> None:
        """One worker at a time sends."""
        with self.lock:
            self.pipe.send((key, update))

    def finish(self) -> Sequence[Counts]:
        """Wait for the owner; nobody else may send, or take the answer, meanwhile."""
        with self.lock:
            self._ask()
        return ()

    def counts(self) -> Sequence[Counts]:
        """Ask the owner; no worker is left. Raises CheckFailed where it has ended."""
        try:
            return self._ask()
        except (EOFError, OSError):
            raise CheckFailed(
                "shared_state: the state's owner has ended: its counts are lost; run the round again"
            ) from None

    def _ask(self) -> Sequence[Counts]:
        self.pipe.send(END)
        counts: Sequence[Counts] = self.pipe.recv()
        return counts

    def remove(self) -> None:
        """End the owner, which may be waiting for a worker that was killed."""
        self.owner.kill()
        self.owner.join()
        self.owner.close()
        self.pipe.close()


def keep_counts(pipe: Connection, workers_end: Connection) -> None:
    """Add updates as they come; answer an END with all counts. Ends when nobody is left who could send."""
    workers_end.close()
    counts = [NONE] * len(CARRIERS)
    try:
        while True:
            message = pipe.recv()
            if message is END:
                pipe.send(counts)
            else:
                key, update = message
                counts[key] = added(counts[key], update)
    except (EOFError, OSError):
        return


METHOD = Method(make=PipeToOwner, semaphores=1)
