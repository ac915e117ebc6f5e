"""The database servers that tests talk to: those that variables name, or the usual ones of this machine.

A test that needs one is skipped, with the reason, where it doesn't answer; in CI (`CI=true`) that is a failure.
"""

import contextlib
import functools
import os
import secrets
from collections.abc import Iterator

import pytest

from lightwork.core.setting import Setting
from lightwork.errors import UsageError
from lightwork.workloads import _databases
from lightwork.workloads._databases import url
from lightwork.workloads._databases.servers import mariadb, module_of, names, postgres
from lightwork.workloads._databases.words import read

ALL = {
    "sqlite": "sqlite",
    "duckdb": "duckdb",
    **{
        name: os.environ.get(
            f"LIGHTWORK_TEST_{name.upper()}", f"{next(iter(module_of(name).SCHEMES))}://root@127.0.0.1/test"
        )
        for name in names()
    },
}
SERVERS = ("postgres", "mariadb")


def database(name: str) -> str:
    """The words for this database, where it can be had; else the test is skipped, or fails in CI."""
    words, missing = _found(name)
    if missing and os.environ.get("CI") == "true":
        pytest.fail(f"CI has every database, but {missing}", pytrace=False)
    if missing:
        pytest.skip(missing)
    return words


def answering(name: str) -> str:
    """The words for this database, "" where it can't be had."""
    words, missing = _found(name)
    return "" if missing else words


@functools.cache
def _found(name: str) -> tuple[str, str]:
    words, _ = _databases.checked(ALL[name])
    try:
        _databases.limits(words, [Setting("serial")])
    except UsageError as error:
        return words, str(error)
    return words, ""


def parsed(words: str) -> url.Url:
    """The parts of a server's URL."""
    return read(words)


def ask(words: str, *statements: str) -> list[tuple]:
    """What the server answers to the last of these statements, in a connection of its own."""
    kind = postgres if words.startswith("postgresql") else mariadb
    with contextlib.closing(kind.connect(parsed(words))) as connection, connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
        return list(cursor.fetchall()) if cursor.description else []


def made_by_us(words: str) -> set[str]:
    """Everything that lightwork has made on the server and not yet dropped."""
    asked = (
        "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'lightwork%'"
        if words.startswith("postgresql")
        else "SELECT table_name FROM information_schema.tables WHERE table_name LIKE 'lightwork%'"
    )
    return {name for (name,) in ask(words, asked)}


@contextlib.contextmanager
def user(words: str, password: str) -> Iterator[str]:
    """The server's URL, `{}` where the password goes, for a user of this password; dropped at the end."""
    name = f"lightwork_{secrets.token_hex(4)}"
    where = parsed(words)
    if where.scheme == "postgresql":
        alone = "SELECT pg_advisory_lock(1)"  # else grants of two tests at once fail: "tuple concurrently updated"
        make = (
            alone,
            f"CREATE ROLE {name} LOGIN PASSWORD '{password}'",
            f"GRANT CREATE ON DATABASE {where.database} TO {name}",
        )
        drop = (alone, f"DROP OWNED BY {name} CASCADE", f"DROP ROLE {name}")
    else:
        make = (f"CREATE USER {name}@'%' IDENTIFIED BY '{password}'", f"GRANT ALL ON {where.database}.* TO {name}@'%'")
        drop = (f"DROP USER {name}@'%'",)
    ask(words, *make)
    try:
        port = f":{where.port}" if where.port else ""
        yield f"{where.scheme}://{name}:{{}}@{where.host}{port}/{where.database}"
    finally:
        ask(words, *drop)
