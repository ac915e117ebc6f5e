"""A Ctrl-C, or another signal that ends programs: a plan ends at once, at any phase, and nothing is left of it."""

import signal
import subprocess
import time

import pytest
from processes import started
from registered import in_matrix
from rounds import nothing_left_behind


@pytest.mark.parametrize(
    ("phase", "words", "fresh"),
    [
        ("measuring static x 2", ["load.py:a_while", "--strategies", "static", "--orders", "given"], False),
        *in_matrix(
            ("running 16 of 24 items serially", ["load.py:slowly"], False),
            ("measuring once what the strategies cost", ["load.py:a_while", "--strategies", "joblib"], True),
        ),
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


@pytest.fixture
def not_under_nohup():
    """A SIGHUP that was ignored where the tests were started would be so in what they start."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


@pytest.mark.usefixtures("not_under_nohup")
@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), *in_matrix((signal.SIGHUP, 129))])
def test_ends_by_other_signals_as_by_a_ctrl_c(user, number, status, tmp_path):
    """What docker, Kubernetes and a closed terminal send: no process, folder or segment of the plan is left."""
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    with nothing_left_behind(), user.start("load.py:slowly", *user.files, TMPDIR=str(temporary)) as running:
        next(line for line in running.stderr if "running 16 of 24 items serially" in line)
        running.send_signal(number)
        running.send_signal(number)  # another one does not end the clearing away
        output, complaints = running.communicate(timeout=200)
    assert (running.returncode, output) == (status, ""), complaints
    assert complaints.endswith("lightwork: interrupted\n")
    assert not list(temporary.iterdir())


@pytest.mark.matrix
def test_a_hang_up_that_is_ignored_stays_so(user):
    """Under nohup a plan goes on when the terminal is closed."""
    words, pipe = ["nohup", *user.words("load.py:slowly", *user.files[:4], "--once")], subprocess.PIPE
    with started(words, cwd=user.folder, env=user.environment, stdout=pipe, stderr=pipe) as running:
        next(line for line in running.stderr if "items serially" in line)
        running.send_signal(signal.SIGHUP)
        output, complaints = running.communicate(timeout=200)
    assert running.returncode == 0, complaints
    assert output
