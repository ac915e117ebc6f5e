"""Data made once: by one process only, whole or not at all."""

import multiprocessing
import time
from pathlib import Path
from typing import Any

import pytest

from lightwork.workloads._atomic import make_once

FORK = multiprocessing.get_context("fork")
MAKERS = 4


def test_makers_at_the_same_time_make_it_once(tmp_path: Path) -> None:
    """Four processes that want the same data get it from one of them, and none fails."""
    made = FORK.Value("i", 0)
    makers = [FORK.Process(target=make_slowly, args=(tmp_path / "data", made)) for _ in range(MAKERS)]
    for maker in makers:
        maker.start()
    for maker in makers:
        maker.join()
    assert [maker.exitcode for maker in makers] == [0] * MAKERS
    assert made.value == 1
    assert (tmp_path / "data" / "file").read_text() == "whole"


def make_slowly(directory: Path, made: Any) -> None:
    """Make the data, slowly enough to be overtaken; fail where they are not whole afterwards."""

    def fill(making: Path) -> None:
        with made.get_lock():
            made.value += 1
        (making / "file").write_text("half")
        time.sleep(0.1)
        (making / "file").write_text("whole")

    make_once(directory, fill)
    assert (directory / "file").read_text() == "whole"


def test_a_failed_making_can_be_repeated(tmp_path: Path) -> None:
    """A fill that raises leaves no data, and the next one starts from an empty directory."""

    def fail(making: Path) -> None:
        (making / "half").write_text("")
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        make_once(tmp_path / "data", fail)
    assert not (tmp_path / "data").exists()
    make_once(tmp_path / "data", lambda _: None)
    assert list((tmp_path / "data").iterdir()) == []


def test_what_is_there_is_left_alone(tmp_path: Path) -> None:
    """A directory that is there is not filled again, and nothing is written beside it."""
    (tmp_path / "data").mkdir()
    make_once(tmp_path / "data", lambda _: pytest.fail("filled again"))
    assert [path.name for path in tmp_path.iterdir()] == ["data"]
