"""Made-up histories: a few runs of one study whose figures a test sets, and runs whose every name is hostile."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from builders import make_study
from report_samples import HOSTILE

from lightwork.core.setting import Setting
from lightwork.core.study import Results, Study
from lightwork.history.run import HistoryRun, run_of
from lightwork.history.runs import named_apart
from lightwork.storage.results_json import KEY, encode

BEGIN = datetime(2026, 1, 5, 9, tzinfo=UTC)
MACHINE = {
    "processor": "AMD EPYC", "logical_cpus": 8, "usable_cpus": 8.0, "architecture": "x86_64",
    "memory_total_bytes": 32 << 30, "kernel": "Linux 6.18", "python": "3.11.7", "implementation": "CPython",
    "gil": True, "filesystem": "ext4",
}  # fmt: skip
SPREAD = (0.99, 1.0, 1.01, 0.995, 1.005, 1.0)  # of the blocks, around what a test asks for
WORKERS = (2, 4, 8)


def study(
    speedups: Mapping[int, float] | None = None, *, serial_s: float = 4.0, label: str = "load", blocks: int = 6,
    strategy: str = "map", twin: float = 1.004, **parts: Any,
) -> Study:  # fmt: skip
    """A study with a cell per worker count, of these speedups; `twin` is how far the serial reference strays."""
    speedups = {2: 1.9, 4: 3.6, 8: 3.61} if speedups is None else speedups
    spread = [SPREAD[block % len(SPREAD)] for block in range(blocks)]
    serial = [serial_s * factor for factor in spread]
    cells = {
        Setting(strategy, workers): [wall / speedup * factor for wall, factor in zip(serial, spread[::-1], strict=True)]
        for workers, speedup in speedups.items()
    }
    again = [wall * (twin if block % 2 else 1 / twin) for block, wall in enumerate(serial)]
    made = make_study(serial, cells, again_s=again, label=label)
    return replace(made, **parts)


def results(
    *studies: Study, day: int = 0, commit: str | None = None, dirty: bool = False, branch: str = "main",
    machine: Mapping[str, Any] | None = None,
) -> Results:  # fmt: skip
    """A run saved on this day, of a commit of that day."""
    at = BEGIN + timedelta(days=day)
    told = {"id": commit or f"{day + 0xABC1234:040x}"[::-1], "branch": branch, "dirty": dirty, "time": at.isoformat()}
    saved_at = (at + timedelta(hours=1)).isoformat()
    return Results(studies, MACHINE | dict(machine or {}), {}, "", saved_at, told)


def runs(*found: Results) -> tuple[HistoryRun, ...]:
    """What a history keeps of these, in the order given, each by a name of its own."""
    return named_apart([run_of(one, f"results/{place:04}.json") for place, one in enumerate(found)])


def eventful() -> list[Results]:
    """Nine runs in which everything happens: another optimum, a gap, another work, slower serial, changed files."""
    slow = {2: 1.9, 4: 1.902, 8: 1.88}
    fast = {2: 1.9, 4: 3.6, 8: 6.4}
    nothing = {2: 1.001, 4: 1.0, 8: 0.999}
    other = study(fast, item_names=("a.csv", "b.csv", "c.csv", "e.csv"))
    tiny = study({2: 0.6, 4: 0.5}, label="insert")
    return [
        results(study(slow), tiny, day=0),
        results(study(slow), tiny, day=1),
        results(study(), tiny, day=2, dirty=True),
        results(study(nothing), day=3),
        results(study(), study({2: 1.5, 4: 1.4}, label="insert"), day=4),
        results(study(fast), tiny, day=5),
        results(study({2: 1.9, 4: 3.7, 8: 7.8}, serial_s=6.0), day=6, branch="slow-serial"),
        results(tiny, day=7, machine={"python": "3.13.1"}),
        results(other, tiny, day=8, machine={"python": "3.13.1"}),
    ]


def many(count: int) -> list[Results]:
    """So many runs, with a gap now and then and a step half-way."""
    found = []
    for day in range(count):
        factor = (1.0 if day < count // 2 else 1.6) * SPREAD[day % len(SPREAD)]
        speedups = {2: 1.9, 4: 3.0 * factor, 8: 3.05 * factor}
        made = study({2: 1.001, 4: 1.0} if day % 17 == 5 else speedups)
        found.append(results(made, day=day, dirty=day % 9 == 4))
    return found


def hostile() -> list[Results]:
    """Four runs of which every name tries to break out of its page."""
    names: Sequence[str] = HOSTILE
    label = "<img src=x onerror=alert(1)> $x$ =1+1"
    found = []
    for day in range(4):
        parameters = {names[0]: names[day % len(names)], names[2]: "</style><script>alert(3)</script>"}
        made = study(label=label, parameters=parameters, item_names=(names[day % len(names)], *"bcd"))
        commit, branch = f"<script>alert({day})</script>{names[day]}", f"{names[-1 - day]}<b>{day}</b>"
        machine = {"processor": names[0], "kernel": f"{names[3]}{day % 2}"}
        found.append(results(made, day=day, commit=commit, branch=branch, dirty=bool(day % 2), machine=machine))
    return found


def write(path, found):
    """The results as pytest-benchmark saves them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"datetime": found.saved_at, "commit_info": found.commit, KEY: encode(found)}))
    return path
