"""The workloads there are, found by name: built-in ones, a user's own module, or a function of the user's own."""

import importlib
import pkgutil

from lightwork.errors import UsageError, unknown
from lightwork.workload import target
from lightwork.workload.api import BUILT_IN, REGISTERED, Workload


def names() -> list[str]:
    """The built-in workloads' names, sorted, without importing any of them."""
    package = importlib.import_module(BUILT_IN)
    return sorted(m.name for m in pkgutil.iter_modules(package.__path__) if not m.name.startswith("_"))


def find(name: str) -> Workload:
    """The workload of this name, its module imported now.

    A name with a dot is a module of the user's own, with a workload in it; one with a colon is a function of the
    user's own (lightwork.workload.target).
    Raises UsageError, naming the workloads there are, when there is none of this name.
    """
    if ":" in name:
        return target.workload_of(name)
    if name.endswith(".py"):
        raise UsageError(f"{name} is not a function: write {name}:function")
    if name not in REGISTERED:
        module = name if "." in name else f"{BUILT_IN}.{name}"
        if not all(part.isidentifier() for part in name.split(".")) or ("." not in name and name not in names()):
            raise unknown("workload", name, names())
        _import(module, name)
    if name not in REGISTERED:
        raise UsageError(f"module {name} registers no workload: put @workload(...) above its item function")
    return REGISTERED[name]


def _import(module: str, name: str) -> None:
    try:
        importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name is None or not module.startswith(error.name):
            raise
        raise unknown("workload", name, names()) from None
