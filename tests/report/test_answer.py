"""The answer tells how sure it is, what memory it takes, and the code for exactly its setting."""

import ast
from dataclasses import replace

import pytest
import report_samples as samples

from lightwork import strategies
from lightwork.analysis.basis import Basis
from lightwork.analysis.judged_study import judge
from lightwork.core.setting import Setting
from lightwork.core.study import Cell
from lightwork.report.answer import answer
from lightwork.report.paste import paste_of
from lightwork.text.quantities import percent, size

MACHINE = {"python": "3.11.7"}
SCRIPTED = [name for name in strategies.names() if strategies.find(name).script]


@pytest.fixture(scope="module")
def judged():
    """The studies of the sample run."""
    return judge(*samples.sample())


def cell(setting, chunksize=None):
    """A cell of this setting, without rounds."""
    return Cell(setting.cell_id, setting, chunksize, ())


def test_how_sure_is_the_interval_about_the_point(judged):
    """Both ends are told relative to the point, with the number of blocks and the noise floor."""
    found = judged[0].recommendation.speedup
    told = answer(judged[0]).sure
    below, above = percent(1 - found.low / found.point), percent(found.high / found.point - 1)
    assert f"{below} lower to {above} higher" in told
    assert f"{found.n} blocks" in told
    assert f"up to {percent(Basis.of(judged[0].scaling).noise_floor)}" in told


def test_memory_is_the_recommended_cells_peak(judged):
    """It is the largest of that cell's rounds, out of what the machine had."""
    chosen = judged[0].recommendation.chosen.cell
    peak = max(found.memory.peak_pss_bytes for found in chosen.tried)
    facts = dict(answer(judged[0]).facts)
    assert facts["memory, all processes"].startswith(f"{size(peak)} of ")


def test_nothing_recommended_has_nothing_to_paste(judged):
    """A study whose advice is to stay serial, or that can't tell, offers no code and claims no sureness."""
    (tiny,) = [one for one in judged if one.recommendation.chosen is None]
    found = answer(tiny)
    assert (found.paste, found.sure) == (None, "")


@pytest.mark.parametrize("name", [name for name in SCRIPTED if name != "serial"])
def test_every_strategy_has_code_with_its_numbers(name):
    """The code of a setting parses, names the placeholder function and the number of workers."""
    code = paste_of(cell(Setting(name, workers=7, chunksize=3), 3), MACHINE).code
    ast.parse(code)
    assert "from your_module import your_function" in code
    assert "7" in code


def test_a_strategy_without_code_says_why():
    """Where no script can be given, a sentence stands in its place."""
    found = paste_of(cell(Setting("single_writer", workers=2)), MACHINE)
    assert found.code == ""
    assert "it needs the work in two halves" in found.note


@pytest.mark.parametrize(
    ("python", "method", "is_named"), [("3.11.7", "fork", 0), ("3.14.0", "fork", 1), ("3.14.0t", "forkserver", 0)]
)
def test_the_start_method_is_named_where_it_is_not_the_usual_one(python, method, is_named):
    """Which one goes without saying follows from the Python that measured, not from the one that renders."""
    code = paste_of(cell(Setting("map", workers=2, start_method=method)), {"python": python}).code
    assert ("get_context" in code) is bool(is_named)


def test_a_strategy_of_another_version_is_no_error():
    """A saved name that nobody knows here gives a sentence, without control characters, and no code."""
    found = paste_of(cell(replace(Setting("map", workers=2), strategy="new\x1b[31m")), MACHINE)
    assert found.code == ""
    assert "\x1b" not in found.note
