"""The pytest plugin: measures the selected cells in interleaved blocks and hands their rounds to pytest-benchmark.

    collection -> cells wanted -> one study per workload -> each test takes its own cell -> saved JSON

Load it early, with `-p lightwork.pytest_plugin`: it lets `--benchmark-save` go without a name. It imports
nothing heavy; the analysis is loaded when the first study is over.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from lightwork.cluster import visit
from lightwork.commands.options import SHARED, add_alias
from lightwork.core import cluster_facts
from lightwork.core.setting import Setting
from lightwork.errors import UsageError, WorkError
from lightwork.launch.ending import ended_as_by_ctrl_c
from lightwork.pytest_study import let_save_go_without_a_name
from lightwork.storage import pytest_benchmark
from lightwork.storage.results_json import KEY
from lightwork.study import resume
from lightwork.study.bench_request import WantedCell, read
from lightwork.study.session import Measured, Session
from lightwork.text.quantities import counted, duration

JOURNALS = Path("results/journals")
AXES = ("strategy", "workers", "chunksize", "start_method", "order", "cores", "pool")
NO_TIME = "not measured within the profile's time: choose fewer with --workloads or --strategies"
_key = pytest.StashKey[Session]()
_ending = pytest.StashKey[list[int]]()


def _shared(name: str, default: str) -> tuple[str, str]:
    return SHARED[name].metavar, f"{SHARED[name].help} (default: {default})"


OPTIONS: dict[str, tuple[str, str]] = {
    "--profile": ("NAME", "the settings to measure: quick or full (default: quick)"),
    "--workloads": ("NAMES", "comma-separated (default: the profile's)"),
    "--strategies": _shared("--strategies", "the profile's"),
    "--workers": _shared("--workers", "the profile's"),
    "--chunksizes": _shared("--chunksizes", "the profile's"),
    "--start-methods": _shared("--start-methods", "this Python's own"),
    "--orders": _shared("--orders", "given"),
    "--cores": ("COUNTS", "limit rounds to this many cores: all,1,2"),
    "--pool": ("NAMES", "fresh starts a pool in each round, warm reuses one (default: fresh)"),
    "--db": ("URL", "the database to load into: sqlite, duckdb, a URL or '$NAME' of a variable"),
    "--scheduler": ("tcp://HOST:PORT", "run the strategy dask on this scheduler's cluster"),
    "--param": ("WORKLOAD.NAME=VALUE", "a workload's parameter; repeatable"),
    "--blocks": ("LEAST-MOST", "number of blocks: 6-12 or a single number"),
    "--budget": ("SECONDS", "start no new block of a workload after this long"),
    # --timeout is pytest-timeout's, for a whole test.
    "--timeout-s": ("TIME", _shared("--timeout", "from the serial time")[1]),
    "--on-crash": _shared("--on-crash", "report"),
    "--seed": _shared("--seed", "1"),
}
RESUME = ("--resume", "RUN", "resume an interrupted run: its name in results/journals (default: the latest)")


@pytest.hookimpl(tryfirst=True)
def pytest_addoption(parser: pytest.Parser) -> None:
    """Add lightwork' options, and let pytest-benchmark's --benchmark-save go without a name."""
    group = parser.getgroup("lightwork", "lightwork: what to measure, and for how long")
    for option, (metavar, text) in OPTIONS.items():
        action = "append" if option == "--param" else "store"
        group.addoption(option, metavar=metavar, help=text, action=action, default=None)
        if option in SHARED and SHARED[option].singular:
            add_alias(group.addoption, SHARED[option].singular, option)
    option, metavar, text = RESUME
    group.addoption(option, metavar=metavar, help=text, nargs="?", const="latest", default=None)
    let_save_go_without_a_name(parser, _name_or_path)


def _name_or_path(parse: Callable[[str], str]) -> Callable[[str], str]:
    """pytest-benchmark's reading of a name, but a path is let through, to be refused in words of our own."""
    return lambda value: value if Path(value).exists() else parse(value)


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Read what is asked for, so that bad input ends the run before anything is measured."""
    try:
        _refuse_a_path_for_a_name(config.getoption("benchmark_save", None))
        cluster_facts.use(config.getoption("--scheduler"))
        options = {name.strip("-").replace("-", "_"): config.getoption(name) for name in OPTIONS}
        run = resume.take(JOURNALS, config.getoption("--resume"))
        config.stash[_key] = Session(read(options), run, lambda: _terminal(config))
    except UsageError as error:
        pytest.exit(str(error), returncode=error.exit_status)


def _refuse_a_path_for_a_name(save: str | None) -> None:
    """`--benchmark-save bench/` would save under the name bench and collect nothing that was meant."""
    if save and Path(save).exists():
        raise UsageError(f"--benchmark-save took {save!r} as a name: put it after the path, or write =NAME")


@contextmanager
def _terminal(config: pytest.Config) -> Iterator[None]:
    capture: Any = config.pluginmanager.getplugin("capturemanager")
    with capture.global_and_fixture_disabled():
        if reporter := config.pluginmanager.getplugin("terminalreporter"):
            reporter.ensure_newline()  # not behind pytest's dots
            reporter.flush()
        yield


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Parametrise every test that takes `measured` with the axes of all cells asked for."""
    if "measured" in metafunc.fixturenames:
        wanted = metafunc.config.stash[_key].request.cells()
        values = [
            pytest.param(cell.label, *(getattr(cell.setting, axis) for axis in AXES), id=cell.id) for cell in wanted
        ]
        metafunc.parametrize(("workload", *AXES), values)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Note which cells were selected: those, and no others, are measured. Tell their limits before any is."""
    nodes = [item for item in session.items if "measured" in getattr(item, "fixturenames", ())]
    state = session.config.stash[_key]
    state.select([_wanted(node) for node in nodes])
    if session.config.option.collectonly:
        return
    try:
        visit.check(state.settings(), session.config.getoption("--scheduler"))
        lines = state.limits()
    except UsageError as error:
        pytest.exit(str(error), returncode=error.exit_status)
    terminal = session.config.pluginmanager.getplugin("terminalreporter")
    for line in (*lines, *_expected(state)) if terminal else ():
        terminal.write_line(line)
    if nodes:
        handlers = ExitStack()
        session.config.stash[_ending] = handlers.enter_context(ended_as_by_ctrl_c())
        session.config.add_cleanup(handlers.close)


def _expected(state: Session) -> list[str]:
    """A line on what is to be measured, and for how long; none where nothing is."""
    expected = state.expected()
    if not expected.workloads:
        return []
    amount = f"{counted(expected.settings, 'setting')} of {counted(expected.workloads, 'workload')}"
    length = duration(expected.seconds)
    length = f"at most {length}" if expected.is_limited else f"up to {length}, longer if rounds are long"
    return [f"lightwork: measuring {amount}: {length}"]


def _wanted(node: Any) -> WantedCell:
    parameters = node.callspec.params
    return WantedCell(parameters["workload"], Setting(**{axis: parameters[axis] for axis in AXES}))


@pytest.fixture
def measured(
    request: pytest.FixtureRequest,
    workload: str, strategy: str, workers: int, chunksize: int | None, start_method: str, order: str, cores: int | None,
    pool: str,
) -> Measured:  # fmt: skip
    """What the study of this test's workload found for its setting, measured when the first test asks."""
    cell: Measured | None = None
    failure = ""
    try:
        cell = request.config.stash[_key].measured(_wanted(request.node))
    except UsageError as error:
        pytest.exit(str(error), returncode=error.exit_status)
    except WorkError as error:
        failure = str(error)
    if failure:  # outside of the handler, where pytest would show the message twice
        pytest.fail(failure, pytrace=False)
    if cell is None:
        was_interrupted = request.config.stash[_key].interrupted
        pytest.skip("interrupted before it was measured: continue with --resume" if was_interrupted else NO_TIME)
    return cell


@pytest.hookimpl(optionalhook=True)
def pytest_benchmark_update_json(config: pytest.Config, output_json: dict[str, Any]) -> None:
    """Put everything that was measured into the JSON, and the ledgers beside it."""
    session = config.stash[_key]
    if not session.measured_any:
        return
    name = f"ledgers-{session.run}.npz"
    with pytest_benchmark.saving(session.how_to_resume):
        for folder in _folders_of_json(config):
            session.save_ledgers(folder / name)
    output_json[KEY] = session.saved(name)


def _folders_of_json(config: pytest.Config) -> list[Path]:
    """Where pytest-benchmark is about to write: its storage, the folder that --benchmark-json names, or both."""
    benchmarks: Any = config._benchmarksession  # type: ignore[attr-defined]  # noqa: SLF001  its only handle
    saved = benchmarks.save or benchmarks.autosave
    files = [benchmarks.storage.get("x")] if saved else []
    if benchmarks.json:
        files.append(benchmarks.json if isinstance(benchmarks.json, Path) else benchmarks.json.name)  # open before 5.3
    return [Path(file).parent for file in files]


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """End with the answer: one verdict per workload measured."""
    session = config.stash[_key]
    if not session.measured_any:
        return
    from lightwork.report import verdicts

    terminalreporter.section("lightwork")
    if session.interrupted:
        terminalreporter.write_line("interrupted: these results are incomplete")
    if left_out := session.left_out():
        terminalreporter.write_line(f"{counted(left_out, 'setting')}: {NO_TIME}")
    for line in verdicts(session.results()):
        terminalreporter.write_line(line)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> Iterator[None]:
    """When everything is saved, drop the journals; an interrupted study makes the run interrupted.

    What can't be saved stays in its journals, from which the run can be resumed.
    """
    state = session.config.stash.get(_key, None)
    if state is None:
        yield
        return
    benchmarks: Any = session.config._benchmarksession  # type: ignore[attr-defined]  # noqa: SLF001  its only handle
    pytest_benchmark.make_safe(benchmarks, state.how_to_resume)
    try:
        yield
        if state.measured_any:
            _save_failures_alone(session.config)
    except WorkError as error:
        print(f"\nlightwork: {error}", file=sys.stderr)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        return
    state.drop_journals()
    if state.left_over:
        print(f"\nlightwork: {state.left_over}", file=sys.stderr)
    if came := session.config.stash.get(_ending, []):
        session.exitstatus = 128 + came[0]
    elif state.interrupted:
        session.exitstatus = pytest.ExitCode.INTERRUPTED


def _save_failures_alone(config: pytest.Config) -> None:
    """Save a run in which every selected cell failed: pytest-benchmark writes nothing where nothing has a time."""
    benchmarks: Any = config._benchmarksession  # type: ignore[attr-defined]  # noqa: SLF001  its only handle
    if benchmarks.benchmarks or not benchmarks.save:
        return
    output_json = config.hook.pytest_benchmark_generate_json(
        config=config,
        benchmarks=[],
        include_data=False,
        machine_info=benchmarks.get_machine_info(),
        commit_info=config.hook.pytest_benchmark_generate_commit_info(config=config),
    )
    config.hook.pytest_benchmark_update_json(config=config, benchmarks=[], output_json=output_json)
    benchmarks.storage.save(output_json, benchmarks.save)
