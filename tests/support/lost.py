"""Losses for hypothesis: any that hold their sums."""

from hypothesis import strategies as st

from lightwork.core.losses import Losses

LOST = st.integers(0, 10**10)
SHIFT = st.integers(-(10**10), 10**10)  # what items took more than serially, or less


@st.composite
def losses(draw, lanes=None):
    """Losses of which all sums hold; extra CPU time, the wait for a core and blocking may be less than 0."""
    lanes = lanes or draw(st.integers(1, 64))
    start_up, dispatch, tail, teardown, useful = (draw(LOST) for _ in range(5))
    inflation, wait = draw(SHIFT), draw(st.none() | SHIFT)
    item = max(1, useful + inflation + (wait or 0) + draw(SHIFT))
    item += -(start_up + item + dispatch + tail + teardown) % lanes  # the budget is lanes x whole nanoseconds
    split = {
        "useful_ns": useful,
        "cpu_inflation_ns": inflation,
        "core_wait_ns": wait,
        "blocked_inflation_ns": item - useful - inflation - (wait or 0),
    }
    budget = start_up + item + dispatch + tail + teardown
    known = split if draw(st.booleans()) else {}
    return Losses(lanes, start_up, item, dispatch, tail, teardown, budget, item, **known)
