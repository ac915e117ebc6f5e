"""Ten jobs whose items share something, each as people write it; those that share a state also as they should."""

import multiprocessing
from collections import Counter
from functools import partial

import numpy as np

ITEMS = 160


def work(turns):
    """Plain computing."""
    total = 0
    for number in range(turns):
        total += number * number
    return total


# Large input: something that all items carry.
MATRIX = np.arange(4_000_000, dtype=float).reshape(4_000, 1_000)
WORDS = [f"word {number}" for number in range(300_000)]


def tuples():
    """A matrix in every tuple."""
    return [(row, MATRIX) for row in range(ITEMS)]


def score(row, matrix):
    """Some arithmetic on a row."""
    return work(60_000) + float(matrix[row].sum())


def dicts():
    """A table of words in every dict."""
    table = {word: len(word) for word in WORDS}
    return [{"start": start, "table": table} for start in range(60)]


def look_up(start, table):
    """Some words of the table."""
    return sum(table[word] for word in WORDS[start::3]) + work(60_000)


class Scorer:
    """A model with its weights."""

    def __init__(self):
        self.weights = MATRIX

    def score(self, row):
        """Some arithmetic with them."""
        return score(row, self.weights)


SCORER = Scorer()
PLACES = list(range(ITEMS))


def count_words(words, start):
    """Letters of some of the words."""
    return sum(map(len, words[start::100])) + work(60_000)


count_all = partial(count_words, WORDS)


def frames():
    """A frame in every tuple."""
    import pandas as pd

    frame = pd.DataFrame({"key": np.arange(400_000) % 97, "value": np.arange(400_000, dtype=float)})
    return [(key, frame) for key in range(97)] * 2


def of_key(key, frame):
    """A group's deviation."""
    return float(frame.value[frame.key == key].std()) + work(60_000)


# Shared state: something that all items change, and the same with a part of each item's own.
TOTAL = multiprocessing.Value("q", 0)
BARS = multiprocessing.Array("q", 10)
LOCK = multiprocessing.Lock()
RAW = multiprocessing.RawArray("q", 10)
if multiprocessing.current_process().name == "MainProcess":
    MANAGER = multiprocessing.Manager()
    COUNTS, TURN = MANAGER.dict(), MANAGER.Lock()


def add_to_value(place):
    """Each number is computed and added under the lock."""
    for _ in range(20):
        with TOTAL.get_lock():
            TOTAL.value += work(3_000) % 7


def part_of_value(place):
    """The same, added once by the caller."""
    return Counter(total=sum(work(3_000) % 7 for _ in range(20)))


def add_to_array(place):
    """A histogram's bars, each under the Array's lock."""
    for number in range(20):
        with BARS.get_lock():
            BARS[number % 10] += work(3_000) % 2


def part_of_array(place):
    """A histogram of the item's own."""
    bars = Counter()
    for number in range(20):
        bars[number % 10] += work(3_000) % 2
    return bars


def add_under_lock(place):
    """A whole item under one lock."""
    with LOCK:
        for number in range(20):
            RAW[number % 10] += work(3_000) % 2


def add_to_manager(place):
    """Every update goes to a Manager's process."""
    for number in range(40):
        COUNTS[number % 5] = COUNTS.get(number % 5, 0) + work(200) % 3


def part_of_manager(place):
    """The same in a Counter."""
    counts = Counter()
    for number in range(40):
        counts[number % 5] += work(200) % 3
    return counts


def add_to_locked_manager(place):
    """The same without lost updates."""
    for number in range(20):
        with TURN:
            COUNTS[number % 5] = COUNTS.get(number % 5, 0) + work(200) % 3


def part_of_locked_manager(place):
    """The same in a Counter."""
    counts = Counter()
    for number in range(20):
        counts[number % 5] += work(200) % 3
    return counts
