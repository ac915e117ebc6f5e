"""Recordings of made-up rounds: what a strategy takes is planted, so that its price is known."""

from collections.abc import Mapping
from pathlib import Path

from lightwork.core.round import Job, Outcome, Round
from lightwork.costs.probes import CostProbe
from lightwork.costs.recording import CostSample, RecordingKit, record
from lightwork.costs.saved import SavedCosts
from lightwork.launch.finished import Finished
from lightwork.launch.workdir import Workdir

NOWHERE = Path("nowhere")
MACHINE = {"usable_cpus": 2.0, "processor": "a made-up one", "python": "3.11.7"}
COSTS = {"serial": (10_000, 100), "map": (20_000_000, 20_000), "fork": (5_000_000, 500)}  # ns: a start, an item


class Planted:
    """An `execute` whose rounds take what COSTS and the payload (1 ns a byte) say; it keeps every job and the time.

    failing: how the rounds of a strategy fail; "" for those of a payload only. stop: after so many rounds, a Ctrl-C.
    """

    def __init__(self, failing: Mapping[str, Outcome] | None = None, stop: int | None = None) -> None:
        self.failing, self.stop = dict(failing or {}), stop
        self.jobs: list[Job] = []
        self.now_s = 0.0

    def __call__(self, job: Job, deadline_s: float) -> Finished:
        """Run nothing."""
        if self.stop is not None and len(self.jobs) >= self.stop:
            raise KeyboardInterrupt
        self.jobs.append(job)
        start_ns, item_ns = COSTS[job.setting.strategy]
        items, payload_bytes = job.parameters["items"], job.parameters["payload_bytes"]
        chunks = items / (job.setting.chunksize or 1)
        wall_ns = round(start_ns + chunks * item_ns + items * payload_bytes)
        self.now_s += 0.05 + wall_ns / 1e9
        outcome = self.failing.get(job.setting.strategy, Outcome.OK)
        reason = "" if outcome is Outcome.OK else "as planted"
        found = Round(job.cell_id, job.block, job.position, outcome, reason, t0_ns=1, t1_ns=1 + wall_ns)
        return Finished(found, b"")


def recorded(probes: list[CostProbe], planted: Planted, budget_s: float = 60.0) -> tuple[list[CostSample], bool]:
    """The samples of these probes, and whether the recording came to its end."""
    workdir = Workdir(NOWHERE, NOWHERE, NOWHERE, NOWHERE)
    return record(probes, RecordingKit(workdir, planted, lambda: planted.now_s, lambda _: None), budget_s)


def costs(samples: list[CostSample]) -> SavedCosts:
    """A run with these samples."""
    left_out = {"dask": "needs distributed, which is not installed"}
    ledger = {"cpu_time": 1_500.0, "runqueue_wait": 5_000.0}
    return SavedCosts(tuple(samples), 2, MACHINE, ledger, left_out, 1, "2026-01-01T00:00:00+00:00", "0.1.0")
