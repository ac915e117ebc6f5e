"""Plants: work built to suffer one known loss, and the lever that should remove it, measured side by side."""

import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import figures
from control_groups import limit

from lightwork.analysis.disturbance import usual_share
from lightwork.analysis.remedies import largest_loss
from lightwork.analysis.scaling import ratio, scale
from lightwork.analysis.study_losses import losses_by_cell, with_losses
from lightwork.analysis.warnings import SHARED
from lightwork.core.causes import Cause
from lightwork.core.estimate import Estimate
from lightwork.core.round import Job
from lightwork.core.setting import Setting
from lightwork.core.study import Study
from lightwork.launch.finished import Finished
from lightwork.launch.workdir import Workdir
from lightwork.machine.facts import facts
from lightwork.storage.ledgers import table
from lightwork.storage.paths import data_dir
from lightwork.text.losses import loss_sentence, remedies_sentence

BLOCKS = 5
TRIES, MORE = 2, 3


@dataclass(frozen=True)
class Plant:
    """One planted loss.

    suffering: the setting that suffers it; remedy: the same after the lever was pulled, with `changed` parameters
    where the lever is one in the work itself, whose results may then be others. said and advised: words that sentence
    and lever must hold. quota_cpus: of the control group that all of it runs in, lifted for the remedy; None for none.
    """

    workload: str
    suffering: Setting
    remedy: Setting
    cause: Cause
    said: str
    advised: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    changed: Mapping[str, Any] = field(default_factory=dict)
    quota_cpus: float | None = None

    @property
    def marked(self) -> Setting:
        """The remedy's setting in the study, where a setting has one cell: another order tells it from suffering."""
        return replace(self.remedy, order="shuffled") if self.remedy == self.suffering else self.remedy


SPAWNED = Setting("map", 2, start_method="spawn")
ONE_BY_ONE = Setting("imap_unordered", 4)
PLANTS = {
    "giant item last": Plant(
        "planted.sleeper", ONE_BY_ONE, replace(ONE_BY_ONE, order="largest-first"),
        Cause.TAIL, "nap 39 alone is", "split nap 39, or start with the largest items (measured: ",
    ),
    "sleep tail": Plant(
        "planted.sleeper", Setting("static", 4), ONE_BY_ONE,
        Cause.TAIL, "", "as imap_unordered does (measured: ", {"shape": "long-quarter", "share": 0.7},
    ),
    "large chunks": Plant(
        "planted.sleeper", Setting("map", 4, 10), Setting("map", 4, 1),
        Cause.TAIL, "", "hand out smaller chunks (measured: ", {"shape": "long-quarter", "share": 0.7},
    ),
    "lock": Plant(
        "planted.lock", ONE_BY_ONE, ONE_BY_ONE, Cause.BLOCKING, "", "batch the commits", changed={"commits": 1}
    ),
    "CPU oversubscription": Plant(
        "planted.compute", Setting("map", 16), Setting("map", 2), Cause.CORE_WAIT, "", "use fewer workers",
        {"items": 60, "turns": 200_000},
    ),
    "heavy import under spawn": Plant(
        "planted.heavy_import", SPAWNED, replace(SPAWNED, start_method="fork"),
        Cause.START_UP, " per worker", "start workers by forkserver or fork (measured: ",
    ),
    "tiny items": Plant(
        "planted.tiny", Setting("imap_unordered", 2, 1), Setting("imap_unordered", 2, 100),
        Cause.DISPATCH, "between items that work for", "hand out larger chunks, of about",
    ),
    "giant result": Plant(
        "planted.giant_result", Setting("imap_unordered", 2), Setting("imap_unordered", 2),
        Cause.DISPATCH, "7.63 MiB pickled per item", "hand over less", changed={"result_kb": 1},
    ),
    "work done in vain": Plant(
        "planted.optimist", Setting("map", 2, 1), Setting("map", 1, 1),
        Cause.CPU_INFLATION, "retries per round", "use fewer workers per core",
        {"items": 12, "turns": 600_000},  # tries longer than a time slice meet on busy cores, too
    ),
    "threads of a library": Plant(
        "planted.blas", Setting("map", 2), Setting("map", 2),
        Cause.CORE_WAIT, "items start their own threads", "OMP_NUM_THREADS=1", changed={"threads": 1},
    ),
    "throttled CPU": Plant(
        "planted.compute", Setting("map", 2), Setting("map", 2), Cause.CORE_WAIT, "throttled", "or raise the quota",
        {"items": 50, "turns": 150_000}, quota_cpus=1.0,
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Grown:
    """What a plant came to: its largest loss, in words too, and how many times as fast the remedy is, inside blocks.

    is_shared: whether others took so much of the machine meanwhile that a plan would warn of it.
    """

    cause: Cause
    loss: str
    remedies: str
    gain: Estimate
    is_shared: bool

    @property
    def helps(self) -> bool:
        """Whether the remedy is faster."""
        return self.gain.low is not None and self.gain.low > 1


def grow(name: str, group: Path | None = None, blocks: int = BLOCKS) -> Grown:
    """Measure a plant and its remedy in the same blocks, and look for the largest loss; more blocks if they can't tell.

    group: the control group that this process is in, where the plant asks for one.
    """
    found = _grow(PLANTS[name], group, blocks, TRIES)
    if found.helps:
        return found
    return _grow(PLANTS[name], group, MORE * blocks, 1)


def _grow(plant: Plant, group: Path | None, blocks: int, tries: int) -> Grown:
    remedy = plant.marked
    execute = figures.planting(remedy.cell_id, plant.remedy, plant.changed)
    execute = _lifting(group, plant, execute) if group else execute
    study = _quiet_study(plant, execute, blocks, tries)
    scaling = scale(study, facts(data_dir())["usable_cpus"])
    cells = {one.cell.cell_id: one for one in scaling.cells}
    suffering = cells[plant.suffering.cell_id]
    assert not any(one.failed for one in scaling.cells)
    losses = losses_by_cell(scaling)[suffering.cell.cell_id]
    is_shared = _is_shared(study)
    if is_shared and plant.cause is not Cause.CORE_WAIT and losses.core_wait_ns:
        losses = replace(losses, core_wait_ns=0)  # others' doing: the planted loss must be the largest of the rest
    gain = ratio(suffering.walls_s, cells[remedy.cell_id].walls_s)
    assert gain is not None
    loss = largest_loss(scaling, suffering.cell, losses)
    return Grown(loss.cause, loss_sentence(loss), remedies_sentence(loss), gain, is_shared)


def _quiet_study(plant: Plant, execute: Callable[..., Finished], blocks: int, tries: int) -> Study:
    """The study, begun again while the machine is shared and tries are left."""
    for _ in range(tries):
        study, kept = figures.study(
            plant.workload, [plant.suffering, plant.marked], blocks, plant.parameters, execute,
            compare_results=not plant.changed,
        )  # fmt: skip
        if not _is_shared(study):
            break
    return with_losses(study, {one.round.ledger: table(one.ledger) for one in kept if one.ledger})


def _is_shared(study: Study) -> bool:
    """Whether others take so much of the machine that a plan would warn of it."""
    return (usual_share(study) or 0.0) >= SHARED


def _lifting(group: Path, plant: Plant, execute: Callable[..., Finished]) -> Callable[..., Finished]:
    """The same `execute`, with the group's quota lifted while the remedy runs."""

    def lifted(workdir: Workdir, job: Job, deadline_s: float) -> Finished:
        limit(group, None if job.cell_id == plant.marked.cell_id else plant.quota_cpus)
        return execute(workdir, job, deadline_s)

    return lifted


def main() -> None:
    """Grow the plant named on the command line in the group named after it, and print what it came to."""
    found = grow(sys.argv[1], Path(sys.argv[2]))
    print(json.dumps([found.cause, found.loss, found.remedies, vars(found.gain), found.is_shared]))


if __name__ == "__main__":
    main()
