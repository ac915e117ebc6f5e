"""The command line called in this process."""

import io
import sys
from contextlib import redirect_stderr, redirect_stdout
from typing import NamedTuple

import pytest

from lightwork.cli import main


def told(capsys, *arguments):
    """The exit status of a command, what it printed and what it complained of."""
    status = main(arguments)
    printed = capsys.readouterr()
    return status, printed.out, printed.err


def assert_refused(capsys, *arguments, saying):
    """Check that a command exits 2 with one line that says this, and prints nothing else."""
    status, out, err = told(capsys, *arguments)
    assert (status, out) == (2, "")
    assert err.startswith("lightwork: ")
    assert err.count("\n") == 1
    assert saying in err


class Ended(NamedTuple):
    """How a command ended, under the names that subprocess.run uses."""

    returncode: int
    stdout: str
    stderr: str


def run_here(folder, *words, stdin="", **environment):
    """A command in this folder and this process, which has loaded all that a new one would have to.

    Modules that it imports from the folder are forgotten afterwards: another folder may have some of the same names.
    """
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.chdir(folder)
        patch.setattr(sys, "stdin", io.StringIO(stdin))
        patch.setattr(sys, "path", [*sys.path])
        for name, value in environment.items():
            patch.setenv(name, value)
        known = set(sys.modules)
        try:
            status = main(words)
        except SystemExit as left:
            status = left.code
        finally:
            for name in set(sys.modules) - known:
                if str(getattr(sys.modules[name], "__file__", "")).startswith(str(folder)):
                    del sys.modules[name]
    return Ended(status, out.getvalue(), err.getvalue())
