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


LINUX_ONLY = (
    "/proc", "/sys/", "/dev/shm", "sched_getaffinity", "sched_setaffinity", "posix_fadvise", "F_SETSIG", "pidfd_open",
    "memfd_create", "mincore", "memory_full_info",
)  # fmt: skip
MAY_NAME_THEM = (
    "machine/",  # the room for them
    "strategies/shared_memory.py",  # what a user would copy
    "planning/script/arrangement.py",  # it writes the user's script
)


def test_what_linux_alone_tells_is_behind_one_room():
    """No module outside of `machine` names a file, a call or a number that Linux alone has, sentences apart."""
    named = [
        f"{path.relative_to(REPOSITORY)}:{node.lineno}: {text}"
        for root in ("src", "workloads")
        for path in (REPOSITORY / root).rglob("*.py")
        if not any(part in path.as_posix() for part in MAY_NAME_THEM)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        for text in LINUX_ONLY
        if text in _name_or_path(node)
    ]
    assert named == []


def _name_or_path(node):
    """An attribute's or a name's own name; a string that is a path, and no sentence."""
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " not in node.value:
        return node.value
    return node.id if isinstance(node, ast.Name) else ""
