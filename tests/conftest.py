"""What all tests share: no test sees another's data, and every process a test starts can import the toys."""

import importlib
import os
import signal
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
import servers
from benches import TINY, SavedRun, bench, saved_in
from browsing import chromium
from hypothesis import HealthCheck, settings
from made_once import made_once
from progress import pytest_configure  # noqa: F401  pytest finds it here
from repository import REPOSITORY, SUPPORT
from users import User, furnish

from lightwork.machine import start_method

# The same examples in every run, so that none fails on one day alone; `--hypothesis-profile=search` draws others.
# However busy the machine, an example may take its time.
PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True, database=None)
settings.register_profile("home", PATIENT, max_examples=20)
settings.register_profile("ci", PATIENT, max_examples=100)
settings.register_profile("search", PATIENT, max_examples=100, derandomize=False)
settings.load_profile("ci" if os.environ.get("CI") else "home")
TESTS = Path(__file__).parent
LONG = ("commands", "faults", "strategies", "report", "workloads", "storage", "study")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests by what they ask for, and put long files first: else one process is left with some at the end."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")
        if hasattr(item, "callspec") and {*servers.SERVERS} & {*map(str, item.callspec.params.values())}:
            item.add_marker("server")
    items.sort(key=lambda item: item.path.parent != TESTS and item.path.parent.name not in LONG)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """A line for each reason why tests were skipped."""
    reasons = Counter(report.longrepr[2] for report in terminalreporter.stats.get("skipped", ()))
    for reason, tests in reasons.most_common():
        terminalreporter.write_line(f"{tests} {reason[0].lower()}{reason[1:]}")


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    """One browser for all pages of a module, and gone when that is done: others look for children left behind."""
    with chromium() as launched:
        yield launched


@pytest.fixture(scope="session")
def stats() -> ModuleType:
    """Scipy's own statistics, to compare ours with: a second or more to load, so only where a test asks for them."""
    return importlib.import_module("scipy.stats")


@pytest.fixture(scope="session", autouse=True)
def _interrupts_are_heard() -> None:
    """What tests start hears Ctrl-C, also where this run is a script's background job, which ignores it."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session", autouse=True)
def _toys_everywhere() -> Iterator[None]:
    """Hosts and spawned workers find toys and planted work, as a user's own module is found: through PYTHONPATH."""
    folders = [str(SUPPORT), str(REPOSITORY / "bench"), *filter(None, [os.environ.get("PYTHONPATH")])]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join(folders))
        patch.delenv("PYTEST_XDIST_WORKER", raising=False)  # a pytest that a test starts is none of this run's workers
        yield


@pytest.fixture(autouse=True)
def _data_of_its_own(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """LIGHTWORK_DATA is a folder of the test's own, unless it asks for the session's prepared `data_dir`."""
    if "data_dir" not in request.fixturenames:
        monkeypatch.setenv("LIGHTWORK_DATA", str(tmp_path / "data"))


@pytest.fixture
def user(tmp_path: Path) -> User:
    """A user with 24 files of 4 ms each on a calibrated machine."""
    return furnish(tmp_path)


@pytest.fixture(scope="session")
def saved_run(tmp_path_factory: pytest.TempPathFactory, _toys_everywhere: None) -> SavedRun:
    """One real run, saved without a name and by --benchmark-json as well: shared, so only to be read."""
    return made_once(tmp_path_factory, "saved-run", _saved_in)


def _saved_in(folder: Path) -> SavedRun:
    also = folder / "elsewhere" / "run.json"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LIGHTWORK_DATA", str(folder / "data"))
        found = bench(folder, *TINY, "--workers", "1,2", "--benchmark-save", f"--benchmark-json={also}")
    assert found.returncode == 0, found.stdout
    (path,) = saved_in(folder)
    return SavedRun(folder, path, also, found.stdout)


@pytest.fixture(scope="module")
def forks() -> Iterator[None]:
    """Processes are forked where nothing is said, whatever this Python's own start method is."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(start_method, "default", lambda: "fork")
        yield
