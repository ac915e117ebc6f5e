"""A made-up fault matrix: one case of every kind, and the same with a name that tries to break out."""

from dataclasses import replace

from lightwork.faults.outcome import Case, Ending
from lightwork.faults.saved import Faults

MACHINE = {"python": "3.11.7", "processor": "one", "usable_cpus": 2}
KILLED = Case(
    "map", "kill", 2, 3, Ending.HANGS, "still running", done=(0, 1, 2, 5), running=(3,), never=(4,), deadline_s=3.0
)
RAISED = Case(
    "static", "kill", 2, None, Ending.RAISES, "EOFError: ", knew_s=0.054, done=(0, 1), running=(2,),
    never=(3, 4, 5), recovered=True, run_again=(2, 3, 4, 5), deadline_s=3.0,
)  # fmt: skip
AGAIN = Case(
    "dask", "kill", 2, 1, Ending.COMPLETES, knew_s=1.5, done=tuple(range(6)), again=(1, 2), redone=(1,),
    left_behind=2, deadline_s=9.0,
)  # fmt: skip
NEVER = Case("static", "kill-idle", 2, None, Ending.NEVER, deadline_s=3.0)
FOUND = Faults((KILLED, RAISED, AGAIN, NEVER), 6, 3, MACHINE, {"joblib": "needs joblib"}, "2026-11-28", "0.1.0")


def hostile(name: str) -> Faults:
    """The killed case, of a strategy of this name, with an error that says it, too."""
    return replace(FOUND, cases=(replace(KILLED, strategy=name, error=name),), left_out={name: name})
