"""The founding story with an accident: files into a database, a worker killed half-way, and every row there once."""

import pytest
import servers
from recoveries import kill_half_way, retried
from rounds import job, nothing_left_behind

from lightwork import strategies
from lightwork.core.round import Outcome
from lightwork.core.setting import Setting
from lightwork.launch.run import launch
from lightwork.launch.workdir import open_desk
from lightwork.workloads import csv_to_db

NAMES = [name for name in strategies.usable() if name != "serial"]
FILES = 10


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def database(request):
    """Each database in turn, where it can be had."""
    return servers.database(request.param)


@pytest.fixture(scope="module")
def undisturbed(database, data_dir):
    """What an undisturbed serial run says of the database."""
    parameters = {"files": FILES, "db": database}
    csv_to_db.prepare(csv_to_db.Parameters(**parameters), data_dir)
    with open_desk(data_dir) as desk:
        return launch(desk, job(desk, Setting("serial"), "csv_to_db", **parameters), 60.0).round.evidence


@pytest.mark.parametrize("name", NAMES)
def test_every_row_is_there_once_though_a_worker_was_killed(name, database, undisturbed, data_dir):
    """Under every strategy the database holds each file's rows once in the end, as after an undisturbed serial run."""
    with nothing_left_behind():
        found = retried(data_dir, Setting(name, 3), "csv_to_db", kill_half_way, files=FILES, db=database).round
    assert found.outcome in {Outcome.RECOVERED, Outcome.OK}, found.reason  # a cluster runs the item again by itself
    assert found.evidence == undisturbed
    assert found.evidence["rows"] > 0
