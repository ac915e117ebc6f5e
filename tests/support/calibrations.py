"""Calibrations made up for this machine, so that a plan need not measure what strategies cost."""

import json
from collections.abc import Mapping
from itertools import product
from pathlib import Path

from lightwork import strategies
from lightwork.core.setting import START_METHODS
from lightwork.machine.facts import facts
from lightwork.planning.calibrate import SHIPPED
from lightwork.replay import calibration
from lightwork.replay.calibration import Calibration, Kind
from lightwork.replay.costs import Costs

COSTS = Costs(
    open_ns=5e6, request_ns=1.5e6, boot_ns=2e6, send_ns=15e3, receive_ns=15e3, take_ns=40e3, wake_ns=50e3, close_ns=3e6
)


def calibrate(data: Path, costs: Costs | Mapping[Kind, Costs] = COSTS) -> None:
    """Keep these costs, of every strategy or of each, for this machine in this data folder."""
    kinds = costs if isinstance(costs, Mapping) else dict.fromkeys(product(strategies.names(), START_METHODS), costs)
    machine = facts(data)
    path = calibration.saved_in(data / "calibration", machine)
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(calibration.encode(Calibration(calibration.fingerprint(machine), kinds, None))))


def shipped() -> Calibration:
    """What the usual strategies cost on some real machine."""
    return calibration.decode(json.loads(SHIPPED.read_text(encoding="utf-8")))
