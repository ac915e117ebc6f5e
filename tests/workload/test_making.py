"""Making: items from a function, a generator, a list of the module's own, a data frame; what has no end is refused."""

import itertools
import sys
import time

import pandas as pd
import pytest

from lightwork.errors import UsageError
from lightwork.workload import making


@pytest.mark.parametrize("maker", [lambda: iter([1, 2]), lambda: [1, 2], (1, 2), lambda: range(1, 3)])
def test_items_are_what_is_returned_yielded_or_held(maker):
    """A generator is read to its end."""
    assert making.made("m.py:f", maker) == [1, 2]


def test_a_function_finds_no_arguments_of_ours(monkeypatch, capsys):
    """One that reads its command line, and prints, does so as if its module were run alone."""
    monkeypatch.setattr(sys, "argv", ["lightwork", "plan"])
    assert making.made("jobs.py:f", lambda: print("reading") or sys.argv) == ["jobs.py"]
    assert capsys.readouterr() == ("", "reading\n")


def test_a_data_frame_stands_for_its_rows():
    """Each a dict by column, which can be pickled and passed by keywords."""
    frame = pd.DataFrame({"a": [1, 2], "b": ["x", "y"]})
    rows = making.made("m.py:FRAME", frame)
    assert rows == [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]
    assert isinstance(rows, making.FrameRows)


@pytest.mark.parametrize("made", [None, 3, "text", b"bytes"])
def test_what_holds_no_items_is_refused(made):
    """One line says what it returned."""
    with pytest.raises(UsageError, match=f"m.py:f returned a {type(made).__name__}: it must return a list"):
        making.made("m.py:f", lambda: made)


def slow(number):
    """A thousandth of a second."""
    time.sleep(0.001)


def large(number):
    """A megabyte, really there."""
    return bytes([number % 250]) * 10**6


@pytest.mark.parametrize(
    ("cap", "most", "item"), [("MOST", 1000, str), ("MOST_S", 0.2, slow), ("MOST_KIB", 100_000, large)]
)
def test_an_endless_generator_is_refused_in_time_and_memory(monkeypatch, cap, most, item):
    """After so many items, so long, or so much memory, whichever comes first."""
    monkeypatch.setattr(making, cap, most)
    with pytest.raises(UsageError, match=r"^f\.py:endless still yields items after .* GiB: let it end, as by"):
        making.made("/folder/f.py:endless", lambda: map(item, itertools.count()))
