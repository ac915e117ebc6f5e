"""The constraints, which `make lock` writes, name the tested version of everything that pyproject.toml asks for."""

import re
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from repository import REPOSITORY

PYPROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())
PROJECT = PYPROJECT["project"]
FILES = sorted((REPOSITORY / "constraints").iterdir())
PYTHONS = [name.rpartition(" ")[2] for name in PROJECT["classifiers"] if re.search(r":: 3\.\d+$", name)]
REQUIREMENTS = [
    Requirement(line)
    for lines in (
        PYPROJECT["build-system"]["requires"],
        PROJECT["dependencies"],
        *PROJECT["optional-dependencies"].values(),
    )
    for line in lines
]


def pinned(path):
    """The versions in a file of constraints, by name."""
    return dict(line.split("==") for line in path.read_text().splitlines())


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_the_constraints_hold_names_and_versions_only(path):
    """Each line is a name and an exact version: no address, path, option or comment, sorted, and each name once."""
    lines = path.read_text().splitlines()
    assert [line for line in lines if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*==[0-9]+(\.[0-9a-z]+)*", line)] == []
    assert [line.partition("==")[0] for line in lines] == sorted(pinned(path))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_dependency_has_a_version_that_pyproject_allows(path):
    """Dependencies, extras and what builds the wheel are pinned for this Python, each inside the wheel's range."""
    python = {"python_version": path.stem.removeprefix("py")}
    versions = pinned(path)
    asked = [each for each in REQUIREMENTS if each.name != PROJECT["name"]]
    asked = [each for each in asked if each.marker is None or each.marker.evaluate(python)]
    assert asked
    assert [each.name for each in asked if canonicalize_name(each.name) not in versions] == []
    assert [str(each) for each in asked if versions[canonicalize_name(each.name)] not in each.specifier] == []


def test_every_supported_python_has_constraints():
    """Each Python that pyproject.toml lists, from the oldest that it allows, has its file."""
    assert {f"py{version}.txt" for version in PYTHONS} <= {path.name for path in FILES}
    allowed = SpecifierSet(PROJECT["requires-python"])
    assert all(path.stem.removeprefix("py") in allowed for path in FILES)
