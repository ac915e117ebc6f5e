"""Running a script as a user who pasted it does."""

import os
import subprocess
import sys


def run_pasted(folder, code, *arguments, flags=(), **variables):
    """How the code ended, as job.py in this folder.

    flags: of the interpreter; variables: of the environment, which knows nothing of lightwork's own modules.
    """
    (folder / "job.py").write_text(code)
    surroundings = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    surroundings |= {"DASK_TEMPORARY_DIRECTORY": str(folder), **variables}  # where dask leaves a folder of its own
    command = [sys.executable, *flags, "job.py", *arguments]
    return subprocess.run(
        command, cwd=folder, env=surroundings, capture_output=True, text=True, timeout=200, check=False
    )
