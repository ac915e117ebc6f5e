"""The soak: thousands of tiny rounds of every strategy, faults thrown in at random; then nothing may be left.

`python tests/support/soak.py --rounds 10000 --seed 1`, or `tox -e soak`. Several measuring processes run rounds beside
each other, each in its own workdir. Half of the rounds suffer a fault: one of `lightwork faults`, or the SIGKILL of
any process of the round, the host included, at any moment. Databases that can be had are stored into, and states are
shared in every way; `--sharing 1` does nothing else.

Exits 1 if the harness hung, or a process, descriptor, shared-memory segment, file or database object is left, or
memory grew.
"""

import argparse
import functools
import gc
import json
import multiprocessing
import os
import queue
import random
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import psutil
import servers

import lightwork.storage.ledgers  # noqa: F401  numpy, which recovery loads, is there before memory counts
from lightwork import strategies
from lightwork.core.round import Job
from lightwork.core.setting import Setting
from lightwork.errors import UsageError
from lightwork.faults.accident import Accident
from lightwork.faults.fault import Fault, faults
from lightwork.faults.sharing.accidents import ACCIDENTS, METHODS
from lightwork.launch.process import members_of
from lightwork.launch.run import launch
from lightwork.launch.workdir import Workdir, open_workdir
from lightwork.study.retry import Retrying
from lightwork.workloads._shared_state.limits import refuse

HERE = Path(__file__).parent
MARK = "LIGHTWORK_SOAK"
SHARED = Path("/dev/shm")
DEADLINE_S, SLACK_S = 5.0, 45.0  # a clean-up after a kill may take 30 s
# One in so many of the others' rounds: they take seconds to start, or their deadline.
SELDOM = {"dask": 100, "joblib": 50, "mpire": 20, "spawn": 8, "forkserver": 8, "hang": 20}
FAULTS, KILLS, STORED, SHARING, RETRIED = 0.3, 0.2, 0.1, 0.1, 0.2  # shares of the rounds
SHARERS = [name for name in strategies.usable() if not (strategies.find(name).staged or strategies.find(name).awaits)]
WARM_UP = 0.2  # of the rounds, before memory counts as what is needed
GROWTH = 1.1


@dataclass
class Found:
    """What a measuring process saw. rss_bytes, descriptors: its own, before the first round, after the warm-up, now."""

    rounds: int = 0
    outcomes: dict = field(default_factory=dict)
    harness_hung: int = 0
    longest_s: float = 0.0
    rss_bytes: list = field(default_factory=list)
    descriptors: list = field(default_factory=list)

    def look(self) -> None:
        """Note what this process holds now."""
        gc.collect()
        self.rss_bytes.append(psutil.Process().memory_info().rss)
        self.descriptors.append(len(os.listdir("/proc/self/fd")))


def weighted(chance: random.Random, names: Sequence[Any], seldom: dict) -> Any:
    """One of these, those that are dear seldom."""
    return chance.choices(names, [1 / seldom.get(name, 1) for name in names])[0]


def databases() -> list[str]:
    """The words for every database that can be had."""
    found = ["sqlite"]
    for name in servers.SERVERS:
        words, missing = servers._found(name)
        found += [] if missing else [words]
    return found


def job_of(chance: random.Random, workdir: Workdir, number: int, words: Sequence[str]) -> tuple[Job, Fault | None]:
    """A round at random, and the fault that is in its items or strikes it."""
    stores = chance.random() < STORED
    usable = [name for name in strategies.usable() if not (stores and strategies.find(name).awaits)]
    name = weighted(chance, usable, SELDOM)
    method = weighted(chance, strategies.find(name).start_methods, SELDOM)
    setting = Setting(name, chance.randint(1, 3), start_method=method)
    fault = faults()[weighted(chance, list(faults()), SELDOM)] if chance.random() < FAULTS else None
    workload, parameters = "lightwork.faults.planted", {
        "items": 8, "at": chance.randrange(8), "wait_s": 0.002, "last_s": 0.3, "fault": fault.module if fault else "",
    }  # fmt: skip
    if stores:
        workload, fault = "db_insert", None
        parameters = {"db": chance.choice(words), "batches": 6, "rows_per_item": 30, "batch_rows": 10}
    made = Job(
        setting.cell_id, 0, number, workload, parameters, setting, number, True, True,
        str(workdir.data_dir), str(workdir.rounds / f"r{number}"), str(workdir.shared / f"r{number}"),
    )  # fmt: skip
    return made, fault


@contextmanager
def random_kill(chance: random.Random, host_pid: int) -> Iterator[None]:
    """Kill any process of the round at any moment, or not at all if that comes too late."""
    after_s, over = chance.expovariate(1 / 0.15), threading.Event()
    pick = chance.random()

    def strike() -> None:
        if over.wait(after_s):
            return
        members = members_of(host_pid)
        if members:
            with suppress(ProcessLookupError):
                os.kill(members[int(pick * len(members))], signal.SIGKILL)

    thread = threading.Thread(target=strike)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def sharing(chance: random.Random, workdir: Workdir, number: int) -> Job:
    """A round at random of workers that share a state, half of them with an accident."""
    setting = Setting(weighted(chance, SHARERS, SELDOM), chance.randint(1, 3))
    method = chance.choice([name for name in METHODS if can_share(name, setting)])
    accidents = [accident.name for accident in ACCIDENTS.values() if method in accident.happens]
    round_dir = str(workdir.rounds / f"r{number}")
    parameters = {
        "method": method, "items": 8, "at": chance.randrange(8), "updates": 4, "folder": round_dir,
        "accident": chance.choice(accidents) if chance.random() < FAULTS else "",
    }  # fmt: skip
    return Job(
        setting.cell_id, 0, number, "lightwork.faults.sharing.planted", parameters, setting, number, True, True,
        str(workdir.data_dir), round_dir, str(workdir.shared / f"r{number}"),
    )  # fmt: skip


def can_share(name: str, setting: Setting) -> bool:
    """Whether the setting's workers reach a state that is shared so."""
    try:
        refuse(name, [setting])
    except UsageError:
        return False
    return True


def measure(seed: int, rounds: int, data_dir: str, words: Sequence[str], answers: Any, share_of_sharing: float) -> None:
    """So many rounds at a workdir of one's own."""
    chance, found = random.Random(seed), Found()
    found.look()
    with open_workdir(Path(data_dir)) as workdir:
        for number in range(rounds):
            if number == int(rounds * WARM_UP):
                found.look()
            one(chance, workdir, number, words, found, share_of_sharing)
    found.look()
    answers.put(asdict(found))


def one(
    chance: random.Random, workdir: Workdir, number: int, words: Sequence[str], found: Found, share_of_sharing: float
) -> None:
    """One round, with its fault."""
    if chance.random() < share_of_sharing:
        job, fault = sharing(chance, workdir, number), None
    else:
        job, fault = job_of(chance, workdir, number, words)
    beside = Accident(Path(job.ledger), fault.strike).beside if fault else None
    if fault is None and chance.random() < KILLS:
        beside = functools.partial(random_kill, chance)
    began = time.monotonic()

    def execute(asked: Job, deadline_s: float) -> Any:
        return launch(workdir, asked, deadline_s, beside)

    retried = chance.random() < RETRIED
    with suppress(UsageError):  # a killed host may have been about to refuse
        run = Retrying(workdir, execute) if retried else execute
        outcome = str(run(job, DEADLINE_S).round.outcome)
        found.outcomes[outcome] = found.outcomes.get(outcome, 0) + 1
    took_s = time.monotonic() - began
    found.rounds += 1
    found.longest_s = max(found.longest_s, took_s)
    found.harness_hung += took_s > (DEADLINE_S + SLACK_S) * (4 if retried else 1)


def left_running() -> list[str]:
    """Processes of this soak that still run, but those that measure."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            ours = process.environ().get(MARK) == os.environ[MARK] and process.pid != os.getpid()
            if ours and process.status() != psutil.STATUS_ZOMBIE and "resource_tracker" not in str(process.cmdline()):
                found.append(f"{process.pid} {' '.join(process.cmdline())[:80]}")
    return found


def main(arguments: Sequence[str]) -> int:
    """Soak, and say what is left."""
    asked = argparse.ArgumentParser(description="Run tiny rounds with faults at random, and look what is left.")
    asked.add_argument("--rounds", type=int, default=10_000)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--beside", type=int, default=10, help="measuring processes beside each other")
    asked.add_argument("--sharing", type=float, default=SHARING, help="share of the rounds whose workers share a state")
    options = asked.parse_args(arguments)
    os.environ[MARK] = f"{os.getpid()}"
    os.environ["PYTHONPATH"] = os.pathsep.join([str(HERE), os.environ.get("PYTHONPATH", "")])
    words = databases()
    segments = set(os.listdir(SHARED))
    objects = {one: servers.made_by_us(one) for one in words if "://" in one}
    with tempfile.TemporaryDirectory() as folder:
        os.environ["TMPDIR"] = tempfile.tempdir = str(Path(folder, "t"))
        Path(folder, "t").mkdir()
        began = time.monotonic()
        found = soaked(options, f"{folder}/data", words)
        took_s = time.monotonic() - began
        files = [str(path) for path in Path(folder).rglob("*") if path.is_file() or path.is_socket()]
    time.sleep(1.0)
    left = {
        "processes": left_running(),
        "segments": sorted(set(os.listdir(SHARED)) - segments),
        "files": files,
        "database objects": sorted(name for one in objects for name in servers.made_by_us(one) - objects[one]),
        "descriptors": [one["descriptors"] for one in found if one["descriptors"][-1] > one["descriptors"][1]],
        "memory": [one["rss_bytes"] for one in found if one["rss_bytes"][-1] > GROWTH * one["rss_bytes"][1]],
    }
    return told(found, left, took_s, options)


def soaked(options: argparse.Namespace, data_dir: str, words: Sequence[str]) -> list[dict]:
    """What every measuring process found."""
    context = multiprocessing.get_context("spawn")
    answers = context.Queue()
    each = options.rounds // options.beside
    crew = [
        context.Process(
            target=measure, args=(options.seed * 1_000 + number, each, data_dir, words, answers, options.sharing)
        )
        for number in range(options.beside)
    ]
    for process in crew:
        process.start()
    found: list[dict] = []
    while len(found) < len(crew):
        with suppress(queue.Empty):
            found.append(answers.get(timeout=1.0))
        dead = [process.exitcode for process in crew if process.exitcode]
        if dead:
            raise SystemExit(f"measuring processes ended with {dead}")
    for process in crew:
        process.join()
    return found


def told(found: Sequence[dict], left: dict[str, list], took_s: float, options: argparse.Namespace) -> int:
    """Print what was found; 1 where anything is left."""
    outcomes = sum((Counter(one["outcomes"]) for one in found), Counter())
    rounds, hung = sum(one["rounds"] for one in found), sum(one["harness_hung"] for one in found)
    longest_s = max(one["longest_s"] for one in found)
    print(f"{rounds:,} rounds in {took_s:.0f} s, seed {options.seed}: {json.dumps(dict(outcomes.most_common()))}")
    print(f"the harness hung {hung} times; the longest round took {longest_s:.1f} s")
    growth = max(one["rss_bytes"][-1] / one["rss_bytes"][1] for one in found)
    print(f"memory of the measuring processes, end over warm-up: {growth:.3f} at most")
    for name, things in left.items():
        print(f"{name} left: {len(things)}" + "".join(f"\n  {thing}" for thing in things[:10]))
    return 1 if hung or any(left.values()) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
