"""A copy of lightwork with one file added, as a contributor would add it, and the real command line in it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import rounds
from repository import REPOSITORY


class Extended:
    """Copies of the package and of its workloads in a folder; every process that it starts imports those."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.package = folder / "lightwork"
        shutil.copytree(REPOSITORY / "src" / "lightwork", self.package)
        shutil.copytree(REPOSITORY / "workloads", self.package / "workloads")
        paths = [str(folder), *filter(None, [os.environ.get("PYTHONPATH")])]
        self.environment = os.environ | {
            "PYTHONPATH": os.pathsep.join(paths), "LIGHTWORK_DATA": str(folder / "data"), rounds.MARK: rounds.RUN,
        }  # fmt: skip

    def add(self, path: str, text: str) -> None:
        """Write the one file, whose path is relative to the package; none may be there yet."""
        with (self.package / path).open("x") as file:
            file.write(text)

    def python(self, *arguments: str) -> str:
        """What Python prints with these arguments, run in the folder; it must succeed."""
        found = subprocess.run(
            [sys.executable, *arguments], cwd=self.folder, env=self.environment, capture_output=True, text=True,
            timeout=200, check=False,
        )  # fmt: skip
        assert found.returncode == 0, found.stdout + found.stderr
        return found.stdout

    def lightwork(self, *words: str) -> str:
        """What the command prints; it must succeed."""
        return self.python("-m", "lightwork", *words)
