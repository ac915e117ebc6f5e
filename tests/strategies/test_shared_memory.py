"""Strategy shared_memory: large results arrive whole, and no block stays, whatever becomes of the round."""

import os
import subprocess
import sys
from multiprocessing.shared_memory import SharedMemory
from pathlib import Path

import pytest
from registered import EACH_METHOD
from rounds import run_round

from lightwork.core.round import Outcome
from lightwork.core.setting import Setting
from lightwork.strategies.shared_memory import PIPE_BYTES, discard

SHARED = Path("/dev/shm")
LARGE = 10_000_000
SCRIPT = """
import sys
from multiprocessing import get_context
from lightwork.strategies.shared_memory import run
if __name__ == "__main__":
    sizes = [int(size) for size in sys.argv[2:]]
    found = sorted(run(bytes, sizes, 2, 3, get_context(sys.argv[1])), key=len)
    assert found == [bytes(size) for size in sorted(sizes)]
"""


def blocks():
    """The names of the results that lie in shared memory."""
    return {path.name for path in SHARED.glob("results-*")}


def run_script(folder, method, *sizes):
    """The strategy, in chunks of three, in an interpreter of its own that shows all warnings, its tracker's too."""
    (folder / "job.py").write_text(SCRIPT)
    command = [sys.executable, "-W", "always", "job.py", method, *map(str, sizes)]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=200, check=False)


@pytest.mark.parametrize("method", EACH_METHOD)
def test_large_results_arrive_whole_and_silently(method, tmp_path):
    """Results of 10 MB, and those around a pipe's size, are what serial's are; no block is left, and no warning."""
    before = blocks()
    found = run_script(tmp_path, method, LARGE, LARGE, 0, PIPE_BYTES - 100, PIPE_BYTES + 1)
    assert (found.returncode, found.stdout, found.stderr) == (0, "", "")
    assert blocks() <= before


@pytest.mark.parametrize("method", EACH_METHOD)
def test_an_exception_leaves_no_block(method, tmp_path):
    """When an item raises, the blocks of its chunk are removed by the caller, without a word of the tracker's."""
    before = blocks()
    found = run_script(tmp_path, method, LARGE, LARGE, -1, LARGE)
    assert "ValueError: negative count" in found.stderr
    assert "resource_tracker" not in found.stderr
    assert blocks() <= before


def test_a_block_whose_chunk_failed_is_removed(tmp_path):
    """An item that raises takes its chunk's finished results with it: their blocks are found by name."""
    before = blocks()
    found = run_round(tmp_path, Setting("shared_memory", 1, 6), fault="raise", result_bytes=LARGE).round
    assert found.outcome is Outcome.RAISED
    assert blocks() <= before


def test_a_round_that_is_ended_leaves_no_block(tmp_path):
    """A deadline ends caller and tracker at once: the blocks that lie there then are removed for them."""
    before = blocks()
    setting = Setting("shared_memory", 1, 2)
    found = run_round(tmp_path, setting, 1.5, items=2, fault="hang", at=1, result_bytes=LARGE).round
    assert found.outcome is Outcome.HUNG
    assert blocks() <= before


def test_a_block_without_a_size_can_be_removed():
    """A worker may be ended between making a block and giving it its size: that one goes, too, and so do the others."""
    names = [f"results-{os.getpid()}-test-{number}" for number in range(3)]
    (SHARED / names[0]).touch()
    SharedMemory(names[2], create=True, size=10).close()
    discard(names)
    assert not [name for name in names if (SHARED / name).exists()]
