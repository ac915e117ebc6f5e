"""Measure how many workers, which strategy and what chunksize a Python job should have.

    plan = lightwork.plan(load, paths)    # the verdict, the code to paste, tables; plan.run(paths) runs the job
    results = lightwork.run(load, paths)  # plans once, then runs by that plan

Importing this package loads nothing heavy: every worker process pays for what stands here.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lightwork.api.checking import Diagnosis, doctor
    from lightwork.api.plan import Plan
    from lightwork.api.planning import plan
    from lightwork.api.remembered import run
    from lightwork.api.saved import ComparedRuns, compare, load
    from lightwork.api.studies import measure
    from lightwork.errors import LightworkError, UsageError, WorkError
    from lightwork.workload.called import ItemError

__all__ = [
    "ComparedRuns",
    "Diagnosis",
    "ItemError",
    "LightworkError",
    "Plan",
    "UsageError",
    "WorkError",
    "compare",
    "doctor",
    "load",
    "measure",
    "plan",
    "run",
]
__version__ = "0.1.0"
_PLACES = {
    "ComparedRuns": "api.saved",
    "Diagnosis": "api.checking",
    "ItemError": "workload.called",
    "LightworkError": "errors",
    "Plan": "api.plan",
    "UsageError": "errors",
    "WorkError": "errors",
    "compare": "api.saved",
    "doctor": "api.checking",
    "load": "api.saved",
    "measure": "api.studies",
    "plan": "api.planning",
    "run": "api.remembered",
}


def __getattr__(name: str) -> Any:
    """A public name, loaded when it is asked for. Raises AttributeError for any other."""
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)


def __dir__() -> list[str]:
    """The public names."""
    return sorted(__all__)
