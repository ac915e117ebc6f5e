"""The account: a round's CPU time by our own clocks, compared with the kernel's; pure.

    items + spins + workers' overhead + caller's = accounted; kernel's - accounted = unaccounted

The workers' clocks are read in the worker (the thread's at each item's end, the process's when it leaves by itself);
the kernel's figure is getrusage's for the caller and all children that it waited for. Where workers are threads of the
caller, its figure holds theirs, and what is left of it is the caller's own.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lightwork.analysis.lanes import ended
from lightwork.core.round import Round
from lightwork.ledger.table import ABSENT

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Account:
    """CPU nanoseconds of a round.

    items_ns: of all items. spins_ns: of the fixed spins between them. workers_ns: what workers used beside both, to
    boot, to take items and to hand results back. caller_ns: what the caller used (where it ran the items itself,
    beside them). kernel_ns: the kernel's own figure for all of it.
    """

    items_ns: int
    spins_ns: int
    workers_ns: int
    caller_ns: int
    kernel_ns: int


def account_of(round_: Round, items: "NDArray[Any]", in_caller: bool) -> Account | None:
    """The account of one round; None where its usage or its threads' CPU time is not known.

    items: its ledger. in_caller: whether the items ran in the caller's process, serially or in its threads.
    """
    usage, rows = round_.usage, items[ended(items)]
    if usage is None or usage.cpu_ns is None or usage.caller_cpu_ns is None:
        return None
    if (rows["thread_cpu_ns"] == ABSENT).any():
        return None
    items_ns, spins_ns = int(rows["cpu_ns"].sum()), int(rows["spin_ns"].sum())
    if in_caller:
        beside_ns = _threads_ns(round_, rows)
        caller_ns = usage.caller_cpu_ns - items_ns - spins_ns - beside_ns
        return Account(items_ns, spins_ns, beside_ns, caller_ns, usage.cpu_ns)
    workers_ns = _workers_ns(round_, rows) - items_ns - spins_ns
    return Account(items_ns, spins_ns, workers_ns, usage.caller_cpu_ns, usage.cpu_ns)


def _threads_ns(round_: Round, rows: "NDArray[Any]") -> int:
    """CPU time of all threads that were started for the round and left, beside items and spins: serially, none."""
    lives = {worker.slot: worker.cpu_ns for worker in round_.workers if worker.cpu_ns}
    of_threads = rows[[slot in lives for slot in rows["worker"].tolist()]]
    return sum(lives.values()) - int(of_threads["cpu_ns"].sum() + of_threads["spin_ns"].sum())


def _workers_ns(round_: Round, rows: "NDArray[Any]") -> int:
    """CPU time of all workers, each as far as it was last seen: at its exit, or after its last item."""
    seen = {worker.slot: worker.cpu_ns or 0 for worker in round_.workers}
    for slot in set(rows["worker"].tolist()):
        worker_rows = rows[rows["worker"] == slot]
        last = worker_rows["thread_cpu_ns"].argmax()
        seen[slot] = max(seen.get(slot, 0), int(worker_rows["thread_cpu_ns"][last] + worker_rows["spin_ns"][last]))
    return sum(seen.values())
