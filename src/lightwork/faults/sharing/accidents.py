"""Accidents of shared state: they strike once, in the middle of one worker's update. Standard library only.

A method is not changed for them: it meets an update that kills whoever reads it, or the worker's own view of the state
is replaced by one that writes half.
"""

import os
import pickle
import signal
import struct
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple, NoReturn

from lightwork.workloads import _shared_state
from lightwork.workloads._databases.connections import thread_connection
from lightwork.workloads._shared_state.method import FIELDS, Counts

ONES: Counts = (1,) * len(FIELDS)
HALF = len(FIELDS) // 2
STRUCK = "struck"  # a file with the moment, CLOCK_MONOTONIC in ns
KEY = 0


class Scene(NamedTuple):
    """Where it happens: the round's directory, and a folder that outlives it."""

    round_dir: Path
    folder: Path


Victim = Callable[[Any, Scene], None]


@dataclass(frozen=True)
class SharedFault:
    """What dies. name: in saved files. short: as a column's head. long: for the notes below the table.

    happens: the method's name -> what the victim does instead of an update; methods that are not among them can't have
    it.
    """

    name: str
    short: str
    long: str
    happens: Mapping[str, Victim]


class Deadly:
    """A number that kills the process that adds, stores or sends it."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene

    def _die(self, *_: Any) -> Any:
        die(self.scene)

    __radd__ = __reduce_ex__ = __conform__ = _die


class HalfWritten:
    """Of an array: writes the first half of what is assigned, then kills the process."""

    def __init__(self, whole: Any, scene: Scene) -> None:
        self.whole, self.scene = whole, scene

    def __getattr__(self, name: str) -> Any:
        return getattr(self.whole, name)

    def __getitem__(self, place: Any) -> Any:
        """As the whole."""
        return self.whole[place]

    def __setitem__(self, place: Any, counts: Any) -> None:
        """Write the first half."""
        if isinstance(place, slice):
            self.whole[place.start : place.start + HALF] = counts[:HALF]
        else:
            self.whole[place, :HALF] = counts[:HALF]
        die(self.scene)


def die(scene: Scene) -> NoReturn:
    """Note the moment and kill this process."""
    note(scene)
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("killed")


def note(scene: Scene) -> None:
    """Note that it strikes now."""
    (scene.folder / STRUCK).write_text(str(time.monotonic_ns()))


def read_and_die(state: Any, scene: Scene) -> None:
    """Be killed while the update is added, which is when a lock is held; a queue's update is being sent."""
    state.add(KEY, (Deadly(scene), *ONES[1:]))
    time.sleep(60.0)  # a queue sends in a thread of its own


def write_half_of_view(state: Any, scene: Scene) -> None:
    """Be killed between two fields of a row."""
    state.view = HalfWritten(state.view, scene)
    state.add(KEY, ONES)


def write_half_of_array(state: Any, scene: Scene) -> None:
    """The same of an Array."""
    state.array = HalfWritten(state.array, scene)
    state.add(KEY, ONES)


def end_before_commit(state: Any, scene: Scene) -> None:
    """Be killed after the statement and before its COMMIT."""
    connection = thread_connection(state.address, state.connect)
    connection.set_trace_callback(lambda statement: die(scene) if statement == "COMMIT" else None)
    state.add(KEY, ONES)


def send_half_on_queue(state: Any, scene: Scene) -> None:
    """Be killed when half of a message is in the queue's pipe, as its thread may be."""
    with vars(state.updates)["_wlock"]:
        send_half(vars(state.updates)["_writer"], scene)


def send_half_on_pipe(state: Any, scene: Scene) -> None:
    """Be killed when half of a message is in the pipe."""
    with state.lock:
        send_half(state.pipe, scene)


def send_half(connection: Any, scene: Scene) -> NoReturn:
    """The length of a message and half of it, as Connection.send would begin."""
    message = pickle.dumps((KEY, ONES))
    os.write(connection.fileno(), struct.pack("!i", len(message)) + message[: len(message) // 2])
    die(scene)


def kill_owner(state: Any, scene: Scene) -> None:
    """Kill the process that has the counts; this one goes on."""
    note(scene)
    os.kill(state.owner.pid, signal.SIGKILL)
    state.add(KEY, ONES)


def kill_manager(state: Any, scene: Scene) -> None:
    """The same of a Manager, whose process the caller knows."""
    note(scene)
    callers_state: Any = _shared_state.inherited(scene.round_dir)
    os.kill(vars(callers_state.manager)["_process"].pid, signal.SIGKILL)
    state.add(KEY, ONES)


IN_SHARED_MEMORY = ("shared_memory_lock", "shared_memory_shards", "unlocked")
METHODS = ("merge", "queue_to_owner", "pipe_to_owner", "value_lock", *IN_SHARED_MEMORY, "manager", "sqlite")
KILL_ADDING = SharedFault(
    "kill-adding", "killed adding", "a worker is killed while it adds, with the lock if there is one",
    MappingProxyType(dict.fromkeys(METHODS, read_and_die)),
)  # fmt: skip
KILL_HALF = SharedFault(
    "kill-half", "killed half-way", "a worker is killed when half of an update is written or sent",
    MappingProxyType({
        "queue_to_owner": send_half_on_queue, "pipe_to_owner": send_half_on_pipe, "value_lock": write_half_of_array,
        **dict.fromkeys(IN_SHARED_MEMORY, write_half_of_view), "sqlite": end_before_commit,
    }),
)  # fmt: skip
KILL_KEEPER = SharedFault(
    "kill-keeper", "keeper killed", "the process that has the counts is killed, an owner or a Manager",
    MappingProxyType({"queue_to_owner": kill_owner, "pipe_to_owner": kill_owner, "manager": kill_manager}),
)  # fmt: skip
ACCIDENTS = {accident.name: accident for accident in (KILL_ADDING, KILL_HALF, KILL_KEEPER)}
