"""Every strategy's script does what its run() does, as seen by the items that both of them run."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from observing import COUNT, WORKERS
from registered import FORKED_KINDS, all_but, unless_absent
from repository import SUPPORT

from lightwork import strategies
from lightwork.core.setting import Setting
from lightwork.planning.script.items_source import Origin
from lightwork.planning.script.source import Source
from lightwork.planning.script.templates import recipe

RUN = """\
from multiprocessing import get_context

from observing import items, {function}, report

from lightwork.strategies import find

if __name__ == "__main__":
    results = list(find("{name}").run({function}, items(), {workers}, {chunksize}, get_context("{method}")))
"""
SOURCE = Source("observing", "observe", Origin("make()", ("from observing import items as make",)))
SCRIPTED = [name for name in strategies.names() if strategies.find(name).script]
CLAIMS = [unless_absent(name, method) for name in SCRIPTED for method in strategies.find(name).start_methods]
MANY = 3  # workers


@dataclass(frozen=True)
class Seen:
    """What the items of one run saw.

    workers: how many; started: whether each is a child of the caller, and whether it has a main module of its own;
    chunks: the places that travelled together, or that one worker inherited. order: in which the items began;
    returned: in which the results came.
    """

    workers: int
    started: frozenset[tuple[bool, bool, bool]]
    daemons: frozenset[bool]
    items_pickled: frozenset[int]
    results_pickled: frozenset[int]
    chunks: frozenset[tuple[int, ...]]
    order: tuple[int, ...]
    returned: tuple[int, ...]


def seen(folder: Path, code: str, workers: int) -> Seen:
    """What the items of this code saw, which leaves `results`."""
    folder.mkdir()
    shutil.copy(SUPPORT / "observing.py", folder)
    (folder / "job.py").write_text(code + '    __import__("observing").report(results)\n')
    surroundings = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    surroundings |= {WORKERS: str(workers), "DASK_TEMPORARY_DIRECTORY": str(folder)}
    with subprocess.Popen(
        [sys.executable, "job.py"], cwd=folder, env=surroundings, stdout=subprocess.PIPE, text=True
    ) as process:
        output, _ = process.communicate(timeout=200)
    assert process.returncode == 0
    facts = json.loads(output)
    in_order = sorted(facts, key=lambda fact: fact["moment_ns"])
    return Seen(
        workers=len({fact["worker"] for fact in facts}),
        started=frozenset(
            (fact["pid"] == process.pid, fact["parent"] == process.pid, fact["has_own_main"]) for fact in facts
        ),
        daemons=frozenset(fact["daemon"] for fact in facts),
        items_pickled=frozenset(fact["item_pickled"] for fact in facts),
        results_pickled=frozenset(fact["result_pickled"] for fact in facts),
        chunks=chunks(in_order, process.pid),
        order=tuple(fact["place"] for fact in in_order),
        returned=tuple(fact["place"] for fact in facts),
    )


def chunks(facts, caller: int) -> frozenset[tuple[int, ...]]:
    """The places that travelled in one parcel to one worker; nothing travels within the caller."""
    parcels: dict[tuple[str, str], tuple[int, ...]] = {}
    for fact in facts:
        if fact["pid"] != caller:
            parcel = fact["worker"], fact["parcel"]
            parcels[parcel] = (*parcels.get(parcel, ()), fact["place"])
    return frozenset(parcels.values())


def both(folder: Path, name: str, method: str, workers: int) -> tuple[Seen, Seen]:
    """What the items of run() and those of the script see under one setting."""
    chunksize = None if strategies.find(name).default_chunksize is None else 2
    function = "observe_async" if strategies.find(name).awaits else "observe"
    run = RUN.format(name=name, function=function, workers=workers, chunksize=chunksize, method=method)
    script = recipe(replace(SOURCE, function=function), Setting(name, workers, start_method=method), chunksize)
    return seen(folder / "run", run, workers), seen(folder / "script", script, workers)


@pytest.mark.parametrize(("name", "method"), all_but(FORKED_KINDS, CLAIMS))
def test_the_script_hands_items_out_as_run_does(name, method, tmp_path):
    """The same workers, made in the same way, get the same items together, which travel alike, and so do results."""
    run, script = both(tmp_path, name, method, 1 if name == "serial" else MANY)
    # Items that a free worker takes and none is sent come in no parcels.
    inherits_all = strategies.find(name).has_items(method) and strategies.find(name).default_chunksize is not None
    together = () if inherits_all else ("chunks",)
    for what in ("workers", "started", "daemons", "items_pickled", "results_pickled", *together):
        assert getattr(script, what) == getattr(run, what), what
    assert sorted(script.returned) == sorted(run.returned) == list(range(COUNT))


@pytest.mark.parametrize(
    ("name", "method"),
    all_but([("static", "fork"), ("pipe", "fork")], CLAIMS),
)
def test_the_script_keeps_the_order_of_run(name, method, tmp_path):
    """With one worker, items begin in the same order and results come in the same order, where there is any."""
    run, script = both(tmp_path, name, method, 1)
    if strategies.find(name).is_remote:  # a cluster's scheduler begins what it likes
        assert sorted(script.returned) == sorted(run.returned)
        return
    assert (script.order, script.returned) == (run.order, run.returned)
