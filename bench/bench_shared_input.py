"""What sharing a table of 500 MB costs beside a bare numpy script that does the same.

    bare    a plain script in a fresh interpreter, which knows nothing of lightwork: the same table, pool and sums
    ours    shared_input in a round's host, recorded as usual

Both run in every block, in random order. Timed is what a user waits for: from the making of the pool to its end. The
block is filled, and the file read once, before.
"""

import functools
import subprocess
import sys

import pytest

from lightwork.core.estimate import median_interval
from lightwork.core.round import Job
from lightwork.core.setting import Setting
from lightwork.launch.run import launch
from lightwork.launch.workdir import open_workdir
from lightwork.storage.paths import data_dir
from lightwork.study.block_order import order_of
from lightwork.workload.api import Place
from lightwork.workloads import shared_input
from lightwork.workloads._shared_input.stored import expected

pytestmark = [pytest.mark.figures, pytest.mark.timeout(0)]

WORKERS, BLOCKS = 2, 25
SIZE = {"table_mib": 477, "items": 32, "share": 1 / 32, "passes": 1}  # 500 MB, each row read once
BAR = 1.2

SCRIPT = """
import multiprocessing, sys
from multiprocessing.shared_memory import SharedMemory
from time import monotonic_ns

import numpy as np

WORKERS, ITEMS = {workers}, {items}
path, method = sys.argv[1:]
context = multiprocessing.get_context("fork")
table = block = None

def attach(name, shape):
    global table, block
    if method == "mmap":
        table = np.load(path, mmap_mode="r")
    else:
        block = SharedMemory(name)
        table = np.ndarray(shape, np.float64, buffer=block.buf)

def part_sum(part):
    first, rows = part
    return float(table[first : first + rows].sum())

stored = np.load(path, mmap_mode="r")
shape, made, name = stored.shape, None, ""
if method == "shared_memory":
    made = SharedMemory(create=True, size=stored.nbytes)
    name = made.name
    np.ndarray(shape, np.float64, buffer=made.buf)[:] = stored
else:
    with open(path, "rb", buffering=0) as file:
        while file.read(1 << 20):
            pass
del stored
rows = shape[0] // ITEMS
parts = [((shape[0] - rows) * number // (ITEMS - 1), rows) for number in range(ITEMS)]
began_ns = monotonic_ns()
with context.Pool(WORKERS, attach, (name, shape)) as pool:
    sums = pool.map(part_sum, parts)
took_ns = monotonic_ns() - began_ns
if made is not None:
    made.close()
    made.unlink()
print(took_ns, sum(sums))
"""


def bare_ns(script, path, method, total):
    """The wall time of the plain script's pool."""
    words = [sys.executable, script, path, method]
    took_ns, summed = subprocess.run(words, check=True, capture_output=True, text=True).stdout.split()
    assert float(summed) == total
    return int(took_ns)


def ours_ns(workdir, method):
    """The wall time of a round."""
    setting = Setting("map", WORKERS)
    job = Job(
        setting.cell_id, 0, 0, "shared_input", {**SIZE, "method": method}, setting, 1, True, True,
        str(workdir.data_dir), str(workdir.rounds / "round"), str(workdir.shared / "round"),
    )  # fmt: skip
    round_ = launch(workdir, job, 120.0).round
    assert round_.ok, round_.reason
    return round_.wall_ns


@pytest.mark.parametrize("method", ["shared_memory", "mmap"])
def test_sharing_a_table_costs_what_numpy_takes(method, tmp_path):
    """At most 1.2 times the bare script: the median of paired blocks."""
    script = tmp_path / "bare.py"
    script.write_text(SCRIPT.format(workers=WORKERS, items=SIZE["items"]))
    parameters = shared_input.Parameters(**SIZE)
    shared_input.prepare(parameters, data_dir())
    items = shared_input.items(parameters, Place(data_dir(), tmp_path))
    stored = items[0].source
    total = sum(expected(stored, [(item.first_row, item.rows) for item in items]))
    with open_workdir(data_dir()) as workdir:
        ways = {
            "bare": functools.partial(bare_ns, script, stored.path, method, total),
            "ours": functools.partial(ours_ns, workdir, method),
        }
        walls = {way: [] for way in ways}
        for block in range(BLOCKS):
            for way in order_of(list(ways), block, seed=1):
                walls[way].append(ways[way]())
    for way, values in walls.items():
        wall = median_interval(values)
        print(f"\n{method}, {way}: {wall.point / 1e6:.1f} ms ({wall.low / 1e6:.1f} to {wall.high / 1e6:.1f})", end="")
    ratio = median_interval([ours / bare for ours, bare in zip(walls["ours"], walls["bare"], strict=True)])
    print(f"\n{method}: {ratio.point:.3f} times the bare script ({ratio.low:.3f} to {ratio.high:.3f})")
    assert ratio.point <= BAR
