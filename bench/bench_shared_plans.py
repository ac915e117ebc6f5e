"""Whether `plan` names the better method for jobs whose items share something, and whether that is as fast as it says.

    large input    the pasted script, and the items one after the other
    shared state   the same work with parts that items return, by two processes, and the job as it is, serially

Both in interleaved pairs; the speedup of the medians is to lie in the predicted band.
"""

import shutil
import statistics
import subprocess
import sys
import time
from math import inf
from pathlib import Path

import pytest
from bench_scripts import clocked

from lightwork.cli import parser
from lightwork.core.reasons import OwnParts
from lightwork.machine.facts import facts as facts_of
from lightwork.planning.answered import answered, surroundings
from lightwork.planning.forms.sentences import what_to_do
from lightwork.replay.prediction import BAND
from lightwork.storage.paths import ready_data_dir

pytestmark = [pytest.mark.figures, pytest.mark.timeout(0)]

PAIRS = 5
LARGE = {"score": "tuples", "look_up": "dicts", "SCORER.score": "PLACES", "count_all": "PLACES", "of_key": "frames"}
STATE = {
    "add_to_value": "part_of_value", "add_to_array": "part_of_array", "add_under_lock": "part_of_array",
    "add_to_manager": "part_of_manager", "add_to_locked_manager": "part_of_locked_manager",
}  # fmt: skip
SERIALLY = """
import time
from {module} import {names}
if __name__ == "__main__":
    items = list({items})
    start_s = time.perf_counter()
    {call}
    print(time.perf_counter() - start_s)
"""
MERGED = """
    from concurrent.futures import ProcessPoolExecutor
    with ProcessPoolExecutor({workers}) as executor:
        for part in executor.map({function}, items, chunksize=5):
            total.update(part)
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with the jobs, from which everything is run."""
    shutil.copy(Path(__file__).parent / "planted" / "shared_jobs.py", tmp_path / "shared_jobs.py")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path


def test_the_better_method_is_named_and_as_fast_as_said(folder):
    """Ten jobs: five that carry something large, five that update one state."""
    named, within = 0, 0
    for function, maker in LARGE.items():
        is_named, is_within = large_input(folder, function, maker)
        named, within = named + is_named, within + is_within
    for function, part in STATE.items():
        is_named, is_within = shared_state(folder, function, part)
        named, within = named + is_named, within + is_within
    print(f"\nthe better method named in {named} of 10, as fast as said in {within} of 10", end="")
    assert named == len(LARGE) + len(STATE)
    assert within >= len(LARGE) + len(STATE) - 1


def large_input(folder, function, maker):
    """Whether nothing large is sent by the recommended setting, and whether its script is as fast as promised."""
    plan = planned(function, maker)
    chosen = plan.recommendation
    if chosen is None or chosen.setting.strategy not in ("inherited", "threads"):
        print(f"\n{function:22} {what_to_do(plan)}", end="")
        return False, False
    spread = {"tuples": "*item", "dicts": "**item", "frames": "*item"}.get(maker, "item")
    items = f"{maker}()" if maker.islower() else maker
    serial = SERIALLY.format(
        module="shared_jobs", names=f"{function.partition('.')[0]}, {maker}", items=items,
        call=f"[{function}({spread}) for item in items]",
    )  # fmt: skip
    measured = speedup_of(folder, serial, clocked(chosen.code, with_imports=False))
    said = chosen.speedup
    # A measured speedup's own interval is narrow; what is said of another run is as uncertain as a prediction.
    return True, told(function, measured, said.point, said.point * (1 - BAND), said.point * (1 + BAND))


def shared_state(folder, function, part):
    """Whether parts of their own are advised, and whether they are as fast as promised."""
    plan = planned(function, "PLACES")
    advice = [reason for reason in plan.reasons if isinstance(reason, OwnParts)]
    if not advice:
        print(f"\n{function:22} {what_to_do(plan)}", end="")
        return False, False
    (parts,) = advice
    serial = SERIALLY.format(
        module="shared_jobs", names=f"{function}, PLACES", items="PLACES", call=f"[{function}(item) for item in items]"
    )
    merged = "    from collections import Counter\n    total = Counter()\n"
    if parts.crew is None:
        merged += f"    for item in items:\n        total.update({part}(item))\n"
    else:
        merged += MERGED.format(workers=parts.crew.workers, function=part)
    script = SERIALLY.format(
        module="shared_jobs", names=f"{part}, PLACES", items="PLACES", call=merged.strip()
    )  # fmt: skip
    measured = speedup_of(folder, serial, script)
    most = inf if parts.manager_share else parts.speedup * (1 + BAND)  # "at least"
    return True, told(function, measured, parts.speedup, parts.speedup * (1 - BAND), most)


def planned(function, maker):
    """What a person would be told, as values."""
    words = ["plan", f"shared_jobs.py:{function}", "--items", f"shared_jobs.py:{maker}", "--budget", "30s"]
    with surroundings(facts_of(ready_data_dir()), time.monotonic(), lambda _: None) as environment:
        return answered(parser().parse_args(words), environment).result


def speedup_of(folder, serial, parallel):
    """The medians' ratio, of so many pairs."""
    walls_s = {"serial": [], "parallel": []}
    for _ in range(PAIRS):
        for name, code in (("serial", serial), ("parallel", parallel)):
            (folder / f"{name}.py").write_text(code)
            ran = subprocess.run([sys.executable, f"{name}.py"], cwd=folder, capture_output=True, text=True, check=True)
            walls_s[name].append(float(ran.stdout))
    return statistics.median(walls_s["serial"]) / statistics.median(walls_s["parallel"])


def told(function, measured, said, low, high):
    """Whether it lies within; one line about it."""
    is_within = low <= measured <= high
    words = "within" if is_within else "OUTSIDE"
    print(f"\n{function:22} said {said:.2f}x ({low:.2f}-{high:.2f}), measured {measured:.2f}x: {words}", end="")
    return is_within
