"""The documentation tells what the saved example runs, the registries and the parsers tell."""

import argparse
import re
from types import SimpleNamespace

import generate
import pytest
from generating import blocks, commands
from repository import REPOSITORY

from lightwork import cli, strategies
from lightwork.pytest_plugin import OPTIONS
from lightwork.workload import registry

TUTORIAL = (REPOSITORY / "docs" / "tutorial.md").read_text()


@pytest.mark.parametrize("path", generate.PAGES, ids=lambda path: path.name)
def test_every_generated_page_is_fresh(path):
    """What stands in the page is what the saved runs, the registries and the parsers give now."""
    assert generate.PAGES[path](path.read_text()) == path.read_text()


@pytest.mark.parametrize("path", generate.PICTURES, ids=lambda path: path.name)
def test_every_picture_is_that_of_its_saved_run(path):
    """Its words are those that the saved run gives now, whatever the version of the library that draws it."""
    words = texts(generate.PICTURES[path]().decode())
    assert words
    assert words == texts(path.read_text())


def texts(picture):
    """The lines of an SVG that hold words."""
    lines = [line.strip() for line in picture.splitlines()]
    return [line for line in lines if any(tag in line for tag in ("<text", "<tspan", "<title"))]


def test_no_picture_of_the_tutorial_is_missing_or_left_over():
    """The pictures that the tutorial shows are those that are generated for it, and no other lies beside them."""
    shown = {REPOSITORY / "docs" / name for name in re.findall(r"\]\((story/[^)]+\.svg)\)", TUTORIAL)}
    assert shown == {path for path in generate.PICTURES if path.parent.name == "story"}
    assert shown == set((REPOSITORY / "docs" / "story").iterdir())


def test_a_block_that_has_lost_its_marks_is_refused():
    """A page in which a generated block's marks are gone can't pass for a fresh one."""
    with pytest.raises(ValueError, match="no block story"):
        blocks.filled("<!-- generated: answer -->\nold\n<!-- end -->", {"answer": "new", "story": "new"})


def test_the_pages_are_the_same_on_every_terminal(monkeypatch):
    """Neither the terminal's width nor its colours change what is written of the commands."""
    wide = commands.page("")
    for name, value in {"COLUMNS": "30", "FORCE_COLOR": "1", "TERM": "dumb"}.items():
        monkeypatch.setenv(name, value)
    assert commands.page("") == wide


def test_a_new_command_is_documented_by_being_registered(monkeypatch):
    """A command that is registered has its section, with every argument and option, whatever kind they are."""

    def add_to(added):
        command = added.add_parser("juggle", help="keep it in the air", description="Keep all of it in the air.")
        command.add_argument("balls", nargs="+", metavar="BALL", help="what to juggle")
        command.add_argument("-n", "--hands", type=int, default=2, metavar="N", help="how many")
        command.add_argument("--out", nargs="?", metavar="FILE", help="100 %% of it")
        command.add_argument("--blind", action="store_true", help="eyes | shut")
        command.add_argument("--secret", help=argparse.SUPPRESS)

    monkeypatch.setattr(cli, "COMMANDS", (*cli.COMMANDS, SimpleNamespace(add_to=add_to)))
    page = commands.page("")
    assert "- [lightwork juggle](#lightwork-juggle): keep it in the air" in page
    (section,) = re.findall(r"## lightwork juggle\n(.*?)\n## ", page, flags=re.DOTALL)
    assert "Keep all of it in the air." in section
    assert "lightwork juggle BALL [BALL ...] [options]" in section
    assert "| `BALL` | what to juggle |" in section
    assert "| `-n N`, `--hands N` | how many (default: 2) |" in section
    assert "| `--out [FILE]` | 100 % of it |" in section
    assert "| `--blind` | eyes \\| shut |" in section
    assert "secret" not in section


def test_every_option_of_the_suite_is_documented(pytestconfig):
    """Each option that the plugin adds to pytest's own is in the page of the commands."""
    (_, section) = commands.page("").split("## pytest bench/")
    added = pytestconfig._parser.getgroup("lightwork").options
    options = [name for option in added if option.attrs()["help"] is not argparse.SUPPRESS for name in option.names()]
    assert set(OPTIONS) < set(options)
    assert [name for name in options if f"| `{name} " not in section] == []


@pytest.mark.parametrize("name", strategies.names())
def test_every_strategy_has_its_section(name):
    """Each registered strategy has its row and its section."""
    page = (REPOSITORY / "docs" / "strategies.md").read_text()
    assert f"| [`{name}`](#{name}) |" in page
    assert f"\n## {name}\n" in page


@pytest.mark.parametrize("name", registry.names())
def test_every_workload_has_its_section(name):
    """Each registered workload has its section, with every one of its parameters."""
    page = (REPOSITORY / "docs" / "workloads.md").read_text()
    (section,) = re.findall(rf"\n## {name}\n(.*?)(?=\n## |\Z)", page, flags=re.DOTALL)
    assert "| application | " in section
    assert all(f"| `{field}` |" in section for field in registry.find(name).parameters.__dataclass_fields__)


PAGES = [REPOSITORY / "README.md", REPOSITORY / "CONTRIBUTING.md", *sorted((REPOSITORY / "docs").glob("*.md"))]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_every_link_leads_somewhere(path):
    """Each link to a file of the repository leads to one, and to a heading that is there."""
    for target, anchor in re.findall(r"\]\((?!\w+:)([^)#\s]*)(?:#([^)\s]+))?\)", path.read_text()):
        page = (path.parent / target) if target else path
        assert page.exists(), target
        assert not anchor or anchor in anchors(page.read_text()), f"{target}#{anchor}"


def anchors(text):
    """The headings of a page as GitHub names them: small letters, blanks as hyphens, nothing but words."""
    headings = re.findall(r"^#+ (.+)$", re.sub(r"```.*?```", "", text, flags=re.DOTALL), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_the_readme_is_short():
    """The README can be read in some minutes: fewer than 120 lines."""
    assert len((REPOSITORY / "README.md").read_text().splitlines()) < 120
