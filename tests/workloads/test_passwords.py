"""Passwords reach no file, no log, no page and no traceback."""

import contextlib
import json
import os
import re
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import servers
from benches import bench, command, lightwork, rounds_kept, saved_in
from calibrations import calibrate
from hypothesis import given
from hypothesis import strategies as st
from registered import in_matrix

from lightwork.core.setting import Setting
from lightwork.errors import UsageError
from lightwork.study import bench_request, design
from lightwork.workload import parameters
from lightwork.workload.api import Place
from lightwork.workload.registry import find
from lightwork.workloads import _databases
from lightwork.workloads._databases.servers import postgres

PASSWORD = "op3n/s:e@s#a?m%e"  # with everything that a URL writes otherwise
OTHER = "not the p4ssword"
PRINTABLE = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1)
SECRET = "hunter2"
# What the driver raises where the server's last words arrived, and where the connection was gone before they were read.
BROKEN_CONNECTION = r"^psycopg\.(errors\.AdminShutdown|OperationalError): "


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What a test leaves in the environment goes with it."""
    before = dict(os.environ)
    yield
    for name in set(os.environ) - set(before):
        del os.environ[name]


@given(PRINTABLE)
def test_a_password_is_taken_out_and_kept_for_the_driver(password: str) -> None:
    """Whatever the password, the words hide it, the driver is given it, and hiding twice changes nothing."""
    given_words = f"postgresql://me:{quote(password, safe='')}@there:5433/it?sslmode=require"
    words, kind = _databases.checked(given_words)
    assert (words, kind) == ("postgresql://me:***@there:5433/it?sslmode=require", "postgresql")
    assert servers.parsed(words).password() == password
    assert _databases.checked(words) == (words, kind)
    assert servers.parsed(words).password() == password


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("postgres://u:x@h:1/d%20b", ("postgresql://u:***@h:1/d%20b", "u", "h", 1, "d b", {})),
        (
            "postgresql:///d?host=/pg",
            ("postgresql:///d?host=/pg", None, None, None, "d", {"host": "/pg"}),
        ),
        ("mysql://u%40x@[::1]/d", ("mysql://u%40x@[::1]/d", "u@x", "::1", None, "d", {})),
        ("mariadb://u:@h/d", ("mariadb://u@h/d", "u", "h", None, "d", {})),
    ],
)
def test_the_parts_of_a_url(words: str, expected: tuple[Any, ...]) -> None:
    """User, host, port, database and options are read as they were meant; an empty password is none."""
    hidden, _ = _databases.checked(words)
    found = servers.parsed(hidden)
    assert (hidden, found.user, found.host, found.port, found.database, dict(found.options)) == expected


@pytest.mark.parametrize(
    "words",
    [
        f"postgresql://me:pa/{SECRET}@there/it",
        f"postgresql://me:12/{SECRET}@there/it",
        f"postgresql://me:pa#{SECRET}@there/it",
        f"postgresql://me:12#{SECRET}@there/it",
        f"postgresql://me:pa?{SECRET}@there/it",
        f"postgresql://me:12?{SECRET}@there/it",
        f"postgresql://me:pa[{SECRET}@there/it",
        f"postgresql://me@there/it?password={SECRET}",
        f"postgresql://me@there/it?{SECRET}",
        f"postgresql://me:{SECRET}%00@there/it",
        f"oracle://me:{SECRET}@there/it",
        f"me:{SECRET}@there/it",
        SECRET,
        f"${SECRET}!",
    ],
)
def test_words_that_can_not_be_read_are_not_repeated(words: str) -> None:
    """A URL that is refused may hold a password where none is looked for: the error does not quote it."""
    with pytest.raises(UsageError) as refused:
        parameters.build("db_insert", find("db_insert").parameters, {"db": words})
    assert SECRET not in str(refused.value)
    assert "\n" not in str(refused.value)
    assert SECRET not in repr(refused.value.__cause__)
    assert refused.value.__suppress_context__ or SECRET not in repr(refused.value.__context__)


def test_a_misspelt_option_does_not_repeat_the_url() -> None:
    """A parameter without its workload's name is refused without what follows the scheme."""
    with pytest.raises(UsageError, match=r"a parameter can't be 'db=postgresql'") as refused:
        bench_request.read({"param": [f"db=postgresql://me:{SECRET}@there/it"]})
    assert SECRET not in str(refused.value)


def test_nothing_that_is_kept_has_the_password(tmp_path: Path) -> None:
    """Labels, grids, designs, parameters and items: everything that is saved or sent has the hidden words only."""
    words = f"mariadb://me:{SECRET}@there/it"
    options: Mapping[str, Any] = {"workloads": "db_insert", "param": [f"db_insert.db={words}"], "workers": "2"}
    found = bench_request.read(options)
    ((label, grid),) = found.grids.items()
    workload = find("db_insert")
    chosen = parameters.build("db_insert", workload.parameters, {"db": words})
    kept = [found, design.label_of(workload, chosen), parameters.as_dict(chosen), chosen]
    kept += workload.items(chosen, Place(tmp_path, tmp_path / "round"))
    assert "db=mariadb://me:***@there/it" in label
    assert grid.parameters["db"] == chosen.db == "mariadb://me:***@there/it"
    assert SECRET not in repr(kept)


def test_a_hidden_password_that_is_not_known_is_asked_for() -> None:
    """A URL copied from a report lacks its password: the line says so, in place of a failed login."""
    words = "postgresql://me:***@127.0.0.1/never-given"
    with pytest.raises(UsageError, match=r"the password of postgresql://me:\*\*\*@127.0.0.1/never-given is not known"):
        _databases.limits(words, [Setting("serial")])


@pytest.mark.parametrize("form", ["$LIGHTWORK_TEST_URL", "${LIGHTWORK_TEST_URL}"])
def test_a_url_can_come_from_a_variable(monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    """`$NAME` is the URL in that variable, so that no command line need hold the password; labels show the URL."""
    monkeypatch.setenv("LIGHTWORK_TEST_URL", f"mysql://me:{SECRET}@there/it")
    words, _ = _databases.checked(form)
    assert words == "mysql://me:***@there/it"
    assert servers.parsed(words).password() == SECRET


def everything_in(folder: Path) -> Iterator[tuple[str, bytes]]:
    """The name and the bytes of every file below the folder."""
    for path in folder.rglob("*"):
        if path.is_file():
            yield str(path), path.read_bytes()


def leaks(folder: Path, printed: str, *passwords: str) -> list[str]:
    """Where any of the passwords stands, as it is or as a URL writes it."""
    found = {text.encode() for password in passwords for text in (password, quote(password, safe=""), quote(password))}
    texts = [("the terminal", printed.encode()), *everything_in(folder)]
    return [where for where, text in texts if any(secret in text for secret in found)]


def measured(folder: Path, database: str, *more: str) -> Any:
    """A bench run of db_insert on this database, everything that it may write in this folder."""
    options = (
        "--workloads", "db_insert", "--param", f"db_insert.db={database}", "--param", "db_insert.batches=2",
        "--strategies", "map", "--workers", "2", "--blocks", "2", "--benchmark-save",
        f"--benchmark-json={folder / 'also.json'}", *more,
    )  # fmt: skip
    return bench(folder, *options)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that holds whatever a run writes: data, temporary files, results."""
    for name, variable in (
        ("data", "LIGHTWORK_DATA"),
        ("tmp", "TMPDIR"),
        ("home", "HOME"),
        ("cache", "XDG_CACHE_HOME"),
    ):
        (tmp_path / name).mkdir()
        monkeypatch.setenv(variable, str(tmp_path / name))
    return tmp_path


@pytest.mark.matrix
@pytest.mark.parametrize("name", servers.SERVERS)
def test_no_password_in_a_real_run(folder: Path, name: str) -> None:
    """A measured, saved and reported run holds the URL with `***`, and the password nowhere."""
    with servers.user(servers.database(name), PASSWORD) as template:
        found = measured(folder, template.format(quote(PASSWORD, safe="")))
    assert found.returncode == 0, found.stdout
    (saved,) = saved_in(folder)
    if name == "mariadb":  # the page is made of the same data whatever the server
        reported = lightwork(folder, "report", str(saved))
        assert reported.returncode == 0, reported.stdout
        assert template.format("***").encode() in b"".join(text for _, text in everything_in(folder / "reports"))
    (study,) = json.loads(saved.read_text())["lightwork"]["studies"]
    assert study["parameters"]["db"] == template.format("***")
    assert template.format("***") in found.stdout
    assert not leaks(folder, found.stdout, PASSWORD)


@pytest.mark.server
@pytest.mark.matrix
def test_no_password_in_what_a_killed_run_leaves(folder: Path) -> None:
    """Journal, ledgers, job and everything else that a SIGKILL leaves lying about is without the password."""
    with servers.user(servers.database("postgres"), PASSWORD) as template:
        words = command(
            "--workloads", "db_insert", "--param", f"db_insert.db={template.format(quote(PASSWORD, safe=''))}",
            "--param", "db_insert.batches=2", "--strategies", "map", "--workers", "2", "--blocks", "200",
        )  # fmt: skip
        process = subprocess.Popen(
            words, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        give_up = time.monotonic() + 200
        while time.monotonic() < give_up and process.poll() is None and rounds_kept(folder) < 3:
            time.sleep(0.02)
        process.kill()
        process.wait()
    left = dict(everything_in(folder))
    assert any(name.endswith("journal.jsonl") and template.format("***").encode() in left[name] for name in left)
    assert any(name.endswith("job.json") for name in left)
    assert not leaks(folder, "", PASSWORD)


@pytest.mark.server
@pytest.mark.matrix
def test_no_password_in_a_plan(folder: Path) -> None:
    """A plan in all its forms names the workload with its parameters, the URL with `***`, and the password nowhere."""
    calibrate(folder / "data")
    forms = [word for form in ("html", "json", "md", "csv") for word in (f"--{form}", f"plan.{form}")]
    with servers.user(servers.database("postgres"), PASSWORD) as template:
        url = template.format(quote(PASSWORD, safe=""))
        found = lightwork(
            folder, "plan", "db_insert", "--db", url, "--param", "batches=4", "--param", "rows_per_item=20",
            "--strategies", "map", "--workers", "2", "--orders", "given", "--chunksizes", "default", "--blocks", "1",
            *forms,
        )  # fmt: skip
    assert found.returncode == 0, found.stdout
    verdict = json.loads((folder / "plan.json").read_text())
    assert verdict["target"] == f"db_insert batches=4 rows_per_item=20 db={template.format('***')}"
    assert (verdict["items"], len(verdict["cells"])) == (4, 1)
    assert not leaks(folder, found.stdout, PASSWORD)


@pytest.mark.parametrize("scheme", ["postgresql", *in_matrix(("mysql",))])
def test_no_password_when_a_plan_is_refused(folder: Path, scheme: str) -> None:
    """A server that doesn't answer ends a plan with status 2 and one line, without the password."""
    url = f"{scheme}://me:{quote(PASSWORD, safe='')}@127.0.0.1:1/it"
    found = lightwork(folder, "plan", "db_insert", "--db", url)
    assert (found.returncode, found.stdout.count("\n")) == (2, 1)
    assert f"{scheme}://me:***@127.0.0.1:1/it can't be used" in found.stdout
    assert not leaks(folder, found.stdout, PASSWORD)


@pytest.mark.matrix
@pytest.mark.server
def test_no_password_when_it_is_wrong(folder: Path) -> None:
    """A refused login ends the run with status 2 and one line, with neither the right nor the wrong password."""
    with servers.user(servers.database("mariadb"), PASSWORD) as template:
        found = measured(folder, template.format(quote(OTHER)))
    assert found.returncode == 2
    assert re.search(r"Exit: mariadb://\w+:\*\*\*@.* can't be used \(Access denied", found.stdout)
    assert "Traceback" not in found.stdout
    assert not leaks(folder, found.stdout, PASSWORD, OTHER)


@pytest.mark.parametrize("scheme", ["mariadb", *in_matrix(("postgresql",))])
def test_no_password_when_the_server_is_gone(folder: Path, scheme: str) -> None:
    """A server that doesn't answer ends the run with status 2 and one line, without the password."""
    found = measured(folder, f"{scheme}://me:{quote(PASSWORD, safe='')}@127.0.0.1:1/it")
    assert found.returncode == 2
    assert f"Exit: {scheme}://me:***@127.0.0.1:1/it can't be used" in found.stdout
    assert "Traceback" not in found.stdout
    assert not leaks(folder, found.stdout, PASSWORD)


@pytest.mark.server
@pytest.mark.matrix
def test_no_password_when_connections_break(folder: Path) -> None:
    """Connections that the server ends in mid-round fail the rounds with a traceback, without the password."""
    words, over = servers.database("postgres"), threading.Event()
    with servers.user(words, PASSWORD) as template:
        user = servers.parsed(template.replace(":{}", "")).user
        ending = (
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{user}' AND query LIKE 'INSERT%'"
        )

        def end_them() -> None:
            with contextlib.closing(postgres.connect(servers.parsed(words))) as connection:
                while not over.wait(0.02):
                    connection.execute(ending)

        many = ("--param", "db_insert.method=row", "--param", "db_insert.rows_per_item=20000")  # no item ends before
        killer = threading.Thread(target=end_them)
        killer.start()
        try:
            found = measured(folder, template.format(quote(PASSWORD, safe="")), *many)
        finally:
            over.set()
            killer.join()
    assert found.returncode == 1, found.stdout
    assert "the serial round raised: " in found.stdout
    assert "Traceback (most recent call last):" in found.stdout
    assert re.search(BROKEN_CONNECTION, found.stdout, re.MULTILINE), found.stdout
    assert f"in item 0: Batch(database='{template.format('***')}#" in found.stdout
    assert not leaks(folder, found.stdout, PASSWORD)


def test_the_search_finds_what_is_there(tmp_path: Path) -> None:
    """The search for leaks sees a password in a file's middle and on the terminal, in either spelling."""
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "page.html").write_text(f"<p>{PASSWORD}</p>")
    assert leaks(tmp_path, "", PASSWORD) == [str(tmp_path / "deep" / "page.html")]
    assert leaks(tmp_path / "deep" / "none", quote(PASSWORD, safe=""), PASSWORD) == ["the terminal"]
