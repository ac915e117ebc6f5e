"""queue_to_owner: one process has the counts; workers put their updates on a queue to it.

An item ends when the queue has been emptied: a put only hands the update to a thread, and a worker that ends at once
would take what is still waiting there with it.
"""

import multiprocessing
from collections.abc import Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from lightwork.errors import CheckFailed

from .method import ANSWER_WITHIN_S, CARRIERS, NONE, Counts, Method, added


class QueueToOwner:
    """The way to the owner and the owner itself."""

    def __init__(self, _: Path) -> None:
        context = multiprocessing.get_context("fork")
        self.updates: Any = context.JoinableQueue()
        self.answers, answering = context.Pipe(duplex=False)
        self.owner = context.Process(
            target=keep_counts, args=(self.updates, answering), name="state owner", daemon=True
        )
        self.owner.start()
        answering.close()

    def add(self, key: int, update: Counts) -> None:
        """The owner takes it when it comes to it."""
        self.updates.put((key, update))

    def finish(self) -> Sequence[Counts]:
        """Wait until the owner has added everything on the queue."""
        self.updates.join()
        return ()

    def counts(self) -> Sequence[Counts]:
        """Ask the owner, who answers last of all. Raises CheckFailed where it doesn't."""
        self.updates.put(None)
        try:
            if self.answers.poll(ANSWER_WITHIN_S):
                counts: Sequence[Counts] = self.answers.recv()
                return counts
        except EOFError:
            pass
        raise CheckFailed(
            "shared_state: the state's owner has ended or hangs: its counts are lost; run the round again"
        )

    def remove(self) -> None:
        """End the owner, which may be waiting for a worker that was killed."""
        self.owner.kill()
        self.owner.join()
        self.owner.close()
        self.answers.close()
        self.updates.cancel_join_thread()  # nobody reads any more
        self.updates.close()


def keep_counts(updates: Any, answers: Connection) -> None:
    """Add updates as they come; answer a None with all counts."""
    counts = [NONE] * len(CARRIERS)
    while True:
        message = updates.get()
        if message is None:
            answers.send(counts)
        else:
            key, update = message
            counts[key] = added(counts[key], update)
        updates.task_done()


METHOD = Method(make=QueueToOwner, semaphores=9)
