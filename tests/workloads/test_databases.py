"""What every database promises to a workload: one body for all of them."""

import contextlib
import multiprocessing
import os
import re
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import servers
from registered import all_but, each_once, in_matrix
from rounds import PATIENCE_S, job

from lightwork.core import cluster_facts
from lightwork.core.round import Outcome
from lightwork.core.setting import Setting
from lightwork.errors import UsageError
from lightwork.launch.run import launch
from lightwork.launch.workdir import open_workdir
from lightwork.workload.api import Place
from lightwork.workloads import _databases, csv_to_db, db_insert
from lightwork.workloads._databases import capacity, connections, duck, retry, table
from lightwork.workloads._databases.servers import mariadb, module_of, names, postgres
from lightwork.workloads.db_insert import READINGS, Parameters

FORK = multiprocessing.get_context("fork")
METHODS = {
    "sqlite": _databases.sqlite.METHODS, "duckdb": duck.METHODS,
    **{name: module_of(name).METHODS for name in names()},
}  # fmt: skip
CELLS = each_once(pytest.param(name, method) for name in METHODS for method in METHODS[name])
SMALL = {"batches": 3, "rows_per_item": 7, "batch_rows": 3}


@pytest.fixture(params=all_but([("sqlite",), ("duckdb",), ("postgres",)], map(pytest.param, servers.ALL)))
def db(request: pytest.FixtureRequest) -> str:
    """Each database in turn, where it can be had."""
    return servers.database(request.param)


@pytest.fixture(params=all_but([("mariadb",)], map(pytest.param, servers.SERVERS)))
def server(request: pytest.FixtureRequest) -> str:
    """Each database server in turn, where it can be had."""
    return servers.database(request.param)


@pytest.fixture(autouse=True)
def closed_connections() -> Iterator[None]:
    """No connection outlives its test."""
    yield
    _databases.close_all()


@contextlib.contextmanager
def begun(parameters: Any, place: Place, workload: Any = db_insert) -> Iterator[list[Any]]:
    """A round's items between its setup and its cleanup."""
    workload.setup(parameters, place)
    try:
        yield workload.items(parameters, place)
    finally:
        workload.cleanup(parameters, place)


def place_in(folder: Path, name: str, data_dir: Path) -> Place:
    """A place with a new round directory."""
    (folder / name).mkdir()
    return Place(data_dir, folder / name)


def count(words: str, place: Place) -> int:
    """How many rows the round's own table has."""
    database = _databases.at(_databases.place_of(words, place, READINGS.name))
    ((rows,),) = database.answers(f"SELECT count(*) FROM {database.name_of(READINGS)}")
    return int(rows)


@pytest.mark.parametrize(("name", "method"), CELLS)
def test_every_method_stores_every_row_once(place: Place, name: str, method: Any) -> None:
    """By whatever method, the database says it stored each item's rows, holds them once, and its sums are right."""
    parameters = Parameters(db=servers.database(name), method=method, **SMALL)
    with begun(parameters, place) as items:
        results = [db_insert.insert_rows(item) for item in items]
        assert results == [(0, 7), (1, 7), (2, 7)]
        assert db_insert.check(parameters, place, results)["rows"] == 21


@pytest.mark.parametrize(("name", "method"), CELLS)
def test_an_item_that_is_run_again_stores_nothing_new(place: Place, name: str, method: Any) -> None:
    """The second run of an item says what the first one said, and the database is the same."""
    parameters = Parameters(db=servers.database(name), method=method, **SMALL)
    with begun(parameters, place) as items:
        results = [db_insert.insert_rows(item) for item in items]
        assert db_insert.insert_rows(items[1]) == results[1]
        assert db_insert.check(parameters, place, results)["rows"] == 21


@pytest.mark.parametrize(("name", "method"), [("postgres", "copy"), ("mariadb", "multi-row"), ("duckdb", "copy")])
@pytest.mark.usefixtures("few_flights")
def test_files_are_the_same_in_every_database(tmp_path: Path, name: str, method: Any) -> None:
    """Whatever the database, the files loaded into it give the same evidence as in SQLite."""
    evidence, data = [], tmp_path / "data"
    data.mkdir()
    wanted = csv_to_db.Parameters(files=3), csv_to_db.Parameters(files=3, db=servers.database(name), method=method)
    for parameters in wanted:
        place = place_in(tmp_path, f"round-{len(evidence)}", data)
        csv_to_db.prepare(parameters, data)
        with begun(parameters, place, csv_to_db) as items:
            evidence.append(csv_to_db.check(parameters, place, [csv_to_db.load_file(item) for item in items]))
    assert evidence[0] == evidence[1]
    assert evidence[0]["rows"]


@pytest.mark.parametrize(("name", "method"), CELLS)
def test_items_that_are_stored_together_are_stored_as_one_by_one(place: Place, name: str, method: Any) -> None:
    """The second halves of three items in one go give the results and the rows that the items one by one give."""
    parameters = Parameters(db=servers.database(name), method=method, **SMALL)
    with begun(parameters, place) as items:
        results = db_insert.store_batches([(item, db_insert.rows_of(item)) for item in items])
        assert results == [(0, 7), (1, 7), (2, 7)]
        assert db_insert.check(parameters, place, results)["rows"] == 21
        assert [db_insert.insert_rows(item) for item in items] == results


def test_a_transaction_of_several_items_is_one_commit(db: str, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three items stored together by method transaction are there all or not at all; one by one, the whole ones are."""
    parameters = Parameters(db=db, method="transaction", **SMALL)
    made = [(item, db_insert.rows_of(item)) for item in db_insert.items(parameters, place)]
    made[2] = (made[2][0], [*made[2][1][:-1], (-1, 0)])
    with begun(parameters, place):
        with pytest.raises(Exception, match=r"."):
            db_insert.store_batches(made)
        assert count(db, place) == 0
        for one in made[:2]:
            db_insert.store_batches([one])
        assert count(db, place) == 14


@pytest.mark.parametrize(("stored", "expected"), [(12, [3, 4, 5]), (9, [3, 4, 2]), (4, [3, 1, 0]), (13, [3, 4, 6])])
def test_what_a_database_says_is_shared_out_whole(stored: int, expected: list[int]) -> None:
    """Of rows that it did not store the last items lack theirs, and no row that it says it stored is forgotten."""
    assert table.shared_out(stored, [[()] * 3, [()] * 4, [()] * 5]) == expected


def test_nothing_is_left_behind_and_nothing_else_touched(server: str, data_dir: Path, tmp_path: Path) -> None:
    """A round makes one thing on the server, of a name of its own, and drops that and no other round's."""
    mine, others = place_in(tmp_path, "mine", data_dir), place_in(tmp_path, "others", data_dir)
    parameters = Parameters(db=server, **SMALL)
    with begun(parameters, others) as other_items:
        with begun(parameters, mine) as items:
            assert [len(made(server, place)) for place in (mine, others)] == [1, 1]
            assert made(server, mine) != made(server, others)
            db_insert.insert_rows(items[0])
        assert [len(made(server, place)) for place in (mine, others)] == [0, 1]
        assert count(server, others) == 0
        for item in other_items:
            db_insert.insert_rows(item)
        assert count(server, others) == 21
    assert not made(server, others)


def made(words: str, place: Place) -> set[str]:
    """What this round has made on the server and not dropped."""
    schema = _databases.place_of(words, place, READINGS.name).rpartition("#")[2]
    return {name for name in servers.made_by_us(words) if name.startswith(schema)}


def test_two_rounds_at_once_do_not_meet(db: str, data_dir: Path, tmp_path: Path) -> None:
    """Rows stored by one round are not those of another that runs at the same time."""
    first, second = place_in(tmp_path, "first", data_dir), place_in(tmp_path, "second", data_dir)
    one, two = Parameters(db=db, seed=1, **SMALL), Parameters(db=db, seed=2, **SMALL)
    with begun(one, first) as ones, begun(two, second) as twos:
        results = [[db_insert.insert_rows(item) for item in pair] for pair in zip(ones, twos, strict=True)]
        found = [db_insert.check(*round_, results) for round_ in ((one, first), (two, second))]
    assert [facts["rows"] for facts in found] == [21, 21]
    assert found[0]["sum_of_values"] != found[1]["sum_of_values"]


def test_a_killed_worker_leaves_no_lock(db: str, place: Place) -> None:
    """What a worker killed in mid-transaction had stored is gone, and the next one is not kept waiting."""
    parameters = Parameters(db=db, method="transaction", **SMALL)
    with begun(parameters, place) as items:
        here, there = FORK.Pipe()
        worker = FORK.Process(target=hold_a_row, args=(items[0], there), daemon=True)
        worker.start()
        assert here.poll(200)
        os.kill(worker.pid or 0, signal.SIGKILL)
        worker.join()
        results = [db_insert.insert_rows(item) for item in items]
        assert db_insert.check(parameters, place, results)["rows"] == 21


def hold_a_row(item: db_insert.Batch, told: Any) -> None:
    """Store the item's first row, and its second in a transaction that is never ended."""
    rows = db_insert.rows_of(item)
    _databases.at(item.database).store(READINGS, rows[:1], "row", 1)
    (connection,) = (found for key, found in connections._open.items() if key[0] == os.getpid())
    execute = getattr(connection, "execute", None) or connection.query
    execute("BEGIN IMMEDIATE" if "sqlite" in item.database else "BEGIN")
    name = _databases.at(item.database).name_of(READINGS)
    execute(f"INSERT INTO {name} VALUES ({rows[1][0]}, 0, 0, 'half done')")
    told.send("holding")
    signal.pause()


def test_a_forked_worker_opens_its_own_connection(server: str, place: Place) -> None:
    """A connection that was open before the fork is not used by the child: both store at once, and no row is lost."""
    parameters = Parameters(db=server, method="row", batches=6, rows_per_item=40)
    with begun(parameters, place) as items:
        db_insert.insert_rows(items[0])
        workers = [FORK.Process(target=db_insert.insert_rows, args=(item,)) for item in items[1:3]]
        for worker in workers:
            worker.start()
        for item in items[3:]:
            db_insert.insert_rows(item)
        for worker in workers:
            worker.join()
        assert [worker.exitcode for worker in workers] == [0, 0]
        assert db_insert.check(parameters, place, [])["rows"] == 240


def test_each_thread_has_a_connection_of_its_own(db: str, place: Place) -> None:
    """Two threads of one process store at once through two connections, all closed with the round."""
    parameters = Parameters(db=db, **SMALL)
    both_there = threading.Barrier(2)  # a thread that is gone leaves its number, and its connection, to the next

    def store(item: Any) -> None:
        both_there.wait(200)
        db_insert.insert_rows(item)
        both_there.wait(200)

    with begun(parameters, place) as items:
        db_insert.insert_rows(items[0])
        threads = [threading.Thread(target=store, args=(item,)) for item in items[1:]]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len({id(found) for found in connections._open.values()}) == 3
        assert db_insert.check(parameters, place, [])["rows"] == 21
        assert not connections._open


TRIGGERS = {
    "postgres": (
        """CREATE FUNCTION {schema}.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            IF nextval('{schema}.tries') <= 2 THEN RAISE EXCEPTION 'not now' USING ERRCODE = '{code}'; END IF;
            RETURN NEW; END $$""",
        "CREATE SEQUENCE {schema}.tries",
        "CREATE TRIGGER refusing BEFORE INSERT ON {name} FOR EACH ROW EXECUTE FUNCTION {schema}.refuse()",
    ),
    "mariadb": (
        """CREATE TRIGGER {schema}_refusing BEFORE INSERT ON {name} FOR EACH ROW BEGIN
            SET @tries = coalesce(@tries, 0) + 1;
            IF @tries <= 2 THEN SIGNAL SQLSTATE '40001' SET MYSQL_ERRNO = {code}, MESSAGE_TEXT = 'not now'; END IF;
            END""",
    ),
}


@pytest.mark.parametrize(
    ("name", "code"),
    [("postgres", "40001"), ("postgres", "40P01"), ("postgres", "55P03"), ("mariadb", "1213"), ("mariadb", "1205")],
)
def test_what_the_server_refuses_for_the_moment_is_sent_again(
    place: Place, monkeypatch: pytest.MonkeyPatch, name: str, code: str
) -> None:
    """A transaction that fails twice by a deadlock or its like is sent three times, and two retries are counted."""
    parameters, retries = Parameters(db=servers.database(name), **SMALL), []
    monkeypatch.setattr(retry, "count_retry", lambda: retries.append(1))
    with begun(parameters, place) as items:
        refuse(parameters.db, items[0], name, code)
        results = [db_insert.insert_rows(item) for item in items]
        assert len(retries) == 2
        assert db_insert.check(parameters, place, results)["rows"] == 21


@pytest.mark.parametrize(("name", "code"), [("postgres", "23514"), ("mariadb", "1644")])
def test_what_will_never_work_is_an_error_at_once(place: Place, name: str, code: str) -> None:
    """A row that the server refuses for good is raised, and the transaction is given up."""
    parameters = Parameters(db=servers.database(name), method="transaction", **SMALL)
    with begun(parameters, place) as items:
        refuse(parameters.db, items[0], name, code)
        with pytest.raises(Exception, match="not now"):
            db_insert.insert_rows(items[0])
        assert count(parameters.db, place) == 0


def refuse(words: str, item: db_insert.Batch, name: str, code: str) -> None:
    """Let the server refuse the first two rows with this code."""
    database = _databases.at(item.database)
    schema = item.database.rpartition("#")[2]
    for statement in TRIGGERS[name]:
        servers.ask(words, statement.format(schema=schema, name=database.name_of(READINGS), code=code))


def test_a_round_that_hangs_is_cleaned_up_after(server: str, tmp_path: Path) -> None:
    """A host that is ended at its deadline could not drop what the round had made; it is dropped all the same."""
    parameters = {"db": server, "method": "row", "batches": 200, "rows_per_item": 10_000}
    with open_workdir(tmp_path) as workdir:
        wanted = job(workdir, Setting("map", 2), "db_insert", **parameters)
        for deadline_s in (1.5, 6, 24):  # a busy machine may need more than the shortest to begin at all
            found = launch(workdir, wanted, deadline_s).round
            if found.items_expected:
                break
    assert (found.outcome, found.items_expected) == (Outcome.HUNG, 200)
    assert not made(server, Place(tmp_path, Path(wanted.round_dir)))


def test_a_round_runs_in_a_host(db: str, tmp_path: Path) -> None:
    """A whole round, host, strategy and check: done, and the server tells its version and maximum."""
    with open_workdir(tmp_path) as workdir:
        setting = Setting("map", 1 if db == "duckdb" else 4)
        found = launch(workdir, job(workdir, setting, "db_insert", db=db, **SMALL), PATIENCE_S).round
    assert (found.outcome, found.reason, found.items_done) == (Outcome.OK, "", 3)
    assert found.evidence["rows"] == 21
    if "://" in db:
        assert found.facts["server"].startswith(("PostgreSQL ", "MariaDB ", "MySQL "))
        assert found.facts["max_connections"] > 0


@pytest.mark.server
def test_a_mysql_url_is_taken_like_mariadbs(place: Place) -> None:
    """`mysql://` reaches the same server by the same library: rows are stored, and its limits are told."""
    words = servers.database("mariadb").replace("mariadb://", "mysql://")
    parameters = Parameters(db=words, **SMALL)
    with begun(parameters, place) as items:
        results = [db_insert.insert_rows(item) for item in items]
        assert db_insert.check(parameters, place, results)["rows"] == 21
    assert _databases.limits(words, [Setting("map", 3)])[0].startswith(f"{words}: at most 3 connections")


@pytest.mark.parametrize("method", ["transaction", *in_matrix(("row",))])
def test_a_single_writer_loses_no_row(db: str, tmp_path: Path, method: str) -> None:
    """Workers parse and one process writes, on every database, DuckDB included: every row is there once."""
    with open_workdir(tmp_path) as workdir:
        wanted = job(
            workdir, Setting("single_writer", 4), "db_insert", db=db, method=method, batches=9, rows_per_item=7
        )
        found = launch(workdir, wanted, PATIENCE_S).round
    assert (found.outcome, found.reason, found.items_done, found.items_again) == (Outcome.OK, "", 9, 0)
    assert (found.evidence["rows"], len(found.workers), found.retries) == (63, 4, 0)


def test_connections_are_told_beside_the_servers_maximum(server: str) -> None:
    """The line names the connections of the largest setting, and what the server takes and has left."""
    (line,) = _databases.limits(server, [Setting("map", 1), Setting("map", 3), Setting("map", 2)])
    kind = postgres if server.startswith("postgresql") else mariadb
    found = kind.capacity(servers.parsed(server))
    assert line.startswith(f"{server}: at most 3 connections (3 workers x 1 each); ")
    assert f"free of {found.most} on {found.server}" in line


def test_a_setting_beyond_the_servers_maximum_is_refused(server: str) -> None:
    """A setting with more workers than the server has connections left is refused, both named."""
    kind = postgres if server.startswith("postgresql") else mariadb
    most = kind.capacity(servers.parsed(server)).most
    with pytest.raises(UsageError, match=rf"map-w{most + 1}-fork-given needs {most + 1} connections .* of {most} on"):
        _databases.limits(server, [Setting("map", 1), Setting("map", most + 1)])


def test_a_single_writer_needs_one_connection(server: str) -> None:
    """However many workers parse: one connection is told, and none is refused for them."""
    (line,) = _databases.limits(server, [Setting("single_writer", 900)])
    assert line.startswith(
        f"{server}: at most 1 connection (single_writer: one process writes, whatever the workers); "
    )
    (line,) = _databases.limits(server, [Setting("single_writer", 900), Setting("map", 2)])
    assert "at most 2 connections (2 workers x 1 each)" in line


def test_connections_in_use_are_not_left(server: str) -> None:
    """Three connections that are open already are three that a round can't have."""
    kind = postgres if server.startswith("postgresql") else mariadb
    where = servers.parsed(server)
    with contextlib.ExitStack() as stack:
        for _ in range(3):
            stack.enter_context(contextlib.closing(kind.connect(where)))
        found = kind.capacity(where)
    assert found.in_use >= 3
    assert found.left == found.most - found.reserved - found.in_use


@pytest.mark.server
def test_reserved_connections_are_not_left() -> None:
    """PostgreSQL keeps some connections for superusers: a role that is none does not count on them."""
    words = servers.database("postgres")
    with servers.user(words, "any") as template:
        found = postgres.capacity(servers.parsed(template.replace(":{}", "")))
    ((reserved,),) = servers.ask(words, "SELECT current_setting('superuser_reserved_connections')::int")
    assert found.reserved >= reserved > 0


@pytest.mark.server
def test_a_roles_own_limit_counts() -> None:
    """Where a role may have fewer connections than the server, its own limit is the one that is told and holds."""
    words = servers.database("postgres")
    with servers.user(words, "any") as template:
        url = template.replace(":{}", "")
        servers.ask(words, f"ALTER ROLE {servers.parsed(url).user} CONNECTION LIMIT 2")
        assert "2 free of 2 on PostgreSQL" in _databases.limits(url, [Setting("map", 2)])[0]
        with pytest.raises(UsageError, match=r"3 connections .* from this role"):
            _databases.limits(url, [Setting("map", 3)])


def test_a_setting_needs_what_its_workers_open() -> None:
    """What is left, to the last connection, may be used, and not one more."""
    there = capacity.Capacity("a server", 10, 3, 2)
    assert "5 free of 10" in capacity.connections([Setting("map", 5)], there, "there")
    with pytest.raises(UsageError, match="needs 6 connections"):
        capacity.connections([Setting("map", 6)], there, "there")


@pytest.mark.server
def test_a_user_who_may_not_make_anything_is_told_so(place: Place) -> None:
    """A role without the right to make a schema gets one line with what to grant, before any item runs."""
    words = servers.database("postgres")
    with servers.user(words, "any") as template:
        url = template.replace(":{}", "")
        where = servers.parsed(url)
        servers.ask(words, f"REVOKE CREATE ON DATABASE {where.database} FROM {where.user}")
        with pytest.raises(UsageError, match=r"permission denied for database .*: grant this role CREATE"):
            db_insert.setup(Parameters(db=url), place)


def test_duckdb_takes_one_writer() -> None:
    """DuckDB refuses a setting with two writing processes in one line, and takes one."""
    taken = [Setting("serial"), Setting("map", 1), Setting("single_writer", 8)]
    assert _databases.limits("duckdb", taken) == ()
    with pytest.raises(UsageError, match=r"one writing process, but map-w2-fork-given has 2.* single_writer"):
        _databases.limits("duckdb", [Setting("serial"), Setting("map", 2)])


def test_duckdb_says_who_can_not_have_the_file(place: Place) -> None:
    """A second process that wants the file while the first has it gets one line that says why."""
    parameters = Parameters(db="duckdb", **SMALL)
    with begun(parameters, place) as items:
        db_insert.insert_rows(items[0])
        here, there = FORK.Pipe()
        other = multiprocessing.get_context("spawn").Process(target=try_to_insert, args=(items[1], there))
        other.start()
        told = here.recv()
        other.join()
    assert told.startswith("UsageError: DuckDB allows only one writing process, and readings.duckdb can't be opened")
    assert "\n" not in told


def try_to_insert(item: db_insert.Batch, told: Any) -> None:
    """Insert, and send what was raised."""
    try:
        db_insert.insert_rows(item)
        told.send("stored")
    except Exception as error:  # noqa: BLE001  whatever it is, the test wants to see it
        told.send(f"{type(error).__name__}: {error}")


@pytest.mark.parametrize(
    ("words", "module", "library"),
    [
        ("duckdb", "duckdb", "duckdb>="),
        ("postgresql://nobody@127.0.0.1/none", "psycopg", "psycopg[binary]>="),
        ("mysql://nobody@127.0.0.1/none", "pymysql", "pymysql>="),
    ],
)
def test_an_absent_driver_is_one_line(monkeypatch: pytest.MonkeyPatch, words: str, module: str, library: str) -> None:
    """Where the library is absent, the line says how to install it; parameters can be put in words all the same."""
    monkeypatch.setitem(sys.modules, module, None)
    parameters = Parameters(db=words)
    command = f": python -m pip install '{re.escape(library)}"
    with pytest.raises(UsageError, match=rf"needs the library {module} .*{command}"):
        db_insert.limits(parameters, [Setting("serial")])


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"db": "oracle"}, "db_insert.db: unknown database: choose from sqlite, duckdb, mariadb://"),
        ({"db": "oracle://me@there/it"}, "db_insert.db: unknown database"),
        ({"method": "copy"}, "db_insert.method can't be 'copy' with sqlite: choose from row, batch, multi-row"),
        ({"db": "mysql://me@there/it", "method": "copy"}, "db_insert.method can't be 'copy' with mysql"),
        ({"db": "duckdb", "journal": "rollback"}, "db_insert.journal is for SQLite only: omit it with duckdb"),
        ({"db": "$LIGHTWORK_NOT_SET"}, "db_insert.db: a database is to be found in the variable LIGHTWORK_NOT_SET"),
        ({"db": "$not a name"}, "db_insert.db: unknown database: after $ write the name"),
    ],
)
def test_what_no_database_can_do_is_refused(given: dict[str, Any], told: str) -> None:
    """An unknown database, and a method or a journal that the database hasn't, are usage errors."""
    with pytest.raises(UsageError) as refused:
        Parameters(**given)
    assert str(refused.value).startswith(told)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("scheme", ["postgresql", "mariadb"])
def test_a_server_that_is_not_there_is_one_line(scheme: str, place: Place) -> None:
    """Where nobody answers, the round is refused in one line that names the URL."""
    parameters = Parameters(db=f"{scheme}://me@127.0.0.1:1/it")
    for refused in (lambda: db_insert.setup(parameters, place), lambda: db_insert.limits(parameters, [Setting("map")])):
        with pytest.raises(
            UsageError, match=rf"{scheme}://me@127.0.0.1:1/it can't be used .* start the server"
        ) as told:
            refused()
        assert "\n" not in str(told.value)


def test_mariadb_wants_a_database(place: Place) -> None:
    """A URL without a database says so, rather than failing at the first table."""
    with pytest.raises(UsageError, match=r"mariadb://me@127.0.0.1 names no database"):
        db_insert.setup(Parameters(db="mariadb://me@127.0.0.1"), place)


def test_a_cluster_that_is_there_is_refused(monkeypatch):
    """Its workers would keep their connections after the round: no database is stored into from there."""
    monkeypatch.setenv(cluster_facts.SCHEDULER, "tcp://127.0.0.1:8786")
    with pytest.raises(UsageError, match="its workers outlive the round"):
        _databases.limits("sqlite", [Setting("dask", 2)])
    assert _databases.limits("sqlite", [Setting("map", 2)]) == ()
    monkeypatch.delenv(cluster_facts.SCHEDULER)
    assert _databases.limits("sqlite", [Setting("dask", 2)]) == ()
