"""A short soak in every test run; `tox -e soak` runs ten thousand rounds."""

import subprocess
import sys

import pytest
from repository import SUPPORT

SOAK = SUPPORT / "soak.py"


@pytest.mark.timing
@pytest.mark.timeout(180)
def test_nothing_is_left_after_rounds_with_faults_at_random():
    """No process, segment, file, database object or descriptor is left, no memory grows, and nothing hangs."""
    found = subprocess.run(
        [sys.executable, str(SOAK), "--rounds", "36", "--beside", "6"], capture_output=True, text=True, check=False
    )
    assert found.returncode == 0, found.stdout + found.stderr
    assert found.stdout.startswith("36 rounds in ")
