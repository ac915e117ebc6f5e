"""Laws of scaling: known curves are found again, bands enclose the truth, networks keep their identities."""

import math
import subprocess
import sys
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lightwork.analysis.scaling import karp_flatt
from lightwork.analysis.usl import FARTHEST, Law, closed_network, fit_amdahl, fit_usl, knee

COUNTS = st.sets(st.integers(1, 64), min_size=4, max_size=8).map(sorted)
LAWS = st.builds(Law, st.floats(0.5, 1.2), st.floats(0, 0.9), st.floats(0, 0.2))
AMDAHLS = st.builds(Law, st.floats(0.5, 1.2), st.floats(0, 0.9))
DEMANDS = st.lists(st.floats(1e-4, 10), min_size=1, max_size=4)


@settings(max_examples=40)
@given(LAWS, COUNTS)
def test_known_law_is_found_again(law, counts):
    """Speedups that follow a law exactly give that law back, at and between their worker counts."""
    fit = fit_usl([(count, law.at(count)) for count in counts], draws=1)
    assert [fit.law.at(count) for count in counts] == pytest.approx([law.at(count) for count in counts], rel=1e-3)
    assert fit.workers == tuple(counts)
    assert fit.reach == FARTHEST * counts[-1]


@settings(max_examples=20)
@given(LAWS)
def test_known_parameters_are_found_again(law):
    """Over eight worker counts the parameters themselves are found again, not merely a curve like theirs."""
    fit = fit_usl([(count, law.at(count)) for count in (1, 2, 4, 8, 12, 16, 24, 32)], draws=1)
    found = (fit.law.gamma, fit.law.alpha, fit.law.beta)
    assert found == pytest.approx((law.gamma, law.alpha, law.beta), rel=1e-2, abs=1e-3)


@settings(max_examples=20)
@given(AMDAHLS)
def test_amdahl_has_no_beta(law):
    """Amdahl's law is found again with beta 0, and follows other speedups with beta 0 too."""
    fit = fit_amdahl([(count, law.at(count)) for count in (1, 2, 4, 8)], draws=1)
    assert (fit.law.gamma, fit.law.alpha) == pytest.approx((law.gamma, law.alpha), abs=1e-3)
    assert fit.law.beta == fit_amdahl([(1, 1.0), (2, 1.8), (4, 2.0), (8, 1.0)], draws=1).law.beta == 0


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


@pytest.mark.parametrize("fit", [fit_usl, fit_amdahl])
def test_bounds_hold_for_any_speedups(fit):
    """Speedups faster than the workers give no alpha or beta below 0, falling ones none above 1."""
    for speedups in ((1.0, 2.5, 6.0, 20.0), (1.0, 0.3, 0.05, 0.001)):
        law = fit(list(zip((1, 2, 4, 8), speedups, strict=True)), draws=1).law
        assert 0 <= law.alpha <= 1
        assert 0 <= law.beta <= 1


@pytest.mark.parametrize("fit", [fit_usl, fit_amdahl])
@pytest.mark.parametrize(
    ("points", "reason"),
    [
        ([(1, 1.0), (2, 1.9), (4, 3.2)], "at 4 worker counts at least: there are 3"),
        ([(1, 1.0), (2, 1.9), (2, 1.8), (4, 3.2)], "there are 3"),
        ([(1, 1.0), (2, 1.9), (4, 3.2), (8, 0.0)], "speedups above 0"),
        ([(0, 1.0), (2, 1.9), (4, 3.2), (8, 4.0)], "worker counts of 1 or more"),
    ],
)
def test_too_little_gives_no_curve(fit, points, reason):
    """No curve is drawn through three worker counts, however many points they have, nor through what is no speedup."""
    with pytest.raises(ValueError, match=reason):
        fit(points)


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


def test_knee_is_where_the_cores_are_kept_busy():
    """Items that wait nine times as long as they compute keep ten workers a core busy; pure waiting never does."""
    assert knee(4, 0.9, 0.1) == pytest.approx(40)
    assert knee(4, 0, 1) == 4
    assert knee(4, 1, 0) == math.inf
    with pytest.raises(ValueError, match="less than 0"):
        knee(4, -1, 1)


@given(DEMANDS, st.floats(0, 100), st.integers(1, 60))
def test_network_keeps_its_bounds_and_littles_law(demands_s, think_s, workers):
    """Throughput passes neither n / (Z + sum D) nor 1 / largest D, and every worker is somewhere (Little's law)."""
    for network in closed_network(demands_s, think_s, workers):
        most = min(network.workers / (think_s + sum(demands_s)), 1 / max(demands_s))
        assert network.throughput <= most * (1 + 1e-9)
        for queue, each_s in zip(network.queue, network.residence_s, strict=True):
            assert queue == pytest.approx(network.throughput * each_s)
        assert sum(network.queue) + network.throughput * think_s == pytest.approx(network.workers)


@given(DEMANDS, st.floats(0, 100))
def test_network_gains_by_every_worker(demands_s, think_s):
    """One worker never waits; each more raises the throughput, or leaves it where the busiest server holds it."""
    found = closed_network(demands_s, think_s, 30)
    throughputs = [network.throughput for network in found]
    assert found[0].residence_s == pytest.approx(tuple(demands_s))
    assert all(later >= earlier * (1 - 1e-9) for earlier, later in pairwise(throughputs))
    assert [network.workers for network in found] == list(range(1, 31))


def test_one_server_without_thinking_is_busy_from_the_first_worker():
    """A single lock serves one over its demand, however many queue for it."""
    assert [network.throughput for network in closed_network([0.02], 0, 5)] == pytest.approx([50] * 5)


@pytest.mark.parametrize(("demands_s", "think_s", "workers"), [([0.0], 0.0, 2), ([-1.0], 3.0, 2), ([1.0], 0.0, 0)])
def test_network_needs_workers_and_work(demands_s, think_s, workers):
    """No worker, items that take no time, and times below 0 make no network."""
    with pytest.raises(ValueError, match="a network needs"):
        closed_network(demands_s, think_s, workers)


def test_scipy_is_loaded_only_to_fit():
    """Reading a serial share or a network costs no import of scipy."""
    code = (
        "import sys, lightwork.analysis.usl as laws; laws.closed_network([1.0], 0, 2); sys.exit('scipy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
