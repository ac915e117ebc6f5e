"""Scripts whose workers have a number of inner threads: it is set before the user's module, and numpy, are loaded."""

import json

import pytest
from pasted import run_pasted

from lightwork.core.setting import Setting
from lightwork.planning.script.script import script_for

MODULE = """
import os as system

AT_IMPORT = system.environ.get("OMP_NUM_THREADS")


def os(number):
    return AT_IMPORT, system.environ.get("OMP_NUM_THREADS")


def numbers():
    return [1, 2]
"""


@pytest.mark.parametrize(
    ("name", "method"), [("process_executor", "fork"), pytest.param("map", "spawn", marks=pytest.mark.matrix)]
)
def test_the_number_is_set_before_anything_is_imported_that_reads_it(name, method, tmp_path):
    """In workers of either kind, and where the user's function has the name of the module that sets it."""
    (tmp_path / "apart").mkdir()
    (tmp_path / "apart" / "limited.py").write_text(MODULE)
    reference = "apart/limited.py:{}".format
    code = script_for(reference("os"), (), reference("numbers"), [1.0, 1.0], inner_threads=1)
    script = code(Setting(name, 2, start_method=method), 1) + "    import json\n    print(json.dumps(results))\n"
    ended = run_pasted(tmp_path, script)
    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout) == [["1", "1"]] * 2
