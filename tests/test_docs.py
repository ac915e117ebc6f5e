"""The documentation tells what the saved example run and the registries tell."""

import importlib.util
import re
from pathlib import Path

import pytest

from manyhands import results, strategies, workload
from manyhands.cli import parser
from manyhands.faults import saved as saved_faults
from manyhands.handing_over import saved as handing_over
from manyhands.plan import SIMPLICITY
from manyhands.pytest_plugin import OPTIONS
from manyhands.validation import saved

REPOSITORY = Path(__file__).parent.parent
README = (REPOSITORY / "README.md").read_text()
REFERENCE = (REPOSITORY / "docs" / "reference.md").read_text()


def generator():
    """docs/generate.py as a module."""
    spec = importlib.util.spec_from_file_location("generate", REPOSITORY / "docs" / "generate.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_readmes_figures_are_those_of_the_saved_run():
    """The README's generated blocks are what the example run gives now."""
    generate = generator()
    assert generate.readme(README, results.load(generate.EXAMPLE)) == README


def test_the_picture_is_that_of_the_saved_run():
    """The README's picture is what the example run gives now, apart from the drawing library's version."""
    generate = generator()
    drawn = generate.picture(results.load(generate.EXAMPLE)).decode()
    kept = (REPOSITORY / "docs" / "speedup.svg").read_text()
    words = [line.strip() for line in drawn.splitlines() if "<text" in line or "<tspan" in line]
    assert words
    assert all(word in kept for word in words)


def test_the_validation_tables_are_those_of_the_saved_run():
    """docs/validation.md's generated block is what the saved validation gives now."""
    generate = generator()
    written = (REPOSITORY / "docs" / "validation.md").read_text()
    assert "| conditional error, median |" in written
    assert generate.validation(written, saved.load(generate.VALIDATION)) == written


def test_the_costs_are_those_of_the_saved_run():
    """docs/costs.md's generated block is what the saved costs give now."""
    generate = generator()
    if not generate.COSTS.exists():
        pytest.skip("no costs are saved for the documentation yet")
    written = (REPOSITORY / "docs" / "costs.md").read_text()
    assert "| `map` |" in written
    assert generate.costs(written, handing_over.load(generate.COSTS)) == written


def test_the_faults_are_those_of_the_saved_run():
    """docs/faults.md's table, and the README's, are what the saved matrix gives now."""
    generate = generator()
    found = saved_faults.load(generate.FAULTS)
    for path in (REPOSITORY / "docs" / "faults.md", REPOSITORY / "README.md"):
        assert "| `map` |" in path.read_text()
        assert generate.faults(path.read_text(), found) == path.read_text()


def test_the_table_of_many_items_is_that_of_the_saved_run():
    """The README's table of very many short items is what the saved run gives now."""
    generate = generator()
    if not generate.MANY.exists():
        pytest.skip("no run of many items is saved for the documentation yet")
    assert "<!-- generated: many -->" in README
    assert generate.many(README, results.load(generate.MANY)) == README


@pytest.mark.parametrize("name", ["report", "validate", "costs", "faults"])
def test_every_option_of_a_command_stands_in_the_reference(name):
    """Each option of the command is named in its section."""
    (section,) = re.findall(rf"## manyhands {name}\n(.*?)\n## ", REFERENCE, flags=re.DOTALL)
    (command,) = (action for action in parser()._actions if action.choices)
    options = [name for action in command.choices[name]._actions for name in action.option_strings]
    assert [name for name in options if f"`{name}" not in section] == ["-h", "--help"]


@pytest.mark.parametrize("option", OPTIONS)
def test_every_option_stands_in_the_readme(option):
    """Each option of the suite is named in the README."""
    assert option in README


@pytest.mark.parametrize("name", strategies.names())
def test_every_strategy_has_its_row(name):
    """Each strategy has its row in the reference, and but for serial a place in the order of simplicity."""
    assert f"| `{name}` |" in (REPOSITORY / "docs" / "reference.md").read_text()
    assert name in (*SIMPLICITY, "serial")


@pytest.mark.parametrize("name", workload.names())
def test_every_workload_has_its_row(name):
    """Each workload has its row in the reference."""
    assert f"| `{name}` |" in (REPOSITORY / "docs" / "reference.md").read_text()
