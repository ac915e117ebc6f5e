"""A built-in workload is planned with parameters of its own."""

import pytest

from lightwork.cli import parser
from lightwork.core.setting import Setting
from lightwork.errors import UsageError
from lightwork.planning.built_in import built_in, refuse_beyond_limits
from lightwork.planning.cli_request import request_of

SECRET = "hunter2"
MACHINE = {"usable_cpus": 2.0}


def request(folder, *words):
    """The request that these words of a command line make."""
    return request_of(parser().parse_args(["plan", *words]), folder, MACHINE)


def test_parameters_are_taken_by_name(tmp_path):
    """Given parameters go to every round as the workload takes them, and stand in the plan's name; others do not."""
    found = request(tmp_path, "csv_to_db", "--param", "files=30", "--param", "csv_to_db.method=batch")
    assert (found.target, dict(found.parameters)) == ("csv_to_db", {"files": 30, "method": "batch"})
    assert found.name == "csv_to_db files=30 method=batch"
    assert request(tmp_path, "csv_to_db").name == "csv_to_db"


def test_a_database_is_taken_before_a_parameter(tmp_path):
    """--db is the parameter db, and a parameter of that name goes before it."""
    assert request(tmp_path, "db_insert", "--db", "sqlite").parameters == {"db": "sqlite"}
    found = request(tmp_path, "db_insert", "--db", "duckdb", "--param", "db=sqlite", "--param", "batches=2")
    assert found.parameters == {"db": "sqlite", "batches": 2}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["csv_to_db", "--param", "file=3"], "unknown parameter of workload csv_to_db 'file': choose from files"),
        (["csv_to_db", "--param", "files=many"], "csv_to_db.files can't be 'many'"),
        (["csv_to_db", "--param", "files"], "a parameter can't be 'files': write NAME=VALUE, like files=30"),
        (["csv_parse", "--db", "sqlite"], "csv_parse has no database: omit --db"),
        (["json:dumps", "1", "2", "--param", "files=3"], "--param is for built-in workloads"),
        (["json:dumps", "1", "2", "--db", "sqlite"], "--db is for built-in workloads"),
        (
            ["db_insert", "--db", "duckdb", "--workers", "1,2"],
            "DuckDB allows only one writing process, but .*-w2.* has 2",
        ),
    ],
)
def test_what_can_not_be_planned_is_one_line(tmp_path, words, told):
    """An unknown parameter, a bad value, a database that nobody takes, a limit: said before anything runs."""
    with pytest.raises(UsageError, match=told) as refused:
        request(tmp_path, *words)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "word", [f"postgresql://me:{SECRET}@there/it", f"postgresql://me:a={SECRET}@there/it", f"b://me.{SECRET}=x@there"]
)
def test_a_url_without_its_name_is_not_repeated(word):
    """What was meant for --db may hold a password, wherever its equals sign stands."""
    with pytest.raises(UsageError) as refused:
        built_in("db_insert", [word], None)
    assert SECRET not in str(refused.value)


def test_a_password_is_hidden_where_it_is_read(tmp_path):
    """Neither the request nor its name holds it."""
    found = request(tmp_path, "db_insert", "--db", f"mariadb://me:{SECRET}@127.0.0.1:1/it", "--cores", "4")
    assert found.name == "db_insert db=mariadb://me:***@127.0.0.1:1/it"
    assert SECRET not in repr(found)


def test_limits_are_those_of_the_parameters():
    """A limit is asked of the database that was given, not of the default one."""
    refuse_beyond_limits(built_in("db_insert", [], None), [Setting("map", 8)])
    with pytest.raises(UsageError, match="DuckDB allows only one writing process"):
        refuse_beyond_limits(built_in("db_insert", ["db=duckdb"], None), [Setting("map", 8)])
