"""No-op rounds: items that do next to nothing, so that only what a strategy costs is left; pure.

    caller's and workers' CPU time over the number of chunks -> hand-over        (a slope: what is fixed cancels)
    the same where items last long enough for the caller to fall asleep in between -> its being roused
    workers' lives                                           -> start-up
    t1 - end of the last item, over the number of workers    -> teardown

Each strategy and start method needs two chunksizes, if it has any, and 1, 2 and 4 workers; dense rounds, of items that
do nothing, and sparse ones, of items of some milliseconds, after which caches are cold. Waking up is taken where it is
dearest, with workers on all cores: where the caller has a core to itself, its cost hardly matters.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING, Any

import numpy as np

from lightwork.analysis.cpu_account import account_of
from lightwork.analysis.lanes import ended
from lightwork.core.round import Round, Worker
from lightwork.core.setting import Setting
from lightwork.core.study import SERIAL_AGAIN, Study
from lightwork.replay.costs import Costs
from lightwork.replay.hand_out import hand_out
from lightwork.strategies import find

if TYPE_CHECKING:
    from numpy.typing import NDArray

DENSE_NS = 50_000  # an item


@dataclass(frozen=True, eq=False)
class NoOp:
    """A round of items that do next to nothing, and its ledger, the row of each item where it was handed out."""

    setting: Setting
    round: Round
    items: "NDArray[Any]"

    @property
    def chunks(self) -> int:
        """How many chunks were handed out."""
        return hand_out(self.setting, len(self.items)).chunks

    @property
    def is_dense(self) -> bool:
        """Whether the items are so short that the caller never falls asleep between two chunks."""
        rows = self.items[ended(self.items)]
        return bool(np.median(rows["end_ns"] - rows["start_ns"]) < DENSE_NS)


def no_ops(study: Study, ledgers: Mapping[str, "NDArray[Any]"]) -> list[NoOp]:
    """The rounds of a study of no-op items that have a time and a ledger; in given order and with fresh pools only.

    Not those in which a strategy did without workers: they tell nothing of what workers cost.
    """
    return [
        NoOp(cell.setting, round_, ledgers[round_.ledger])
        for cell in study.cells
        for round_ in cell.rounds
        if round_.ok
        and round_.ledger in ledgers
        and (cell.setting.order, cell.setting.pool) == ("given", "fresh")
        and cell.cell_id != SERIAL_AGAIN
        and not hand_out(cell.setting, len(ledgers[round_.ledger])).in_caller
    ]


def costs_of(rounds: Sequence[NoOp], serial: Sequence[NoOp] = ()) -> Costs:
    """The costs of one strategy by one start method.

    serial: rounds of the same items run serially; what they take beside an item is none of the strategy's costs.
    Raises ValueError without rounds, and for a round whose CPU time is not known.
    """
    if not rounds:
        raise ValueError("nothing to calibrate from: no no-op round has a time")
    dense, sparse = ([no_op for no_op in rounds if no_op.is_dense is wanted] for wanted in (True, False))
    spread = sparse or dense
    serially_ns = {
        wanted: _item_ns([no_op for no_op in serial if no_op.is_dense is wanted]) for wanted in (True, False)
    }
    beside_ns = _item_ns(spread) or serially_ns[spread is dense]
    item_ns = max(_item_ns(dense or sparse) - serially_ns[bool(dense)], 0.0)
    hand_over_ns = _median(_hand_overs_ns(dense or sparse))
    rouse_ns = max([*_hand_overs_ns(sparse), 0]) - hand_over_ns if dense and sparse else 0
    take_ns, all_ns = _take_ns(dense or sparse, serially_ns[bool(dense)]), _take_ns(spread, beside_ns)
    costs = {"item_ns": item_ns, "take_ns": take_ns, "cold_ns": max(all_ns - take_ns, 0.0), **_start_up(spread)}
    costs |= {"send_ns": hand_over_ns / 2, "receive_ns": hand_over_ns / 2, "rouse_ns": max(rouse_ns, 0)}
    close_ns, close_worker_ns = _line([(no_op.setting.workers, _teardown_ns(no_op)) for no_op in _coarsest(spread)])
    fewest = min(no_op.setting.workers for no_op in spread)
    alone = [no_op for no_op in spread if no_op.setting.workers == fewest and no_op.setting.strategy != "serial"]
    if alone and hand_out(spread[0].setting, 1).fixed:
        costs["take_ns"], costs["cold_ns"] = max(median(map(_first_ns, alone)) - item_ns, 0), 0.0
        costs["leave_ns"] = max(median(_leave_ns(no_op, beside_ns) for no_op in spread), 0)
        close_ns = max(close_ns - costs["leave_ns"], 0)
    elif alone:
        costs["first_ns"] = _first_cpu_ns(alone, costs["boot_ns"] + all_ns)
        if find(spread[0].setting.strategy).workers == "threads":
            costs |= _under_one_lock(costs["request_ns"], costs["first_ns"])
        costs["wake_ns"] = _wake_ns(alone, all_ns + beside_ns, hand_over_ns + costs["rouse_ns"])
        known_ns = costs["send_ns"] + all_ns + costs["first_ns"] + costs["wake_ns"]
        costs["settle_ns"] = _median([_settle_ns(no_op, costs["request_ns"], known_ns) for no_op in alone])
    return Costs(**costs, close_ns=close_ns, close_worker_ns=close_worker_ns)


def _has_slopes(rounds: Sequence[NoOp]) -> bool:
    """Whether the strategy can be told to hand out fewer, larger chunks."""
    return find(rounds[0].setting.strategy).default_chunksize is not None


def _hand_overs_ns(rounds: Sequence[NoOp]) -> list[float]:
    """CPU time of the caller a chunk, for each number of workers.

    Of a strategy without a chunksize: what the caller took between start-up and teardown, in which it is busy.
    """
    if not rounds or _has_slopes(rounds) or hand_out(rounds[0].setting, 1).fixed:
        return _per_chunk(rounds, _caller)
    return [(_caller(no_op)[0] - _until_first_ns(no_op) - _teardown_ns(no_op)) / no_op.chunks for no_op in rounds]


def _take_ns(rounds: Sequence[NoOp], beside_ns: float) -> float:
    """CPU time of a worker a chunk; where no slope tells it, what it takes between two items beyond beside_ns."""
    if _has_slopes(rounds) or hand_out(rounds[0].setting, 1).fixed:
        return _median(_per_chunk(rounds, _workers))
    return max(median(_between_ns(no_op) for no_op in rounds) - beside_ns, 0.0)


def _median(values: Sequence[float]) -> float:
    return max(median(values), 0.0) if values else 0.0


def _first_start_ns(no_op: NoOp) -> int:
    return int(no_op.items["start_ns"][ended(no_op.items)].min())


def _until_first_ns(no_op: NoOp) -> int:
    return _first_start_ns(no_op) - (no_op.round.t0_ns or 0)


def _first_ns(no_op: NoOp) -> float:
    """From the first worker's being ready to the first item."""
    return float(_first_start_ns(no_op) - min(worker.ready_ns or 0 for worker in no_op.round.workers))


def _settle_ns(no_op: NoOp, request_ns: float, known_ns: float) -> float:
    """From the caller's having asked for all workers to the first item, less the hand-over; 0 where it was ready first.

    The workers boot at the same time: only where one stood ready for longer than a hand-over, and for longer than a
    tenth of its boot, whose imports leave more to do at the first item, was it the caller who was waited for.
    """
    asked_ns = max(worker.requested_ns for worker in no_op.round.workers) + request_ns
    booted_ns = min(worker.ready_ns or 0 for worker in no_op.round.workers) - asked_ns
    if _first_ns(no_op) <= known_ns + max(booted_ns, 0) / 10:
        return 0.0
    return float(_first_start_ns(no_op) - asked_ns - known_ns)


def _first_cpu_ns(rounds: Sequence[NoOp], known_ns: float) -> float:
    """CPU time of a worker's thread before its first item, beyond what its boot and its first chunk take."""
    lives = [no_op.items[ended(no_op.items)] for no_op in rounds]
    boots_ns = [_thread_boot_ns(rows[rows["worker"] == slot]) for rows in lives for slot in np.unique(rows["worker"])]
    return max(median(boots_ns) - known_ns, 0.0)


def _under_one_lock(spacing_ns: float, first_ns: float) -> dict[str, float]:
    """What the caller and a new thread take, of the time from one request to the next.

    The thread holds the caller's lock until it sleeps, so what it does first lies in that time.
    """
    first_ns = min(first_ns, spacing_ns)
    return {"request_ns": spacing_ns - first_ns, "first_ns": first_ns}


def _leave_ns(no_op: NoOp, item_ns: float) -> float:
    """CPU time of a worker beyond its boot, its items and what is between them: the kernel sees its end, no clock."""
    account = account_of(no_op.round, no_op.items, in_caller=False)
    if account is None:
        raise ValueError(
            f"the CPU time of the round of {no_op.round.cell_id} in block {no_op.round.block} is not known"
        )
    rows = no_op.items[ended(no_op.items)]
    slots = np.unique(rows["worker"])
    boots_ns = sum(_thread_boot_ns(rows[rows["worker"] == slot]) for slot in slots)
    all_ns = account.kernel_ns - account.caller_ns - account.items_ns - account.spins_ns
    return float((all_ns - boots_ns - item_ns * len(rows)) / len(slots))


def _thread_boot_ns(thread_rows: "NDArray[Any]") -> int:
    """CPU time of one worker's thread before its first item."""
    first = thread_rows["thread_cpu_ns"].argmin()
    return int(thread_rows["thread_cpu_ns"][first] - thread_rows["cpu_ns"][first])


def _caller(no_op: NoOp) -> tuple[int, int]:
    """CPU time of the caller, and how many chunks it handed out."""
    account = account_of(no_op.round, no_op.items, in_caller=find(no_op.setting.strategy).in_caller)
    if account is None:
        raise ValueError(
            f"the CPU time of the round of {no_op.round.cell_id} in block {no_op.round.block} is not known"
        )
    return account.caller_ns, no_op.chunks


def _workers(no_op: NoOp) -> tuple[int, int]:
    """CPU time of the workers beside items and spins, and how many chunks they took in it.

    Of their processes where all left by themselves; else of the threads that ran items, from each one's first item
    to its last.
    """
    rows = no_op.items[ended(no_op.items)]
    beside_ns = int(rows["cpu_ns"].sum() + rows["spin_ns"].sum())
    lives = [worker.cpu_ns for worker in no_op.round.workers]
    if lives and None not in lives:
        return sum(cpu_ns or 0 for cpu_ns in lives) - beside_ns, no_op.chunks
    slots = np.unique(rows["worker"])
    return _spans_ns(rows, slots) - beside_ns, no_op.chunks - len(slots)


def _spans_ns(rows: "NDArray[Any]", slots: "NDArray[Any]") -> int:
    return sum(_thread_span_ns(rows[rows["worker"] == slot]) for slot in slots)


def _between_ns(no_op: NoOp) -> float:
    """CPU time of a worker's thread between two of its items, the recorder's spin apart."""
    rows = no_op.items[ended(no_op.items)]
    slots = np.unique(rows["worker"])
    items_ns = int(rows["cpu_ns"].sum() + rows["spin_ns"].sum())
    return (_spans_ns(rows, slots) - items_ns) / max(len(rows) - len(slots), 1)


def _thread_span_ns(thread_rows: "NDArray[Any]") -> int:
    """CPU time of one worker's thread from the start of its first item to the end of its last, and its spin."""
    first, last = thread_rows["thread_cpu_ns"].argmin(), thread_rows["thread_cpu_ns"].argmax()
    return int(
        thread_rows["thread_cpu_ns"][last]
        + thread_rows["spin_ns"][last]
        - thread_rows["thread_cpu_ns"][first]
        + thread_rows["cpu_ns"][first]
    )


def _start_up(rounds: Sequence[NoOp]) -> dict[str, float]:
    """The caller is alone until it has asked for a worker: of several waits for the same thing the least counts."""
    lives: list[Sequence[Worker]] = [no_op.round.workers for no_op in rounds if no_op.round.workers]
    if not lives:
        return {}
    open_ns = median(
        no_op.round.workers[0].requested_ns - (no_op.round.t0_ns or 0) for no_op in rounds if no_op.round.workers
    )
    spacings = [[b.requested_ns - a.requested_ns for a, b in pairwise(crew)] for crew in lives if len(crew) > 1]
    has_server = rounds[0].setting.start_method == "forkserver"
    usual = [gaps_ns[1:] for gaps_ns in spacings if len(gaps_ns) > 1] if has_server else spacings
    request_ns = median(min(gaps_ns) for gaps_ns in usual) if usual else 0
    fewest = [crew for crew in lives if len(crew) == min(len(crew) for crew in lives)]
    boots = [crew[0].ready_ns - crew[0].requested_ns for crew in fewest if crew[0].ready_ns is not None]
    ready_ns = median(boots) if boots else 0
    server_ns = _server_ns(spacings) if has_server else 0
    boot_ns = max(ready_ns - request_ns - server_ns, 0)
    return {"open_ns": open_ns, "server_ns": server_ns, "request_ns": request_ns, "boot_ns": boot_ns}


def _server_ns(spacings: Sequence[Sequence[int]]) -> float:
    """What asking for the first worker takes more than asking for another: the fork server's start."""
    more = [gaps_ns[0] - min(gaps_ns[1:]) for gaps_ns in spacings if len(gaps_ns) > 1]
    return max(median(more), 0) if more else 0


def _per_chunk(rounds: Sequence[NoOp], cpu_time: Callable[[NoOp], tuple[int, int]]) -> list[float]:
    """Nanoseconds a chunk: for each number of workers the slope between the fewest and the most chunks."""
    slopes = []
    for workers in sorted({no_op.setting.workers for no_op in rounds}):
        alike = [no_op for no_op in rounds if no_op.setting.workers == workers]
        fewest, most = (pick(no_op.chunks for no_op in alike) for pick in (min, max))
        if fewest < most:
            few, many = ([cpu_time(no_op) for no_op in alike if no_op.chunks == chunks] for chunks in (fewest, most))
            more_ns = median(cpu_ns for cpu_ns, _ in many) - median(cpu_ns for cpu_ns, _ in few)
            slopes.append(more_ns / (median(count for _, count in many) - median(count for _, count in few)))
    return slopes


def _coarsest(rounds: Sequence[NoOp]) -> list[NoOp]:
    """For each number of workers the rounds of fewest chunks: in the others results wait to be received at the end."""
    fewest: dict[int, int] = {}
    for no_op in rounds:
        fewest[no_op.setting.workers] = min(no_op.chunks, fewest.get(no_op.setting.workers, no_op.chunks))
    return [no_op for no_op in rounds if no_op.chunks == fewest[no_op.setting.workers]]


def _teardown_ns(no_op: NoOp) -> int:
    """From the last item's end, or the last worker's being ready where that was later, to t1."""
    last_ns = int(no_op.items["end_ns"][ended(no_op.items)].max())
    ready_ns = max((worker.ready_ns or 0 for worker in no_op.round.workers), default=0)
    return max((no_op.round.t1_ns or 0) - max(last_ns, ready_ns), 0)


def _line(points: Sequence[tuple[int, int]]) -> tuple[float, float]:
    medians = {x: median(y for at, y in points if at == x) for x in {x for x, _ in points}}
    if len(medians) == 1:
        return next(iter(medians.values())), 0.0
    slope, intercept = np.polyfit(list(medians), list(medians.values()), 1)
    if slope < 0:
        return median(medians.values()), 0.0
    if intercept < 0:
        return 0.0, float(median(y / x for x, y in medians.items()))
    return float(intercept), float(slope)


def _item_ns(rounds: Sequence[NoOp]) -> float:
    """Between two items of one chunk: the median gap where workers don't share cores, in rounds of large chunks."""
    gaps = [gap for no_op in _coarsest(rounds) for gap in _gaps_within(no_op)]
    return float(median(gaps)) if gaps else 0.0


def _gaps_within(no_op: NoOp) -> list[int]:
    """Nanoseconds between neighbours in a chunk, the recorder's spin apart."""
    plan = hand_out(no_op.setting, len(no_op.items))
    rows = no_op.items[plan.order]
    chunk = np.repeat(np.arange(plan.chunks), np.diff(plan.bounds))
    gaps = rows["start_ns"][1:] - rows["end_ns"][:-1] - rows["spin_ns"][:-1]
    within: list[int] = gaps[chunk[1:] == chunk[:-1]].tolist()
    return within


def _wake_ns(rounds: Sequence[NoOp], worker_ns: float, caller_ns: float) -> float:
    """What passes between the chunks of a lone worker beyond what computes in the meantime: waking up.

    Where the worker must wait for its answer to be handled, the caller's part of the round trip counts too; where it
    need not, dense rounds tell nothing: the worker waits for the caller, who is busy.
    """
    waits = []
    for no_op in rounds:
        plan = hand_out(no_op.setting, len(no_op.items))
        lone = no_op.setting.workers == 1 and plan.chunks == len(no_op.items) > 1
        if lone and (plan.window == 1 or not no_op.is_dense):
            span_ns = int(no_op.items["end_ns"].max() - no_op.items["start_ns"].min())
            beside_ns = span_ns - no_op.round.item_wall_ns - int(no_op.items["spin_ns"].sum())
            waits.append(beside_ns / (plan.chunks - 1) - worker_ns - (caller_ns if plan.window == 1 else 0))
    return max(median(waits), 0.0) if waits else 0.0
