"""Probing: whether items slow each other down, from a few short rounds of the same items, serially and together."""

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from lightwork.core.setting import Setting
from lightwork.plan.environment import Environment
from lightwork.plan.items import JobItems, parameters_for
from lightwork.plan.request import Request
from lightwork.plan.serial_run import Serial
from lightwork.replay.calibration import Calibration
from lightwork.replay.contention import FEWEST, Contention, Probe, contention_of, probe_setting
from lightwork.replay.cpu_speed import at_speed, unrest, usual_speed, usual_spin_ns
from lightwork.storage import ledgers
from lightwork.study.run import deadline_s

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

PROBE_SHARE = 0.03  # of the budget, for each serial round of the probed items: all rounds take some three and a half
PROBED_WITH = (2, 4, 4)  # workers: two can march in step where four can't; what one of the fours shows both must


@dataclass(frozen=True, eq=False)
class Probed:
    """What came of probing.

    contention: what items cost each other. serial: the probed items' ledgers of all serial rounds: the sample's own,
    one before the probes, one after. probes: theirs on several workers.
    """

    contention: Contention
    serial: "tuple[NDArray[Any], NDArray[Any], NDArray[Any]]"
    probes: "Sequence[NDArray[Any]]"

    @property
    def unrest(self) -> float:
        """By what share these rounds differ by the machine's mood alone."""
        return unrest(self.serial, self.probes)


def probed(
    request: Request, environment: Environment, items: JobItems, serial: Serial, costs: Calibration
) -> Probed | None:
    """What items cost each other, of this machine's cores; None where it can't be told.

    A serial round before and one after, so that a drift of the machine is noise. It can't be told where everything is
    to run once only, where fewer than FEWEST items fit the budget's share, and where a probe did not do the work: the
    same may befall a setting when it is measured, and then the plan says so.
    """
    chosen = _that_fit(request, serial)
    if request.once or len(chosen) < FEWEST:
        return None
    environment.say(f"looking whether items slow each other down, with {len(chosen):,} of them")
    together = [_setting(request, workers) for workers in PROBED_WITH]
    settings = [Setting("serial"), *together, Setting("serial")]
    parameters = parameters_for(request, environment.workdir, items, [serial.run[number] for number in chosen])
    deadline = request.timeout_s or deadline_s(PROBE_SHARE * request.budget_s)
    finished_rounds = [
        environment.run(request, parameters, setting, f"contention-{number}", deadline)
        for number, setting in enumerate(settings)
    ]
    if not all(finished.round.ok for finished in finished_rounds):
        return None
    first, *rounds, last = (ledgers.table(finished.ledger) for finished in finished_rounds)
    probes = [Probe(setting, rows) for setting, rows in zip(together, rounds, strict=True)]
    probe_costs = costs.of(together[0], finished_rounds[0].round.spin_ns)
    sample = ledgers.table(serial.finished.ledger)[chosen]
    contention = contention_of([first, sample, last], probes, request.usable_cpus, probe_costs)
    return Probed(contention, (sample, first, last), rounds)


def at_usual_speed(serial: Serial, probing: Probed | None) -> "tuple[NDArray[Any], float | None]":
    """The serial sample's ledger, and the spin, at the CPU speed that is the median of all serial rounds there are."""
    rows = ledgers.table(serial.finished.ledger)
    if probing is None:
        return rows, serial.finished.round.spin_ns
    sample, *others = probing.serial
    return at_speed(rows, usual_speed(sample, probing.serial)), usual_spin_ns([rows, *others])


def _setting(request: Request, workers: int) -> Setting:
    """The probe by a start method that was asked for: functions and their modules may stand only one."""
    asked = {other.start_method for other in request.settings}
    setting = probe_setting(workers)
    return setting if setting.start_method in asked else replace(setting, start_method=min(asked))


def calibrated_for(request: Request) -> Setting:
    """The setting whose costs must be known, whatever was asked for."""
    return _setting(request, min(PROBED_WITH))


def _that_fit(request: Request, serial: Serial) -> list[int]:
    """Places in the sample, evenly spread over it, of items that take no longer than the budget's share.

    All or none of a workload that is run whole.
    """
    rows = ledgers.table(serial.finished.ledger)
    times_s = (rows["end_ns"] - rows["start_ns"]) / 1e9
    share = min(1.0, PROBE_SHARE * request.budget_s / max(float(times_s.sum()), 1e-9))
    if not request.can_sample:
        share = math.floor(share)
    count = int(share * len(times_s))
    chosen: list[int] = np.linspace(0, len(times_s) - 1, count).round().astype(int).tolist()
    return chosen
