"""Calibration: what the strategies cost on one machine, kept beside the facts that tell it from others; pure.

Measured once from no-op rounds (lightwork.replay.noop_rounds) and cached as JSON: on another machine, or after another
Python or kernel has come, the fingerprint differs and the costs are measured again.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from hashlib import blake2b
from itertools import groupby
from pathlib import Path
from statistics import median
from typing import Any

from lightwork.analysis.speedometer import FEWEST_SPINS
from lightwork.core.setting import Setting
from lightwork.errors import UsageError
from lightwork.replay.costs import Costs
from lightwork.replay.noop_rounds import NoOp, costs_of
from lightwork.strategies import find

FINGERPRINT = ("processor", "architecture", "usable_cpus", "kernel", "implementation", "python")
VERSION = 2  # of what costs mean; those of another are not to be replayed with
Kind = tuple[str, str]  # strategy, start method


@dataclass(frozen=True)
class Calibration:
    """Costs by strategy and start method on one machine.

    machine: the facts that tell it from others. spin_ns: the recorder's fixed spin in the rounds that they were
    taken from, None where it was not run often enough to tell a speed.
    """

    machine: Mapping[str, Any]
    costs: Mapping[Kind, Costs]
    spin_ns: float | None = None

    def of(self, setting: Setting, spin_ns: float | None = None) -> Costs:
        """What this setting's strategy costs, at the CPU speed at which a spin takes so long where both are known.

        Raises UsageError when it was not calibrated.
        """
        kind = self.stands_for((setting.strategy, setting.start_method))
        if kind not in self.costs:
            calibrated = ", ".join(sorted({f"{strategy} by {method}" for strategy, method in self.costs})) or "nothing"
            raise UsageError(
                f"{kind[0]} by {kind[1]} was not calibrated, only {calibrated}: run its no-op rounds first"
            )
        costs = self.costs[kind].in_warm_pool() if setting.pool == "warm" else self.costs[kind]
        return costs.at_speed(spin_ns / self.spin_ns) if spin_ns and self.spin_ns else costs

    def stands_for(self, kind: Kind) -> Kind:
        """The kind itself, or where it was not measured the one that its strategy costs as much as."""
        twin = find(kind[0]).costs_like
        return kind if kind in self.costs or not twin else (twin, kind[1])

    def at_speed(self, factor: float) -> "Calibration":
        """The same on a machine on which every cost is so many times as high."""
        costs = {kind: costs.at_speed(factor) for kind, costs in self.costs.items()}
        return Calibration(self.machine, costs, self.spin_ns)


def calibrate(rounds: Iterable[NoOp], machine: Mapping[str, Any]) -> Calibration:
    """The costs of every strategy and start method that these rounds ran; machine: lightwork.machine.facts.

    Raises ValueError for a round whose CPU time is not known.
    """

    def kind_of(no_op: NoOp) -> Kind:
        return no_op.setting.strategy, no_op.setting.start_method

    rounds = sorted(rounds, key=kind_of)
    spins = [no_op.round.spin_ns for no_op in rounds if no_op.round.spin_ns and no_op.round.spins >= FEWEST_SPINS]
    serial = [no_op for no_op in rounds if no_op.setting.strategy == "serial"]
    costs = {kind: costs_of(list(alike), serial) for kind, alike in groupby(rounds, kind_of)}
    return Calibration(fingerprint(machine), costs, median(spins) if spins else None)


def fingerprint(machine: Mapping[str, Any]) -> dict[str, Any]:
    """The facts of a machine without which its costs mean nothing."""
    return {name: machine.get(name) for name in FINGERPRINT}


def saved_in(folder: Path, machine: Mapping[str, Any]) -> Path:
    """The file that holds this machine's calibration in a folder of calibrations."""
    facts = json.dumps(fingerprint(machine), sort_keys=True)
    return folder / f"calibration-{blake2b(facts.encode(), digest_size=8).hexdigest()}.json"


def encode(calibration: Calibration) -> dict[str, Any]:
    """The calibration as plain JSON types."""
    costs = [
        {"strategy": strategy, "start_method": method, **asdict(amounts)}
        for (strategy, method), amounts in calibration.costs.items()
    ]
    return {
        "version": VERSION, "machine": dict(calibration.machine), "costs": costs, "spin_ns": calibration.spin_ns
    }  # fmt: skip


def decode(data: Mapping[str, Any]) -> Calibration:
    """The calibration that `encode` wrote. Raises TypeError, KeyError or ValueError for anything else."""
    if data["version"] != VERSION:
        raise ValueError(f"a calibration of version {data['version']} holds other costs than version {VERSION}")
    costs = {}
    for saved in data["costs"]:
        amounts = {name: value for name, value in saved.items() if name not in ("strategy", "start_method")}
        costs[saved["strategy"], saved["start_method"]] = Costs(**amounts)
    return Calibration(dict(data["machine"]), costs, data["spin_ns"])
