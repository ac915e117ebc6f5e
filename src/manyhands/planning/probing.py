"""Probing: whether items get in each other's way, from a few short rounds of the same items, serially and together."""

import math
from dataclasses import replace

import numpy as np

from manyhands import ledgers
from manyhands.planning.items import Items, parameters_for
from manyhands.planning.request import Request
from manyhands.planning.serial_run import Serial
from manyhands.planning.workshop import Workshop
from manyhands.replay.calibration import Calibration
from manyhands.replay.contention import FEWEST, Contention, Probe, contention_of, probe_setting
from manyhands.setting import Setting
from manyhands.study import deadline_s

PROBE_SHARE = 0.03  # of the budget, for each serial round of the probed items: all rounds take some three and a half
PROBED_WITH = (2, 4, 4)  # workers: two can march in step where four can't; what one of the fours shows both must


def probed(request: Request, shop: Workshop, items: Items, serial: Serial, costs: Calibration) -> Contention | None:
    """What items cost each other, of this machine's cores; None where it can't be told.

    A serial round before and one after, so that a drift of the machine is noise. It can't be told where everything is
    to run once only, where fewer than FEWEST items fit the budget's share, and where a probe did not do the work: the
    same may befall a setting when it is measured, and then the plan says so.
    """
    run = _that_fit(request, serial)
    if request.once or len(run) < FEWEST:
        return None
    shop.say(f"looking whether items get in each other's way, with {len(run):,} of them")
    together = [_setting(request, workers) for workers in PROBED_WITH]
    settings = [Setting("serial"), *together, Setting("serial")]
    parameters = parameters_for(request, shop.desk, items, run)
    deadline = request.timeout_s or deadline_s(PROBE_SHARE * request.budget_s)
    found = [
        shop.run(request, parameters, setting, f"contention-{number}", deadline)
        for number, setting in enumerate(settings)
    ]
    if not all(one.round.ok for one in found):
        return None
    first, *rounds, last = (ledgers.table(one.ledger) for one in found)
    probes = [Probe(setting, rows) for setting, rows in zip(together, rounds, strict=True)]
    own = costs.of(together[0], found[0].round.spin_ns)
    return contention_of(first, last, probes, request.usable_cpus, own)


def _setting(request: Request, workers: int) -> Setting:
    """The probe by a start method that was asked for: functions and their modules may stand only one."""
    asked = {setting.start_method for setting in request.settings}
    found = probe_setting(workers)
    return found if found.start_method in asked else replace(found, start_method=min(asked))


def calibrated_for(request: Request) -> Setting:
    """The setting whose costs must be known, whatever was asked for."""
    return _setting(request, min(PROBED_WITH))


def _that_fit(request: Request, serial: Serial) -> list[int]:
    """The places of those items of the sample, evenly spread over it, that take no longer than the budget's share.

    All or none of a workload that is run whole.
    """
    rows = ledgers.table(serial.finished.ledger)
    times_s = (rows["end_ns"] - rows["start_ns"]) / 1e9
    share = min(1.0, PROBE_SHARE * request.budget_s / max(float(times_s.sum()), 1e-9))
    if not request.can_sample:
        share = math.floor(share)
    count = int(share * len(times_s))
    chosen = np.linspace(0, len(times_s) - 1, count).round().astype(int)
    run = serial.run
    return [run[number] for number in chosen]
