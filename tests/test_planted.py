"""The largest loss is the planted one, its lever is named, and pulling the lever helps: measured, each on real work."""

import json
import os
import subprocess
import sys

import pytest
from control_groups import control_group, inside
from plants import PLANTS, Grown, grow
from repository import REPOSITORY, SUPPORT

from lightwork.core.causes import Cause
from lightwork.core.estimate import Estimate

pytestmark = [pytest.mark.timing, pytest.mark.timeout(300)]


def grown_inside(name: str, quota_cpus: float) -> Grown:
    """What a plant comes to in a process whose control group has this quota."""
    with control_group(quota_cpus) as folder:
        words = inside(folder, sys.executable, str(SUPPORT / "plants.py"), name, str(folder))
        path = os.pathsep.join([str(SUPPORT), str(REPOSITORY / "bench")])
        environment = {**os.environ, "PYTHONPATH": path}
        told = subprocess.run(words, env=environment, capture_output=True, text=True, check=False, timeout=250)
    assert told.returncode == 0, told.stderr
    cause, loss, remedies, gain, is_shared = json.loads(told.stdout)
    return Grown(Cause(cause), loss, remedies, Estimate(**gain), is_shared)


@pytest.mark.parametrize("name", PLANTS)
def test_a_planted_loss_is_found_and_its_lever_helps(name: str) -> None:
    """The sentence names the planted cause with its evidence, the lever is the one that removes it, and it does."""
    plant = PLANTS[name]
    found = grown_inside(name, plant.quota_cpus) if plant.quota_cpus else grow(name)
    print(f"\n{name}: {found.loss}: {found.remedies}; remedied: {found.gain}")
    if found.is_shared and not (found.helps and found.cause is plant.cause):
        pytest.skip(f"this machine is shared, which costs more than the planted loss: {found.cause}")
    assert found.cause is plant.cause
    assert plant.said in found.loss
    assert plant.advised in found.remedies
    assert found.helps
