"""The documented shapes of jobs: each is planned, or refused by its documented line, and nothing is left anywhere."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from generating import shapes

SHOWN = [("several arguments", "tuples"), ("a class", "")]
ALL = [
    case
    for number, case in enumerate(shapes.saved())
    if not case.method or shapes.START_METHODS.index(case.method) == number // 3 % 3  # every pair, the methods in turn
]


def marked(case):
    """The case, `matrix` unless it is shown."""
    name = "-".join(filter(None, (case.function, case.items, case.method)))
    marks = [] if (case.function, case.items) in SHOWN else [pytest.mark.matrix]
    return pytest.param(case, id=name, marks=marks)


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A folder with the module of all shapes, with its files."""
    folder = tmp_path_factory.mktemp("shapes")
    shapes.lay_out(folder)
    return folder


@pytest.mark.parametrize("case", [*map(marked, ALL)])
def test_a_shape_ends_as_documented(case, home):
    """With the same status and the same line, no traceback, and no file, segment or process left."""
    with TemporaryDirectory() as kept:  # a fork server's socket needs a short path
        found, wrong = shapes.ended(case, home, Path(kept))
    assert not wrong
    assert found == case


def test_sixty_pairs_of_shapes_are_documented():
    """Under every start method, each planned or refused in one line."""
    recorded = shapes.saved()
    assert len([case for case in recorded if case.method]) == 180
    assert all((case.exit == 0) == (not case.line) and "\n" not in case.line for case in recorded)
    assert {case.exit for case in recorded} <= {0, 1, 2}
    assert [case.function for case in recorded if not case.method] == [*shapes.REFUSED]
