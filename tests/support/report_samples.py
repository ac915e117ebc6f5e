"""A made-up run that looks like a real one: three studies, their failures, and ledgers by a greedy schedule."""

import heapq
import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from lightwork.core.round import Outcome, Round, Worker
from lightwork.core.setting import Setting
from lightwork.core.study import SERIAL, SERIAL_AGAIN, Cell, Results, Study
from lightwork.core.usage import Memory, Traffic, Usage
from lightwork.ledger.table import ABSENT

MS = 1_000_000
ROWS = np.dtype(
    [
        ("start_ns", "i8"), ("end_ns", "i8"), ("cpu_ns", "i8"), ("runqueue_ns", "i8"), ("worker", "i4"),
        ("state", "i4"), ("again", "i4"), ("retries", "i4"),
    ]
)  # fmt: skip
HOSTILE = (
    "</script><script>alert(1)</script>.csv",
    "$\\frac{1}{0}$ & <b>bold</b> \"quoted\" 'too'.csv",
    "=cmd|' /C calc'!A0",
    "\x1b[31mred\x1b[0m\nnext | line `code` [link](http://evil.example) @octocat #1.csv",
    "_hidden \u202egnp.exe \udcff",
)


@dataclass
class Maker:
    """Rounds on one clock that never runs back; every ledger that they leave is kept by name."""

    seed: int = 7
    now_ns: int = 5_000_000_000_000
    ledgers: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)

    def round(
        self, study: str, cell_id: str, setting: Setting, block: int, position: int, items_ns: Sequence[int]
    ) -> Round:
        """One execution by greedy hand-out of chunks; the static split hands out contiguous shares."""
        speed = self.random.gauss(1.0, 0.03)
        rows, workers, t0 = self._schedule(setting, [max(1, round(item * speed)) for item in items_ns])
        last = int(rows["end_ns"].max())
        t1 = last + 3 * MS
        self.now_ns = t1 + 50 * MS
        name = f"{study}/{cell_id}/{block}"
        self.ledgers[name] = rows
        lengths = rows["end_ns"] - rows["start_ns"]
        cpu_ns = int(rows["cpu_ns"].sum())
        usage = Usage(
            cpu_ns=cpu_ns, system_ns=cpu_ns // 9, caller_cpu_ns=4 * MS, voluntary_switches=2 * len(rows),
            involuntary_switches=40, minor_faults=900, major_faults=0, read_bytes=0, written_bytes=4096,
            read_call_bytes=31_000_000, write_call_bytes=21_000, machine_cpus=8, others_cpu_ns=2 * MS, steal_ns=0,
        )  # fmt: skip
        memory = Memory((20 + 5 * setting.workers) << 20, (9 + 3 * setting.workers) << 20, 3, 0.1, 1_200_000)
        return Round(
            cell_id, block, position, Outcome.OK, t0_ns=t0, t1_ns=t1, items_done=len(rows), items_expected=len(rows),
            item_cpu_ns=int(rows["cpu_ns"].sum()), item_wall_ns=int(lengths.sum()), workers=workers, ledger=name,
            longest_item=int(lengths.argmax()), longest_item_ns=int(lengths.max()), usage=usage, memory=memory,
            spin_ns=20_100.0 * speed * self.random.gauss(1.0, 0.015), spins=60,
        )  # fmt: skip

    def probe(self, cell_id: str, setting: Setting, items: int) -> Round:
        """A probing round: it has traffic and finer samples of memory, and no ledger of its own."""
        memory = Memory((21 + 5 * setting.workers) << 20, (10 + 3 * setting.workers) << 20, 30, 0.01, 9_000_000)
        traffic = Traffic(
            sent_bytes=120 * items, sent_messages=items, returned_bytes=80 * items, returned_messages=items
        )
        return Round(cell_id, -1, 0, Outcome.OK, t0_ns=0, t1_ns=50 * MS, memory=memory, traffic=traffic)

    def failed(self, cell_id: str, block: int, position: int, outcome: Outcome, reason: str, expected: int) -> Round:
        """A round without a time."""
        return Round(cell_id, block, position, outcome, reason, items_done=expected // 2, items_expected=expected)

    def _schedule(self, setting: Setting, items_ns: list[int]) -> tuple[Any, tuple[Worker, ...], int]:
        t0, count = self.now_ns, setting.workers
        startup = 0 if setting.strategy == SERIAL else 8 * MS
        ready = [t0 + startup + slot * 4 * MS for slot in range(count)]
        rows = np.zeros(len(items_ns), ROWS)
        order = sorted(range(len(items_ns)), key=items_ns.__getitem__, reverse=True)
        order = order if setting.order == "largest-first" else list(range(len(items_ns)))
        free = [(at, slot) for slot, at in enumerate(ready)]
        size = -(-len(order) // count) if setting.strategy == "static" else setting.chunksize or 1
        for start in range(0, len(order), size):
            at, slot = heapq.heappop(free)
            for item in order[start : start + size]:
                end = at + items_ns[item]
                rows[item] = (at, end, items_ns[item] // 2, 5_000, slot, 2, 0, 0)
                at = end + 30_000
            heapq.heappush(free, (at, slot))
        sizes = ((5 << 20) + 1000 * len(items_ns), 3 << 20)
        workers = tuple(Worker(slot, 4000 + slot, t0, at, None, 0, None, *sizes) for slot, at in enumerate(ready))
        return rows, () if setting.strategy == SERIAL else workers, t0


def study(
    maker: Maker,
    label: str,
    items_ns: Sequence[int],
    settings: Sequence[Setting],
    names: Sequence[str] | None = None,
    blocks: int = 6,
    failing: dict[str, tuple[Outcome, str]] | None = None,
) -> Study:
    """A study of the settings; those in `failing` (by cell id) fail in every third block."""
    failing = failing or {}
    rounds: dict[str, list[Round]] = {}
    cells = [(SERIAL, Setting("serial")), (SERIAL_AGAIN, Setting("serial")), *((s.cell_id, s) for s in settings)]
    for block in range(blocks):
        for position, (cell_id, setting) in enumerate(cells):
            if cell_id in failing and block % 3 == 1:
                found = maker.failed(cell_id, block, position, *failing[cell_id], len(items_ns))
            else:
                found = maker.round(label, cell_id, setting, block, position, items_ns)
            rounds.setdefault(cell_id, []).append(found)
    made = tuple(
        Cell(
            cell_id, setting, setting.chunksize, tuple(rounds[cell_id]), maker.probe(cell_id, setting, len(items_ns))
        )
        for cell_id, setting in cells
    )  # fmt: skip
    item_names = tuple(names or (f"vendor_{place:02}.csv" for place in range(len(items_ns))))
    return Study(
        label, label.split("[", maxsplit=1)[0], {}, item_names, 20251123, "2025-11-23T09:00:00+00:00", True, made
    )


def settings(counts: Sequence[int], *kinds: dict[str, Any]) -> list[Setting]:
    """Every kind at every worker count."""
    return [Setting(workers=count, **kind) for kind in kinds for count in counts]


def long_tail(maker: Maker, label: str = "csv_to_db[files=48]", names: Sequence[str] | None = None) -> Study:
    """48 files of which one is nearly a third of the work; one cell hangs now and then."""
    items = [round(maker.random.lognormvariate(0, 0.6) * 18 * MS) for _ in range(48)]
    items[17] = round(sum(items) * 0.42)
    kinds = (
        {"strategy": "imap_unordered", "chunksize": 1, "order": "largest-first"},
        {"strategy": "map", "chunksize": 6},
        {"strategy": "static"},
        {"strategy": "queue"},
    )
    hung = (Outcome.HUNG, "ended after 30 s with 24 of 48 items done; worker 3 was waiting in Queue.get")
    return study(maker, label, items, settings((2, 4, 8), *kinds), names, failing={"queue-w8-fork-given": hung})


def sleeping(maker: Maker) -> Study:
    """2,600 short items of one length, which spread well; more than a timeline draws singly."""
    items = [round(abs(maker.random.gauss(1, 0.2)) * 0.6 * MS) + 1 for _ in range(2600)]
    kinds = (
        {"strategy": "imap_unordered", "chunksize": 20},
        {"strategy": "map", "chunksize": 80},
        {"strategy": "static"},
    )
    return study(maker, "sleep_io", items, settings((1, 2, 4, 8), *kinds))


def tiny(maker: Maker) -> Study:
    """Work too small to spread: start-up costs more than it saves."""
    items = [round(0.4 * MS)] * 12
    lost = (Outcome.LOST, "3 of 12 items never came back: vendor_03.csv, vendor_07.csv, vendor_11.csv")
    made = settings((2, 4), {"strategy": "map", "chunksize": 1}, {"strategy": "fork"})
    return study(maker, "db_insert[rows=12]", items, made, failing={"fork-w4-fork-given": lost})


def results(*studies: Study) -> Results:
    """A saved run of these studies on a made-up machine."""
    machine = {
        "node": "build-07", "cpu_model": "AMD EPYC 9354P", "os_cpu_count": 8, "usable_cpus": 4.0,
        "memory_available_bytes": 33_285_996_544, "kernel": "6.1.0-18-amd64", "python": "3.11.2",
        "start_method": "fork", "cgroup": {"quota_cpus": 4.0, "nr_throttled": 0}, "psi_cpu_some_avg10": 1.35,
    }  # fmt: skip
    costs = {"full": 5_200.0, "bare": 1_050.0}
    commit = {"id": "3f2c1ab", "dirty": False}
    return Results(studies, machine, costs, "run.npz", "2025-11-23T09:05:00+00:00", commit)


def sample(seed: int = 7) -> tuple[Results, dict[str, Any]]:
    """Three studies with their ledgers; something else on the machine spoiled one round of the second."""
    maker = Maker(seed)
    tailed, slept, small = long_tail(maker), sleeping(maker), tiny(maker)
    return results(tailed, disturb(slept, "map-w2-c80-fork-given", 3), small), maker.ledgers


def disturb(study: Study, cell_id: str, block: int) -> Study:
    """The study with one round in which others took half of the machine's CPU time, and which took longer for it."""

    def spoiled(found: Round) -> Round:
        if found.block != block or found.usage is None or found.t1_ns is None:
            return found
        usage = replace(found.usage, others_cpu_ns=8 * found.wall_ns // 2)
        return replace(found, usage=usage, t1_ns=found.t1_ns + 200 * MS)

    cells = (
        replace(cell, rounds=tuple(map(spoiled, cell.rounds))) if cell.cell_id == cell_id else cell
        for cell in study.cells
    )
    return replace(study, cells=tuple(cells))


def old(results: Results) -> Results:
    """The results as schema 1 gave them: no usage, memory or probe, and no losses."""
    studies = []
    for one in results.studies:
        cells = [
            replace(cell, probe=None, losses={}, rounds=tuple(_old_round(found) for found in cell.rounds))
            for cell in one.cells
        ]
        studies.append(replace(one, cells=tuple(cells)))
    return replace(results, studies=tuple(studies), schema=1)


def _old_round(found: Round) -> Round:
    workers = tuple(replace(worker, peak_pss_bytes=None, peak_uss_bytes=None) for worker in found.workers)
    return replace(found, usage=None, memory=None, workers=workers)


def hostile() -> tuple[Results, dict[str, Any]]:
    """One study of which every name tries to break out of its page, on a machine that tells no wait for a core."""
    maker = Maker()
    names = [HOSTILE[place % len(HOSTILE)] for place in range(48)]
    made = long_tail(maker, "<img src=x onerror=alert(1)> $x$ =1+1", names)
    for rows in maker.ledgers.values():
        rows["runqueue_ns"] = ABSENT
    return results(made), maker.ledgers
