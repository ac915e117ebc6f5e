"""How fast the digests of results are taken: at least as fast as data come from a good disk, whatever carries them."""

import time

import numpy as np
import pandas as pd
import pytest

from lightwork.host.digest import digest

pytestmark = [pytest.mark.figures, pytest.mark.timeout(0)]

SIZE_BYTES, TRIES = 20_000_000, 5
NUMBERS = np.random.default_rng(1).random(SIZE_BYTES // 8)
GRID = NUMBERS.reshape(-1, 10)
LARGE = {
    "bytes": bytes(SIZE_BYTES),
    "array": NUMBERS,
    "array, columns first": np.asfortranarray(GRID),
    "array, every other row": np.repeat(GRID, 2, axis=0)[::2],
    "frame": pd.DataFrame(GRID),
    "frame, column by column": pd.DataFrame(dict(enumerate(GRID.T.copy()))),
}
SMALL = {  # of many objects, each of which takes its time; some 20 bytes each
    "list of text": [f"name {number:015d}" for number in range(SIZE_BYTES // 20)],
    "series of text": pd.Series([f"name {number:015d}" for number in range(SIZE_BYTES // 20)]),
}


def mb_per_s(value) -> float:
    """The best of some tries."""
    tries_s = []
    for _ in range(TRIES):
        began_s = time.perf_counter()
        digest(value)
        tries_s.append(time.perf_counter() - began_s)
    return SIZE_BYTES / 1e6 / min(tries_s)


@pytest.mark.parametrize("name", LARGE)
def test_large_buffers(name):
    """Data that lie in few large buffers: at least 300 MB/s."""
    speed = mb_per_s(LARGE[name])
    print(f"\ndigest of {name}: {speed:.0f} MB/s")
    assert speed >= 300


@pytest.mark.parametrize("name", SMALL)
def test_many_objects(name):
    """Data of a million small objects: a figure, no promise."""
    print(f"\ndigest of {name}: {mb_per_s(SMALL[name]):.0f} MB/s")
