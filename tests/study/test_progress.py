"""Progress where output goes to a file: a line every ten seconds, between rounds."""

from lightwork.study.progress import EVERY_S, Teller
from lightwork.study.run import StudyProgress


def told(capsys, rounds, **more):
    """The lines told of so many rounds of 3 s each."""
    now_s = [0.0]
    with Teller("toy", clock_s=lambda: now_s[0], **more) as teller:
        for done in range(1, rounds + 1):
            now_s[0] += 3.0
            teller.tell(StudyProgress("toy", done, now_s[0], 60.0 - now_s[0], 2))
    return capsys.readouterr().err.splitlines()


def test_a_line_every_ten_seconds(capsys):
    """There is a line after the first round that ends ten seconds or more after the last line, and one at the end."""
    assert EVERY_S == 10
    assert told(capsys, 9) == [
        "toy: 4 rounds in 12 s, about 48 s left",
        "toy: 8 rounds in 24 s, about 36 s left",
        "measured toy: 9 rounds in 27 s",
    ]


def test_what_is_still_to_come_is_told(capsys):
    """Where other studies follow, the line says how long all of them may take."""
    assert told(capsys, 4, others_s=100.0)[0] == "toy: 4 rounds in 12 s, about 48 s left, 148 s for all workloads"


def test_a_short_study_has_one_line(capsys):
    """What is over before that is told of at its end alone."""
    assert told(capsys, 2) == ["measured toy: 2 rounds in 6 s"]
