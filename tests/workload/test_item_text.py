"""An item's text: short and on one line, whatever it is."""

import threading
from collections import namedtuple
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from lightwork.workload.item_text import CUT, short


class Silent:
    """Its text raises."""

    def __str__(self):
        raise RuntimeError


@pytest.mark.parametrize(
    ("item", "text"),
    [
        (17, "17"),
        ("invoice", "invoice"),
        (("megacorp", 36_000_000), "('megacorp', 36000000)"),
        (Path("a/b"), "a/b"),
        ("word " * 800, f"str {'word ' * 8}{CUT}"),
        ("two\nlines", "two lines"),
        (threading.Lock(), "<unlocked _thread.lock object>"),
        (list(range(1_000_000)), "[0, 1, 2, 3, 4, 5, ...]"),
        (namedtuple("Order", "number note")(7, "x" * 90), f"Order(number=7, note='{'x' * 18}{CUT}"),  # noqa: PYI024
    ],
)
def test_a_short_text_stands_as_it_is_and_a_long_one_is_cut(item, text):
    """A long one has its type before it, unless it says that itself."""
    assert short(item) == text


def test_an_item_whose_text_raises_has_a_name():
    """What it is, and what its own code raised."""
    assert short(Silent()) == "Silent whose text raised RuntimeError"


@pytest.mark.parametrize("item", [np.zeros(10**6), np.zeros((9, 9)), pd.DataFrame({"a": range(99)}), b"x" * 10**6])
def test_arrays_and_frames_have_short_names(item):
    """Its type and some of it, on one line."""
    assert len(short(item)) <= 50
    assert short(item).isprintable()
