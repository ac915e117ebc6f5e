"""Inner work: what a job's items do beside the thread that runs them, from its serial round; pure.

CPU time of the whole tree, helpers included - CPU time of the items' own thread -> cores that an item keeps busy by
processes and threads of its own: so many times fewer workers fit.
"""

from dataclasses import dataclass
from math import floor
from typing import TYPE_CHECKING, Any

import numpy as np

from lightwork.core.round import Round
from lightwork.host import helpers
from lightwork.host.inner_work import NATIVE_THREADS, PROCESSES, THREAD_POOLS, THREADS
from lightwork.launch.finished import Finished
from lightwork.replay.demands import own_ns
from lightwork.storage import ledgers

if TYPE_CHECKING:
    from numpy.typing import NDArray

LEAST_SHARE = 0.1  # of the items' time: less is the interpreter's own doing
LEAST_NS = 20_000_000  # counted by the kernel's clock ticks in some places
LEAST_FREE = 0.25  # of the machine's CPU time: where others took more, nothing can be told
ELSEWHERE = 0.9  # of the items' time
ROOM = 0.25  # of a worker, which is rounded up


@dataclass(frozen=True)
class InnerWork:
    """cores: how many an item keeps busy, 1 at least. beside_ns: CPU time outside of the thread that runs the items.

    starts_processes: whether items start some by multiprocessing. pools: the libraries with threads of their own that
    are loaded, BLAS or OpenMP, "" without any. threads: names of those that run when workers are
    forked, "" without any; native_threads: how many libraries' own there were, where Python has none. helpers: names of
    processes that the job keeps, such as a Manager's; waits: the part of the items' time in which they wait, for those;
    served: the part in which the only one of them computes, which serves one item at a time.
    """

    cores: float = 1.0
    beside_ns: float = 0.0
    starts_processes: bool = False
    pools: str = ""
    threads: str = ""
    native_threads: int = 0
    helpers: str = ""
    waits: float = 0.0
    served: float = 0.0

    @property
    def is_elsewhere(self) -> bool:
        """Whether nearly all is computed in other processes, programs that items run: no lock of ours is held."""
        return self.waits > ELSEWHERE and self.beside_ns > 0

    @property
    def threads_named(self) -> str:
        """The threads that run when workers are forked, in words; "" for none."""
        return self.threads or (f"{self.native_threads} of a library's own" if self.native_threads else "")

    def cores_for(self, cores: float) -> float:
        """On how many cores workers find room, each of which keeps so many busy."""
        return cores if self.cores == 1 else float(max(1, floor(cores / self.cores + ROOM)))

    def attributed(self, rows: "NDArray[Any]") -> "NDArray[Any]":
        """A ledger in which what items computed elsewhere counts as theirs: to them it only looked like waiting."""
        if not self.beside_ns:
            return rows
        walls_ns, computed = own_ns(rows), rows.copy()
        share = self.beside_ns / max(float(walls_ns.sum()), 1.0)
        computed["cpu_ns"] = np.minimum(rows["cpu_ns"] + np.rint(share * walls_ns).astype(np.int64), walls_ns)
        return computed


def inner_work_in(finished: Finished) -> InnerWork:
    """What a serial round with its ledger shows."""
    return inner_work_of(finished.round, items_ns(finished))


def items_ns(finished: Finished) -> float:
    """What all items of a round took by themselves."""
    return float(own_ns(ledgers.table(finished.ledger)).sum())


def inner_work_of(serial: Round, wall_ns: float) -> InnerWork:
    """What a serial round shows whose items took so long, their waits for a core apart: those are others' doing."""
    facts, usage = serial.facts, serial.usage
    beside_ns = 0.0
    if usage and usage.cpu_ns is not None:
        beside_ns = float(usage.cpu_ns - max(serial.thread_cpu_ns, serial.item_cpu_ns))
    beside_ns += _helpers_ns(serial, wall_ns - serial.item_cpu_ns - beside_ns)
    if beside_ns < max(LEAST_NS, LEAST_SHARE * wall_ns):
        beside_ns = 0.0
    busy = (serial.item_cpu_ns + beside_ns) / max(wall_ns, 1)
    busy = max(busy, min(busy / _free_share(serial), _processes_an_item(serial)))
    return InnerWork(
        cores=busy if busy > 1 + LEAST_SHARE and beside_ns else 1.0,
        beside_ns=beside_ns,
        starts_processes=bool(facts.get(PROCESSES)),
        pools=str(facts.get(THREAD_POOLS, "")),
        threads=str(facts.get(THREADS, "")),
        native_threads=int(facts.get(NATIVE_THREADS, 0)),
        helpers=str(facts.get(helpers.NAMES, "")) if beside_ns else "",
        waits=max(1 - serial.item_cpu_ns / max(wall_ns, 1), 0.0),
        served=_served_share(serial, wall_ns) if beside_ns else 0.0,
    )


def _helpers_ns(serial: Round, left_ns: float) -> float:
    """What processes that the job keeps computed for items; a single one no longer than these waited for it."""
    computed_ns = float(serial.facts.get(helpers.CPU_NS, 0))
    return min(computed_ns, max(left_ns, 0.0)) if serial.facts.get(helpers.COUNT) == 1 else computed_ns


def _served_share(serial: Round, wall_ns: float) -> float:
    """The part of the items' time in which the only process that the job keeps computed for them."""
    is_one = serial.facts.get(helpers.COUNT) == 1
    return min(float(serial.facts.get(helpers.CPU_NS, 0)) / max(wall_ns, 1), 1.0) if is_one else 0.0


def _processes_an_item(serial: Round) -> float:
    """How many an item starts by multiprocessing."""
    return float(serial.facts.get(PROCESSES, 0)) / max(serial.items_done, 1)


def _free_share(serial: Round) -> float:
    """The part of the machine's CPU time that others left to the round: its own processes wait for theirs unseen."""
    usage = serial.usage
    if usage is None or not usage.others_cpu_ns or not usage.machine_cpus:
        return 1.0
    return max(1 - usage.others_cpu_ns / (usage.machine_cpus * serial.wall_ns), LEAST_FREE)
