"""Laws of scaling: known curves are found again, and bands enclose the truth."""

import math
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lightwork.analysis.scaling import karp_flatt
from lightwork.analysis.usl import FARTHEST, Law, fit_usl

COUNTS = st.sets(st.integers(1, 64), min_size=4, max_size=8).map(sorted)
LAWS = st.builds(Law, st.floats(0.5, 1.2), st.floats(0, 0.9), st.floats(0, 0.2))


@given(LAWS, COUNTS)
def test_known_law_is_found_again(law, counts):
    """Speedups that follow a law exactly give that law back, at and between their worker counts."""
    fit = fit_usl([(count, law.at(count)) for count in counts], draws=1)
    assert [fit.law.at(count) for count in counts] == pytest.approx([law.at(count) for count in counts], rel=1e-3)
    assert fit.workers == tuple(counts)
    assert fit.reach == FARTHEST * counts[-1]


@given(LAWS)
def test_known_parameters_are_found_again(law):
    """Over eight worker counts the parameters themselves are found again, not merely a curve like theirs."""
    fit = fit_usl([(count, law.at(count)) for count in (1, 2, 4, 8, 12, 16, 24, 32)], draws=1)
    found = (fit.law.gamma, fit.law.alpha, fit.law.beta)
    assert found == pytest.approx((law.gamma, law.alpha, law.beta), rel=1e-2, abs=1e-3)


@given(LAWS)
def test_no_worker_count_beats_the_peak(law):
    """At the peak the speedup is larger than at any other worker count; without one it only rises."""
    counts = [1 + step / 4 for step in range(400)]
    if math.isinf(law.peak):
        assert [law.at(count) for count in counts] == sorted(law.at(count) for count in counts)
    else:
        assert law.at(law.peak) >= max(law.at(count) for count in counts) * (1 - 1e-9)


@given(st.floats(1e-6, 1), st.floats(1e-6, 1))
def test_peak_is_the_published_formula(alpha, beta):
    """The peak lies at sqrt((1 - alpha) / beta), and never below one worker."""
    assert Law(1.0, alpha, beta).peak == pytest.approx(max(1.0, math.sqrt((1 - alpha) / beta)))


def test_bounds_hold_for_any_speedups():
    """Speedups faster than the workers give no alpha or beta below 0, falling ones none above 1."""
    for speedups in ((1.0, 2.5, 6.0, 20.0), (1.0, 0.3, 0.05, 0.001)):
        law = fit_usl(list(zip((1, 2, 4, 8), speedups, strict=True)), draws=1).law
        assert 0 <= law.alpha <= 1
        assert 0 <= law.beta <= 1


@pytest.mark.parametrize(
    ("points", "reason"),
    [
        ([(1, 1.0), (2, 1.9), (4, 3.2)], "at 4 worker counts at least: there are 3"),
        ([(1, 1.0), (2, 1.9), (2, 1.8), (4, 3.2)], "there are 3"),
        ([(1, 1.0), (2, 1.9), (4, 3.2), (8, 0.0)], "speedups above 0"),
        ([(0, 1.0), (2, 1.9), (4, 3.2), (8, 4.0)], "worker counts of 1 or more"),
    ],
)
def test_too_little_gives_no_curve(points, reason):
    """No curve is drawn through three worker counts, however many points they have, nor through what is no speedup."""
    with pytest.raises(ValueError, match=reason):
        fit_usl(points)


@pytest.mark.matrix
def test_band_encloses_the_true_curve():
    """Of 40 noisy samples of four points the band misses the true curve in no more than 3, at and past the last one."""
    rng, true = np.random.default_rng(11), Law(1.0, 0.03, 0.002)
    missed = {4: 0, 8: 0}
    for seed in range(40):
        points = [(count, true.at(count) * float(np.exp(rng.normal(0, 0.03)))) for count in (1, 2, 3, 4)]
        fit = fit_usl(points, draws=60, seed=seed)
        for at in missed:
            low, high = fit.band(at)
            missed[at] += not low <= true.at(at) <= high
    assert max(missed.values()) <= 3


def test_same_points_and_seed_give_the_same_band():
    """A band is made by chance and yet can be made again; another seed gives another one."""
    points = [(1, 1.0), (2, 1.85), (4, 3.3), (8, 4.9), (12, 5.1)]
    bands = [fit_usl(points, draws=20, seed=seed).band(8) for seed in (1, 1, 2)]
    assert bands[0] == bands[1] != bands[2]
    assert bands[0][0] < fit_usl(points, draws=1).law.at(8) < bands[0][1]


@given(st.floats(0, 1), st.integers(2, 500))
def test_karp_flatt_of_amdahl_is_its_serial_share(share, workers):
    """The serial share of a speedup by Amdahl's law is that law's, at every worker count."""
    assert karp_flatt(Law(1.0, share).at(workers), workers) == pytest.approx(share, abs=1e-9)


def test_karp_flatt_rises_with_overhead():
    """Where workers cost each other something the serial share rises with their number."""
    law = Law(1.0, 0.05, 0.01)
    shares = [karp_flatt(law.at(count), count) for count in (2, 4, 8, 16)]
    assert shares == sorted(shares)
    assert len(set(shares)) == 4


def test_scipy_is_loaded_only_to_fit():
    """A law's curve costs importing scipy."""
    code = "import sys, lightwork.analysis.usl as laws; laws.Law(1.0, 0.1).at(4); sys.exit('scipy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
