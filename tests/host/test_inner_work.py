"""Inner work as the host sees it: which libraries bring threads of their own."""

import json
import os
import subprocess
import sys

import pytest

LOOK = """
import json
{}
from lightwork.host.inner_work import thread_pools

print(json.dumps(thread_pools()))
"""


@pytest.mark.parametrize(
    ("imported", "threads", "pools"),
    [("import numpy", "2", {"thread_pools": "OpenBLAS"}), ("import numpy", "1", {}), ("import json", "2", {})],
)
def test_a_library_with_threads_of_its_own_is_named(imported, threads, pools):
    """Numpy brings OpenBLAS, which starts its threads when it is loaded; with one thread it is no concern."""
    if len(os.sched_getaffinity(0)) == 1:
        pytest.skip("OpenBLAS has no more threads than cores")
    environment = {**os.environ, "OMP_NUM_THREADS": threads}
    words = [sys.executable, "-c", LOOK.format(imported)]
    ended = subprocess.run(words, env=environment, capture_output=True, text=True, check=True)
    assert json.loads(ended.stdout) == pools
