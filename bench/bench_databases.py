"""Figures of storing into databases: that no row is lost, and what one writer is worth beside many.

The servers are those that the tests use: `$LIGHTWORK_TEST_POSTGRES` and `$LIGHTWORK_TEST_MARIADB`.
"""

import os

import figures
import pytest

from lightwork.core.estimate import median_interval
from lightwork.core.setting import Setting
from lightwork.errors import UsageError
from lightwork.study import bench_request
from lightwork.text.quantities import times
from lightwork.workloads import _databases
from lightwork.workloads._databases import writers

pytestmark = [pytest.mark.figures, pytest.mark.timeout(0)]

DATABASES = {
    "sqlite": "sqlite",
    "duckdb": "duckdb",
    "postgres": os.environ.get("LIGHTWORK_TEST_POSTGRES", "postgresql://root@127.0.0.1:5432/test"),
    "mariadb": os.environ.get("LIGHTWORK_TEST_MARIADB", "mariadb://root@127.0.0.1:3306/test"),
}
METHODS = ("row", "batch", "transaction")
BLOCKS = 5
WORKERS = 8
SIZE = {"db_insert": {"batches": 40, "rows_per_item": 50, "batch_rows": 25}, "csv_to_db": {"files": 40}}
ROWS = SIZE["db_insert"]["batches"] * SIZE["db_insert"]["rows_per_item"]


@pytest.fixture(params=DATABASES)
def db(request):
    """Each database in turn, where it can be had."""
    words, _ = _databases.known(DATABASES[request.param])
    try:
        _databases.limits(words, [Setting("serial")])
    except UsageError as error:
        pytest.skip(str(error))
    return words


def settings_for(db, strategies, workers):
    """Every setting of these strategies that this database can be written under."""
    options = {"workloads": "db_insert", "strategies": strategies, "workers": workers}
    (grid,) = bench_request.read(options).grids.values()
    return [one for one in grid.settings() if db != "duckdb" or writers.processes(one) == 1]


@pytest.mark.parametrize("method", METHODS)
def test_no_row_is_lost(db, method):
    """Under every strategy with 8 workers the database holds every row once after each round."""
    settings = settings_for(db, "all", str(WORKERS))
    study, _ = figures.study("db_insert", settings, BLOCKS, {"db": db, "method": method, **SIZE["db_insert"]})
    tried = [one for cell in study.cells for one in cell.rounds]
    stored = sum(one.evidence.get("rows", 0) for one in tried)
    lost = len(tried) * ROWS - stored
    retries = sum(one.retries for one in tried)
    names = sorted({cell.setting.strategy for cell in study.cells})
    print(f"\n{db}, {method}: {lost} of {len(tried) * ROWS:,} rows lost in {len(tried)} rounds, ", end="")
    print(f"{WORKERS} workers, {retries} tries repeated; {', '.join(names)}")
    for one in tried:
        assert one.ok, (one.cell_id, one.outcome, one.reason)
    assert lost == 0


@pytest.mark.parametrize("workload", SIZE)
@pytest.mark.parametrize("method", METHODS)
def test_one_writer_beside_many(db, method, workload):
    """How fast 2, 4 and 8 workers that parse for one writer are beside as many that write: a figure, no promise."""
    settings = settings_for(db, "map,single_writer", "2,4,8")
    study, _ = figures.study(workload, settings, BLOCKS, {"db": db, "method": method, **SIZE[workload]})
    walls = {cell.cell_id: [one.wall_ns for one in cell.rounds] for cell in study.cells}
    assert all(one.ok for cell in study.cells for one in cell.rounds)
    for setting in settings:
        over_serial = median_interval([s / o for s, o in zip(walls["serial"], walls[setting.cell_id], strict=True)])
        print(f"\n{study.label}: {setting.strategy} with {setting.workers}: {times(over_serial)} over serial", end="")
        rival = setting.cell_id.replace("single_writer", "map")
        if rival != setting.cell_id and rival in walls:
            ratio = median_interval([m / o for m, o in zip(walls[rival], walls[setting.cell_id], strict=True)])
            print(f", {times(ratio)} as fast as map", end="")
