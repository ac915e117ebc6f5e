"""A user's own program that calls lightwork: a script in a folder, run by a real interpreter."""

import os
import subprocess
import sys
import textwrap

import rounds

LONGEST_S = 90


def program(folder, text, *, data, name="job.py", stdin=None):
    """The end of a program, with output and complaints apart, on a machine already calibrated; no test is beside it."""
    (folder / name).write_text(textwrap.dedent(text))
    environment = {**os.environ, "LIGHTWORK_DATA": str(data), rounds.MARK: rounds.RUN}
    environment.pop("PYTEST_XDIST_WORKER", None)
    return subprocess.run(
        [sys.executable, name], cwd=folder, env=environment, stdin=stdin or subprocess.DEVNULL, capture_output=True,
        text=True, timeout=LONGEST_S, check=False,
    )  # fmt: skip
