"""A leak: what the whole job leaves, and after how many items a worker is to be replaced."""

from hypothesis import given
from hypothesis import strategies as st

from lightwork.core.leak import Leak


@given(st.floats(1, 1e10), st.integers(1, 10**7), st.floats(1, 1e12), st.integers(1, 128))
def test_workers_never_grow_by_more_than_is_allowed(item_bytes, items, allowed_bytes, workers):
    """All together, unless a single item each is more."""
    leak = Leak(item_bytes, 1, items, allowed_bytes)
    after = leak.items_a_worker(workers)
    assert after == 1 or after * workers * item_bytes <= allowed_bytes
    assert after > 0.9 * int(allowed_bytes / workers / item_bytes)


def test_whether_it_matters():
    """Where the whole job leaves more than is allowed."""
    assert Leak(1e6, 1, 2_000, 1e9).matters
    assert not Leak(1e6, 1, 500, 1e9).matters
    assert Leak(1e6, 1, 10_000, 1e9).items_a_worker(3) == 330
