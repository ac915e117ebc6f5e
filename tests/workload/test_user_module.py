"""A user's module is imported as if it were run without arguments; what it does meanwhile is told, not suffered."""

import subprocess
import sys
from pathlib import Path

import pytest
from rounds import PATIENCE_S, job

from lightwork.core.round import Outcome
from lightwork.core.setting import Setting
from lightwork.errors import UsageError
from lightwork.launch.run import launch
from lightwork.launch.workdir import open_workdir
from lightwork.workload import user_module

READS_ARGV = """
import argparse, time
parser = argparse.ArgumentParser()
parser.add_argument("--limit", type=int, default=3)
options = parser.parse_args()
print("limit", options.limit)


def work(item):
    return item * options.limit


def items():
    return [1, 2, 3]
"""


@pytest.fixture
def module(tmp_path, monkeypatch):
    """Writes a module under a name that no other test has, to be forgotten afterwards."""
    monkeypatch.setattr(sys, "path", [*sys.path])
    path = tmp_path / f"m_{abs(hash(str(tmp_path)))}.py"

    def write(text):
        path.write_text(text)
        return path

    yield write
    sys.modules.pop(path.stem, None)


def test_a_module_finds_no_arguments_of_ours(module, capsys, monkeypatch):
    """It reads an empty command line with its own name, and what it prints is no output of ours."""
    monkeypatch.setattr(sys, "argv", ["lightwork", "plan", "--limit", "x"])
    path = module(READS_ARGV + "\nimport sys\nARGV = sys.argv\n")
    found = user_module.import_user_module(str(path))
    assert list(found.ARGV) == [path.name]
    assert sys.argv == ["lightwork", "plan", "--limit", "x"]
    assert capsys.readouterr() == ("", "limit 3\n")


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("import argparse\nargparse.ArgumentParser().parse_args()\n", True),
        ("import sys\nLIMIT = sys.argv[1] if len(sys.argv) > 1 else 3\n", True),
        ("import sys\nNAME = sys.argv[0]\nsys.argv = ['mine']\n", False),
        ("import argparse\nPARSER = argparse.ArgumentParser()\n", False),
    ],
)
def test_a_module_that_looks_for_arguments_is_noted(module, text, asks):
    """By itself or through a parser; its own name is no argument."""
    path = module(text)
    user_module.import_user_module(str(path))
    assert (path.stem in user_module.asks_for_arguments) == asks


@pytest.mark.parametrize("method", ["spawn", "forkserver"])
def test_workers_find_no_arguments_of_ours(module, tmp_path, method):
    """Those that load the module again, too."""
    path = module(READS_ARGV)
    with open_workdir(tmp_path / "data") as workdir:
        asked = job(
            workdir, Setting("map", 2, start_method=method), workload=f"{path}:work", source=f"call:{path}:items"
        )
        found = launch(workdir, asked, PATIENCE_S).round
    assert (found.outcome, found.items_done) == (Outcome.OK, 3), found.reason


@pytest.mark.parametrize(
    ("text", "what"),
    [("import sys\n\nsys.exit('no display')\n", "SystemExit: no display"), ("raise SystemExit\n", "SystemExit: None")],
)
def test_a_module_that_ends_the_program_is_one_line(module, text, what):
    """With the line that ended it, and where its job belongs."""
    path = module(text)
    with pytest.raises(UsageError) as refused:
        user_module.import_user_module(str(path))
    line = text.count("\n")
    assert (
        f"{path.stem} can't be imported: {what} ({path}, line {line}): put what reads the command line or runs"
        in str(refused.value)
    )


def test_the_time_of_a_job_at_import_is_noted_without_that_of_other_modules(module):
    """What the module's own statements take counts, what it imports does not."""
    (module("").parent / "slow_helper.py").write_text("import time\ntime.sleep(0.4)\n")
    path = module("import time\nimport slow_helper\ntime.sleep(0.1)\n")
    user_module.import_user_module(str(path))
    del sys.modules["slow_helper"]
    own_s = user_module.took_s[path.stem]
    path.write_text("import time\nimport slow_helper\n")
    del sys.modules[path.stem]
    user_module.import_user_module(str(path))
    del sys.modules["slow_helper"]
    assert own_s > 0.1 > user_module.took_s[path.stem]


def test_the_console_script_finds_packages_in_the_working_directory(tmp_path):
    """As `python -m lightwork` does: so that package.module:function works for a folder that is not installed."""
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "__init__.py").touch()
    (tmp_path / "shop" / "tax.py").write_text("RATE = 2\n")
    (tmp_path / "shop" / "bill.py").write_text("from .tax import RATE\n\n\ndef work(item):\n    return RATE\n")
    script = Path(sys.executable).with_name("lightwork")
    ended = subprocess.run(
        [script, "plan", "shop.bill:work", "a", "b", "--dry-run"], cwd=tmp_path, capture_output=True, text=True,
        check=False, timeout=100,
    )  # fmt: skip
    assert (ended.returncode, ended.stderr) == (0, "")
