"""The founding story with an accident: files into a database, a worker killed half-way, and every row there once."""

from functools import partial

import pytest
import servers
from recoveries import kill_half_way, retried
from registered import all_but, unless_absent
from rounds import PATIENCE_S, job, nothing_left_behind
from together import selected, together

from lightwork import strategies
from lightwork.core.round import Outcome
from lightwork.core.setting import Setting
from lightwork.launch.run import launch
from lightwork.launch.workdir import open_workdir
from lightwork.workloads import csv_to_db

FILES = 10
CELLS = [
    unless_absent(name, database)
    for name in strategies.names()
    if name != "serial" and not strategies.find(name).awaits
    for database in ("sqlite", "postgres")
]


@pytest.fixture(scope="module")
def loads(request, data_dir):
    """By database: an undisturbed serial load, and one under each strategy with a worker killed, all at once."""
    cells = selected(request, test_every_row_is_there_once_though_a_worker_was_killed, "name", "database")
    databases = {name: servers.answering(name) for _, name in cells}
    cells = [("serial", name) for name in databases] + cells

    def load(name, database):
        parameters = {"files": FILES, "db": databases[database]}
        if name != "serial":
            return retried(data_dir, Setting(name, 3), "csv_to_db", kill_half_way, len(cells), **parameters).round
        with open_workdir(data_dir) as workdir:
            return launch(workdir, job(workdir, Setting(name), "csv_to_db", **parameters), PATIENCE_S).round

    csv_to_db.prepare(csv_to_db.Parameters(files=FILES), data_dir)
    with nothing_left_behind():
        return together({cell: partial(load, *cell) for cell in cells if databases[cell[1]]})


@pytest.mark.parametrize(("name", "database"), all_but([("static", "sqlite")], CELLS))
def test_every_row_is_there_once_though_a_worker_was_killed(name, database, loads):
    """Under every strategy the database holds each file's rows once in the end, as after an undisturbed serial run."""
    servers.database(database)
    found, undisturbed = loads[name, database](), loads["serial", database]()
    assert found.outcome in {Outcome.RECOVERED, Outcome.OK}, found.reason  # a cluster runs the item again by itself
    assert found.evidence == undisturbed.evidence
    assert found.evidence["rows"] > 0
