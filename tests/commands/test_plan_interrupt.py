"""A Ctrl-C: at any phase a plan ends with status 130, at once, and nothing that it started goes on."""

import signal
import time

import pytest
from rounds import nothing_left_behind


@pytest.mark.parametrize(
    ("phase", "words", "fresh"),
    [
        ("running 16 of 24 items serially", ["load.py:slowly"], False),
        ("measuring once what the strategies cost", ["load.py:a_while", "--strategies", "joblib"], True),
        ("measuring static x 2", ["load.py:a_while", "--strategies", "static", "--orders", "given"], False),
    ],
)
def test_ends_with_nothing_left_running(user, tmp_path, phase, words, fresh):
    """SIGINT to the command alone, as a terminal's Ctrl-C reaches it, while rounds run."""
    data = {"LIGHTWORK_DATA": str(tmp_path / "new")} if fresh else {}
    with nothing_left_behind(), user.start(*words, *user.files, "--workers", "2", **data) as running:
        said = []
        for line in running.stderr:
            said.append(line)
            if phase in line:
                break
        time.sleep(0.4)
        running.send_signal(signal.SIGINT)
        output, complaints = running.communicate(timeout=200)
    assert (running.returncode, output) == (130, ""), (said, complaints)
    assert complaints.endswith("lightwork: interrupted\n")
