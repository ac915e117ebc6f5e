"""Scripts for methods: what holds the method is imported, and its items may come from a method, too."""

import json
import subprocess
import sys

import pytest

from lightwork.core.setting import Setting
from lightwork.planning.script.items_source import made_by
from lightwork.planning.script.source import Source
from lightwork.planning.script.templates import recipe

STORE = """
class Store:
    def __init__(self, by):
        self.by = by

    def double(self, number):
        return self.by * number

    @classmethod
    def numbers(cls):
        return [1, 2, 3]

Pool = STORE = Store(2)
"""


@pytest.mark.parametrize("method", ["fork", "spawn"])
@pytest.mark.parametrize("name", ["STORE", "Pool"])
def test_a_methods_script_runs_as_pasted(name, method, tmp_path):
    """Under its own name, and under another where the script needs that name itself."""
    source = Source("store", f"{name}.double", made_by("store", f"{name}.numbers"))
    code = recipe(source, Setting("map", 2, start_method=method), None)
    (tmp_path / "store.py").write_text(STORE)
    (tmp_path / "job.py").write_text(code + "    print(__import__('json').dumps(results))\n")
    ended = subprocess.run(
        [sys.executable, "-W", "error", "job.py"], cwd=tmp_path, capture_output=True, text=True, timeout=200, check=True
    )
    assert json.loads(ended.stdout) == [2, 4, 6]
    assert "from store import" in code
