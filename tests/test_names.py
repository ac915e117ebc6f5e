"""Names: a variable is called by what it holds."""

import ast

import pytest
from repository import REPOSITORY

VAGUE = {"found", "told", "said", "one", "own", "known", "kept"}


@pytest.fixture(scope="module")
def nodes():
    """All syntax of the source, with the file that it is in."""
    files = [path for folder in ("src", "workloads") for path in sorted((REPOSITORY / folder).rglob("*.py"))]
    return [(path, node) for path in files for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))]


def test_no_parameter_has_a_vague_name(nodes):
    """Not in a function nor in a lambda: who calls it by keyword would write that name too."""
    assert not [f"{path}:{node.lineno}" for path, node in nodes if isinstance(node, ast.arg) and node.arg in VAGUE]


def test_no_function_has_a_vague_name(nodes):
    """Whether its name begins with an underscore or not."""
    functions = [(path, node) for path, node in nodes if isinstance(node, ast.FunctionDef)]
    assert not [f"{path}:{node.lineno}" for path, node in functions if node.name.strip("_") in VAGUE]


def test_no_variable_has_a_vague_name(nodes):
    """Nor what is assigned, looped over or bound in any other way."""
    names = [(path, node) for path, node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]
    assert not [f"{path}:{node.lineno} {node.id}" for path, node in names if node.id in VAGUE]
