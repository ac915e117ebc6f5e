"""The pytest plugin that every test suite has: the fixture `study`, inert until a test asks for it.

    def test_load(study):
        study(load, paths, workers="1-4")

What a test measures is saved in pytest-benchmark's JSON, where `lightwork report` and `lightwork compare` find it; the
benchmark of the test is the recommended setting. Nothing of lightwork but this file is loaded before that.
"""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from lightwork.core.study import Cell, Results, Study
    from lightwork.notebook import ShownStudy

DEFAULT_SAVE_NAME = "lightwork"
_studies = pytest.StashKey["list[Study]"]()


@pytest.hookimpl(tryfirst=True)
def pytest_addoption(parser: pytest.Parser) -> None:
    """Let pytest-benchmark's --benchmark-save go without a name."""
    let_save_go_without_a_name(parser)


def let_save_go_without_a_name(parser: pytest.Parser, read: Callable[[Any], Any] = lambda parse: parse) -> None:
    """Make the name optional, before or after pytest-benchmark has added the option.

    read: from pytest-benchmark's reading of a name to the one to use.
    """
    group: Any = parser.getgroup("benchmark")
    add, optional = group.addoption, {"nargs": "?", "const": DEFAULT_SAVE_NAME}

    def addoption(*names: str, **attributes: Any) -> None:
        is_save = "--benchmark-save" in names
        add(*names, **{**attributes, **optional, "type": read(attributes["type"])} if is_save else attributes)

    group.addoption = addoption
    for option in group.options:
        if "--benchmark-save" in option.names():
            option.attrs().update(optional, type=read(option.attrs()["type"]))


@pytest.fixture
def study(request: pytest.FixtureRequest) -> "Callable[..., ShownStudy]":
    """Measure a function of one item under several settings, by the options of lightwork.measure().

    Called once a test, as `study(function, items, workers="1-4")`. Fails the test, in one line, where the work fails or
    can't be measured.
    """
    from lightwork.study.playback import clock

    request.node.add_marker(pytest.mark.benchmark(timer=clock))
    request.node.add_marker(pytest.mark.timeout(0))  # every round has a deadline of its own
    benchmark = request.getfixturevalue("benchmark")

    def measure(function: Callable[..., Any], items: Iterable[Any], **options: Any) -> "ShownStudy":
        measured = _measured(request, function, items, options)
        request.config.stash.setdefault(_studies, []).append(measured)
        _hand_over(benchmark, measured)
        return measured

    return measure


def _measured(
    request: pytest.FixtureRequest, function: Callable[..., Any], items: Iterable[Any], options: dict[str, Any]
) -> "ShownStudy":
    from dataclasses import replace

    import lightwork

    capture: Any = request.config.pluginmanager.getplugin("capturemanager")
    failure = ""
    try:
        with capture.global_and_fixture_disabled():
            measured = lightwork.measure(function, items, **options)
        return replace(measured, label=request.node.name.removeprefix("test_"))
    except lightwork.LightworkError as error:
        failure = str(error)
    pytest.fail(failure, pytrace=False)  # outside of the handler, where pytest would show the message twice


def _hand_over(benchmark: Any, measured: "Study") -> None:
    """The recommended setting's rounds as the test's own, the serial ones where that is to stay serial."""
    from lightwork.study.playback import hand_over

    cell = _recommended(measured)
    benchmark.group = measured.label
    benchmark.extra_info.update({"setting": cell.cell_id, "items": len(measured.item_names)})
    hand_over(benchmark, [round_.wall_ns / 1e9 for round_ in cell.rounds if round_.ok])


def _recommended(measured: "Study") -> "Cell":
    from lightwork.analysis.judged_study import judge

    (judged,) = judge(_results([measured]), {})
    chosen = judged.recommendation.chosen if judged.recommendation else None
    return chosen.cell if chosen else measured.serial


def _results(studies: "list[Study]") -> "Results":
    from lightwork.core.study import Results
    from lightwork.machine.facts import facts
    from lightwork.storage.paths import data_dir

    return Results(tuple(studies), facts(data_dir()))


@pytest.hookimpl(optionalhook=True, trylast=True)
def pytest_benchmark_update_json(config: pytest.Config, output_json: dict[str, Any]) -> None:
    """Put the studies into the JSON, beside those of the benchmark suite where there are some."""
    studies = config.stash.get(_studies, [])
    if not studies:
        return
    from lightwork.storage.results_json import KEY, encode

    ours = encode(_results(studies))
    others = output_json.get(KEY)
    output_json[KEY] = {**ours, **others, "studies": [*others["studies"], *ours["studies"]]} if others else ours


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """End with the answer: one verdict a study."""
    studies = config.stash.get(_studies, [])
    if not studies:
        return
    from lightwork.report import verdicts

    terminalreporter.section("lightwork")
    for line in verdicts(_results(studies)):
        terminalreporter.write_line(line)
