"""How long each strategy's script takes, compared with the measured round of the same setting, in the same blocks.

    round   the strategy in its host, with the ledger, from t0 to t1
    script  what is pasted, in a fresh interpreter, from the items to the results

A round imports the library of its strategy inside t0 and t1, so that a script's imports count where it has one.
"""

import math
import random
import shutil
import statistics
import subprocess
import sys

import pytest
import user_jobs
from repository import SUPPORT
from rounds import PATIENCE_S, job

from lightwork import strategies
from lightwork.core.setting import Setting
from lightwork.launch.run import launch
from lightwork.launch.workdir import open_workdir
from lightwork.planning.script.script import script_for
from lightwork.replay.prediction import BAND
from lightwork.workload.target import CALL

pytestmark = [pytest.mark.figures, pytest.mark.timeout(0)]

WORKERS, BLOCKS = 2, 5
JOBS = {
    "small items": ("compute", "many_items"),
    "8 MB items": ("digest", "many_heavy_items"),
    "3 MB results": ("large", "many_items"),
}
CELLS = [
    (name, method)
    for name in strategies.usable()
    if strategies.find(name).script and not strategies.find(name).awaits
    for method in strategies.find(name).start_methods
]
NEAR, BAR = 0.1, 0.9


def test_a_script_takes_as_long_as_its_round(tmp_path):
    """Of all strategies, start methods and jobs, nine of ten scripts take as long as predictions are exact."""
    shutil.copy(SUPPORT / "user_jobs.py", tmp_path)
    ratios = {}
    with open_workdir(tmp_path / "data") as workdir:
        for name, method in CELLS:
            for kind, (function, maker) in JOBS.items():
                ratios[name, method, kind] = ratio_of(tmp_path, workdir, setting_of(name, method), function, maker)
                print(f"\n{name:16} {method:10} {kind:13} {ratios[name, method, kind]:.2f}", end="", flush=True)
    tell("all", list(ratios.values()))
    for kind in JOBS:
        tell(kind, [ratio for (*_, of), ratio in ratios.items() if of == kind])
    assert share_within(BAND, list(ratios.values())) >= BAR


def setting_of(name, method):
    """Two workers, chunks of two."""
    parallel = strategies.find(name).parallel
    chunksize = 2 if strategies.find(name).default_chunksize else None
    return Setting(name, WORKERS if parallel else 1, chunksize, method)


def ratio_of(folder, workdir, setting, function, maker):
    """The script's time over the round's: the fastest of each, of blocks in which both are run in random order."""
    target, source = f"{folder}/user_jobs.py:{function}", f"{CALL}{folder}/user_jobs.py:{maker}"
    script = script_for(f"user_jobs.py:{function}", [], f"user_jobs.py:{maker}", [])
    code = script(setting, strategies.chunksize_in_force(setting, len(getattr(user_jobs, maker)())))
    (folder / "job.py").write_text(clocked(code, with_imports=bool(strategies.find(setting.strategy).extra)))

    def round_s():
        finished = launch(workdir, job(workdir, setting, target, source=source), PATIENCE_S).round
        assert finished.ok, finished.reason
        return finished.wall_ns / 1e9

    def script_s():
        return float(subprocess.check_output([sys.executable, "job.py"], cwd=folder, timeout=PATIENCE_S))

    fastest_s = {round_s: math.inf, script_s: math.inf}
    for _ in range(BLOCKS):
        for run in random.sample(list(fastest_s), 2):
            fastest_s[run] = min(fastest_s[run], run())
    return fastest_s[script_s] / fastest_s[round_s]


def clocked(code, *, with_imports):
    """The script, with lines that print how long it took."""
    lines = code.splitlines()
    (items,) = [number for number, line in enumerate(lines) if line.startswith("    items = ")]
    guard = lines.index('if __name__ == "__main__":')
    began = ["import time", "began_s = time.perf_counter()"]
    imported = ["import_s = time.perf_counter() - began_s" if with_imports else "import_s = 0"]
    start, stop = "    start_s = time.perf_counter()", "    print(time.perf_counter() - start_s + import_s)"
    body = [*lines[guard : items + 1], start, *lines[items + 1 :], stop]
    return "\n".join([*began, *lines[:guard], *imported, *body, ""])


def share_within(band, ratios):
    """What share of the ratios is within a band around 1, as predictions have theirs."""
    return sum(1 - band <= ratio <= 1 + band for ratio in ratios) / len(ratios)


def tell(title, ratios):
    """One line about these ratios."""
    off = sorted(abs(ratio - 1) for ratio in ratios)
    print(
        f"\n{title}: {len(ratios)} scripts, script / round: median {statistics.median(ratios):.2f}, off by "
        f"{statistics.median(off):.0%} (median), {off[int(0.9 * len(off))]:.0%} (nine of ten), {off[-1]:.0%} (worst); "
        f"within {NEAR:.0%}: {share_within(NEAR, ratios):.0%}, within {BAND:.0%}: {share_within(BAND, ratios):.0%}",
        end="",
    )
