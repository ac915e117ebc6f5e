"""What is installed is all that the repository holds."""

import tomllib

import pytest
from repository import REPOSITORY

SETUPTOOLS = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["tool"]["setuptools"]
SOURCES = REPOSITORY / "src" / "lightwork"


def test_every_package_is_installed():
    """Each folder with modules of the engine, or of the workloads, is listed as a package."""
    workloads = REPOSITORY / "workloads"
    found = {("lightwork", *path.parent.relative_to(SOURCES).parts) for path in SOURCES.rglob("__init__.py")}
    found |= {("lightwork.workloads", *path.parent.relative_to(workloads).parts) for path in workloads.rglob("*.py")}
    assert set(SETUPTOOLS["packages"]) == {".".join(parts) for parts in found}


@pytest.mark.parametrize("suffix", [".html", ".css", ".js", ".json"])
def test_every_other_file_is_installed(suffix):
    """Each template, stylesheet, script and schema matches a pattern of the package's data."""
    files = {path.relative_to(SOURCES) for path in SOURCES.rglob(f"*{suffix}")}
    assert all(any(path.match(pattern) for pattern in SETUPTOOLS["package-data"]["lightwork"]) for path in files)
