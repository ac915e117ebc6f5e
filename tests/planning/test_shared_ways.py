"""When another way to share is worth its lines."""

import pytest

from lightwork.planning.shared_ways import is_better


@pytest.mark.parametrize(
    ("ratios", "before_s", "walls_s", "verdict"),
    [
        ([1.2, 1.1, 1.3], 1.2, [1.0, 1.0, 1.0], True),
        ([1.2], 1.2, [1.0], False),
        ([1.2, 1.3, 0.99], 1.2, [1.0, 1.0, 1.0], False),
        ([1.04, 1.03], 1.2, [1.0, 1.0], False),
        ([1.8, 1.9], 1.02, [1.0, 1.0], False),
        ([], 1.0, [], False),
    ],
)
def test_a_way_must_win_every_block_and_against_earlier_rounds(ratios, before_s, walls_s, verdict):
    """By 5 % or more: one block decides nothing, nor do rounds of the other way that something slowed."""
    assert is_better(ratios, before_s, walls_s) is verdict
