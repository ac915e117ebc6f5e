"""Leaking: memory by items done, from made looks: leaks are measured, caches and the allocator's ways are none."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lightwork.analysis.leaking import leaked_bytes, rough_growth_bytes

MIB = 1 << 20
BASE = 60 * MIB


def looks(sizes):
    """One after each item."""
    return [(done, round(BASE + size)) for done, size in enumerate(sizes, 1)]


def twice(memory_after, items):
    """The sizes while as many items run twice: memory_after(done, kinds), kinds: how many different ones by then."""
    return looks(memory_after(done, min(done, items)) for done in range(1, 2 * items + 1))


@given(st.integers(16, 200), st.floats(0.5, 50), st.integers(0, 1_000))
def test_a_steady_leak_is_measured(items, item_mib, seed):
    """To a tenth, beside half an item's worth of noise."""
    noise = random.Random(seed)
    seen = twice(lambda done, _: (done + noise.random() / 2) * item_mib * MIB, items)
    assert leaked_bytes(seen) == pytest.approx(item_mib * MIB, rel=0.1)


@pytest.mark.parametrize(
    "memory_after",
    [
        lambda done, kinds: kinds * MIB,
        lambda done, kinds: min(done, 5) * 20 * MIB,
        lambda done, kinds: 200 * MIB * (1 - 0.93**done),
        lambda done, kinds: 30 * MIB * (done > 70),
        lambda done, kinds: done % 7 * 10 * MIB,
        lambda done, kinds: done * 1_000,
        lambda done, kinds: -done * MIB,
        lambda done, kinds: 0,
    ],
    ids=["a cache", "loading", "a cache of random keys", "a jump", "up and down", "a trifle", "shrinking", "nothing"],
)
def test_what_levels_out_is_no_leak(memory_after):
    """Nor what jumps, or goes up and down."""
    assert leaked_bytes(twice(memory_after, 50)) == 0


def test_the_largest_items_so_far_are_no_leak():
    """In random order what they need levels out."""
    sizes = random.Random(1).sample(range(100), 100)
    seen = looks(max(sizes[: done % 100 + 1] if done < 100 else sizes) * MIB for done in range(200))
    assert leaked_bytes(seen) == 0


@pytest.mark.parametrize("items", [0, 1, 2, 7])
def test_too_few_items_tell_nothing(items):
    """Whatever they take."""
    assert leaked_bytes(twice(lambda done, _: done * 100 * MIB, items)) == 0
    assert rough_growth_bytes(twice(lambda done, _: done * 100 * MIB, items // 2)) == 0


def test_a_leak_of_many_short_items_is_seen_by_few_looks():
    """Where there is a look every hundred items only."""
    seen = [(done, BASE + done * 10_000) for done in range(0, 4_000, 100)]
    assert leaked_bytes(seen) == pytest.approx(10_000)


def test_rough_growth_leaves_the_beginning_out():
    """What the first quarter loads is no item's."""
    assert rough_growth_bytes(looks([500 * MIB * (done > 3) + done * MIB for done in range(40)])) == pytest.approx(MIB)
