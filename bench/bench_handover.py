"""What a strategy of ours costs more for each item than the bare standard-library code that a user would write.

    bare        a plain script in a fresh interpreter, which knows nothing of lightwork: the same loop, the same no-op
    unrecorded  our strategy in its host, without a ledger
    recorded    the same with the ledger, as every usual round

All three are run in every block, in random order, each once with MANY items and once with FEW, so that starting and
ending a pool cancels. What the ledger costs is the difference of the last two, measured in the same blocks, and is
subtracted: what is compared with the bare code is the hand-over without it.
"""

import functools
import subprocess
import sys
import textwrap

import pytest

from lightwork.core.estimate import median_interval
from lightwork.core.round import Job
from lightwork.core.setting import Setting
from lightwork.launch.run import launch
from lightwork.launch.workdir import open_workdir
from lightwork.ledger import overhead
from lightwork.storage.paths import data_dir
from lightwork.study.block_order import order_of

pytestmark = [pytest.mark.figures, pytest.mark.timeout(0)]

WORKERS, FEW, MANY, BLOCKS = 2, 2, 4_000, 25
BAR = 1.1

BARE = {
    "imap_unordered": """
        def run():
            with context.Pool(WORKERS) as pool:
                return list(pool.imap_unordered(no_op, items, 1))
    """,
    "queue": """
        def work(tasks, answers):
            for chunk in iter(tasks.get, None):
                answers.put([no_op(item) for item in chunk])

        def run():
            chunks = iter([[item] for item in items])
            tasks, answers = context.Queue(maxsize=2 * WORKERS), context.Queue()
            processes = [context.Process(target=work, args=(tasks, answers)) for _ in range(WORKERS)]
            for process in processes:
                process.start()
            results, waiting = [], 0
            for chunk in islice(chunks, 2 * WORKERS):
                tasks.put(chunk)
                waiting += 1
            while waiting:
                results += answers.get()
                waiting -= 1
                for chunk in islice(chunks, 1):
                    tasks.put(chunk)
                    waiting += 1
            for _ in processes:
                tasks.put(None)
            for process in processes:
                process.join()
            return results
    """,
    "pipe": """
        def work(pipe):
            for chunk in iter(pipe.recv, None):
                pipe.send([no_op(item) for item in chunk])

        def run():
            chunks, crew = iter([[item] for item in items]), {}
            for _ in range(WORKERS):
                ours, theirs = context.Pipe()
                crew[ours] = context.Process(target=work, args=(theirs,), daemon=True)
                crew[ours].start()
                theirs.close()
            results = []
            for pipe in crew:
                pipe.send(next(chunks, None))
            while crew:
                for pipe in wait(list(crew)):
                    try:
                        results += pipe.recv()
                    except EOFError:
                        crew.pop(pipe).join()
                    else:
                        pipe.send(next(chunks, None))
            return results
    """,
}
SCRIPT = """
import multiprocessing, sys
from itertools import islice
from multiprocessing.connection import wait
from time import monotonic_ns

WORKERS, items = {workers}, list(range(int(sys.argv[1])))
context = multiprocessing.get_context("fork")

def no_op(item):
    return item
{code}
began_ns = monotonic_ns()
results = run()
took_ns = monotonic_ns() - began_ns
assert sorted(results) == items
print(took_ns)
"""


def bare_ns(script, items):
    """The wall time of the plain script's loop."""
    told = subprocess.run([sys.executable, script, str(items)], check=True, capture_output=True, text=True).stdout
    return int(told)


def ours_ns(execute, workdir, setting, name, items, record):
    """The wall time of one round of no-ops."""
    job = Job(
        setting.cell_id, 0, 0, "no_op", {"items": items}, setting, 1, False, False, str(workdir.data_dir),
        str(workdir.rounds / name), str(workdir.shared / name), record=record,
    )  # fmt: skip
    return execute(job, 60.0).round.wall_ns


def item_ns(measure, block):
    """What one more item takes: the slope between many and few, which follow each other in random order."""
    walls = {items: measure(int(items)) for items in order_of([str(FEW), str(MANY)], block, seed=2)}
    return (walls[str(MANY)] - walls[str(FEW)]) / (MANY - FEW)


@pytest.mark.parametrize("name", BARE)
def test_hand_over_costs_what_the_standard_library_takes(name, tmp_path):
    """Per item at chunksize 1, at most 1.1 times the bare code, the ledger apart: the median of paired blocks."""
    script = tmp_path / "bare.py"
    script.write_text(SCRIPT.format(workers=WORKERS, code=textwrap.dedent(BARE[name])))
    setting = Setting(name, WORKERS, 1)
    with open_workdir(data_dir()) as workdir:
        run = functools.partial(ours_ns, functools.partial(launch, workdir), workdir, setting, "round")
        ways = {
            "bare": functools.partial(bare_ns, script),
            "unrecorded": functools.partial(run, record=False),
            "recorded": functools.partial(run, record=True),
        }
        found = {way: [] for way in ways}
        for block in range(BLOCKS):
            for way in order_of(list(ways), block, seed=1):
                found[way].append(item_ns(ways[way], block))
    for way, values in found.items():
        told = median_interval(values)
        print(
            f"\n{name}, {way}: {told.point / 1e3:.2f} us an item ({told.low / 1e3:.2f} to {told.high / 1e3:.2f})",
            end="",
        )
    ledger = sorted(one - other for one, other in zip(found["recorded"], found["unrecorded"], strict=True))
    alone = overhead.measure_apart()["cpu_time"]
    print(f"\n{name}, the ledger: {ledger[len(ledger) // 2] / 1e3:.2f} us of wall an item, subtracted; ", end="")
    print(f"{alone / 1e3:.2f} us of CPU time a row by itself", end="")
    ratio = median_interval([one / other for one, other in zip(found["unrecorded"], found["bare"], strict=True)])
    print(f"\n{name}: {ratio.point:.3f} times the bare code ({ratio.low:.3f} to {ratio.high:.3f})")
    assert ratio.point <= BAR
