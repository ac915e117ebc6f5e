"""The house: what holds for the source as a whole."""

import ast
from collections import defaultdict

from repository import REPOSITORY

# A workload's Parameters and a driver's Database are one concept each, stated by every module of its kind.
ONE_CONCEPT = {"Parameters", "Database"}
STILL_TWO = {"Load", "Table"}  # a workload's and ours


def test_a_class_name_has_one_meaning():
    """No class name is defined in two modules, but for those that are one concept and those that are still due."""
    places = defaultdict(set)
    for path in (found for root in ("src", "workloads") for found in (REPOSITORY / root).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].add(str(path.relative_to(REPOSITORY)))
    twice = {name: sorted(paths) for name, paths in places.items() if len(paths) > 1}
    assert {name: paths for name, paths in twice.items() if name not in ONE_CONCEPT | STILL_TWO} == {}
