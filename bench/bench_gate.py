"""The figures that lightwork publishes about its gate, on made-up runs, through the whole path: `make figures`.

A run is made up of interleaved blocks; noise is the standard deviation of a round's log wall at equal CPU speed. On two
speeds, each quarter of a round is by chance on a core that is 1.0 or 1.4 times as slow, and its spin tells which, but
for 1.5 % of noise: as in intervals.py, and on rented machines.
"""

import figures
import pytest
from made_up_runs import STRICTEST, USUAL, failing, run_of

from lightwork.comparison.comparing import compare
from lightwork.comparison.gate import failures, parse
from lightwork.core.setting import Setting

pytestmark = [pytest.mark.figures, pytest.mark.timeout(0)]


@pytest.mark.parametrize("two_speeds", [False, True])
@pytest.mark.parametrize("conditions", [STRICTEST, USUAL], ids=["strictest", "usual"])
def test_false_alarms(conditions, two_speeds):
    """Of 200 comparisons of a run with its equal, 8 cells, at most 5 % fail, whatever is asked at once."""
    found = failing(200, conditions, 8, two_speeds=two_speeds)
    print(f"\nfalse alarms, {', '.join(conditions)}{', two speeds' * two_speeds}: {found} of 200")
    assert found <= 10


def test_false_alarms_in_the_long_run():
    """Of 2,000 comparisons at most 5 % fail with the strictest gate: half on cores of two speeds."""
    quiet, flipping = (failing(1000, STRICTEST, 8, two_speeds=one) for one in (False, True))
    print(f"\nfalse alarms with the strictest gate: {quiet} of 1,000, on two speeds {flipping} of 1,000")
    assert quiet + flipping <= 100


def test_false_alarms_of_many_cells():
    """Of 200 comparisons of 50 cells at most 5 % fail with the strictest gate."""
    found = failing(200, STRICTEST, 50)
    print(f"\nfalse alarms of 50 cells with the strictest gate: {found} of 200")
    assert found <= 10


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (1, {"noise": 0.03}),
        (8, {"noise": 0.03}),
        (24, {"noise": 0.03}),
        (8, {"noise": 0.02}),
        (8, {"noise": 0.025, "two_speeds": True}),
    ],
)
def test_a_planted_slowdown(cells, kind):
    """One cell takes 10 % longer in NEW: speedup<0.95 fails in at least 90 % of 200 comparisons of 10 blocks each."""
    found = failing(200, USUAL, cells, changed=1.1, **kind)
    print(f"\n10 % slower, {cells} cells, {kind}: caught in {found} of 200")
    assert found >= 180


def test_two_real_runs_of_the_same_code():
    """Waiting items under map and queue, measured twice in 10 blocks: nothing is told apart, and the gate passes."""
    cells = [Setting("map", 4), Setting("queue", 4)]
    base, new = (run_of(figures.study("sleep_io", cells, 10, {"items": 100}, seed=seed)[0]) for seed in (1, 1))
    found = compare(base, new)
    for one in (*found.serials, *found.cells):
        ratio = one.deciding
        told = f"{ratio.point:.3f} ({ratio.low:.3f} to {ratio.high:.3f}), floor {one.noise_floor:.3f}: {one.word}"
        print(f"\n{one.cell_id}: {told}", end="")
    assert failures(found, [parse("speedup<0.95"), parse("serial>1.1")]) == []
