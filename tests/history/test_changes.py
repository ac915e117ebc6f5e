"""Changes: claimed where they can be told, compared with what can be compared, and silent otherwise."""

from dataclasses import replace

import history_samples as samples
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lightwork.core.estimate import Estimate
from lightwork.history.changes import Kind, apart, changes, gaps, sentence
from lightwork.history.line import lines_of
from lightwork.history.notes import notes
from lightwork.history.run import Word
from lightwork.text.quantities import times

ENDS = st.floats(0.1, 100).map(lambda point: Estimate(point, 0.97 * point, 1.03 * point, 6, ""))
FLOORS = st.floats(0, 0.5)


def line_of(*found, label="load"):
    """The line of one study over these results."""
    return next(line for line in lines_of(samples.runs(*found)) if line.label == label)


def days(*studies):
    """A run per study, a day apart."""
    return [samples.results(study, day=day, commit=f"{day}f2c1ab") for day, study in enumerate(studies)]


def kinds(line):
    """What changed, and where."""
    return [(change.place, change.kind) for change in changes(line)]


def test_another_worker_count_is_told_with_its_commit():
    """The first change stands in the sentence with the commit at which it came."""
    line = line_of(*days(samples.study(), samples.study(), samples.study({2: 1.9, 4: 2.0, 8: 3.6})))
    assert kinds(line) == [(2, Kind.WORKERS)]
    told = "Recommended workers 4 → 8, at 2f2c1ab (2026-01-07); the speedup has no measurable change."
    assert sentence(line) == told


def test_a_setting_that_is_as_good_is_no_change_of_the_work():
    """A worker count that changes though the old one is as good in the new run says so."""
    line = line_of(*days(samples.study({2: 1.9, 4: 1.9, 8: 3.62}), samples.study({2: 1.9, 4: 3.6, 8: 3.61})))
    (workers,) = changes(line)
    assert workers.words == "recommended workers 8 → 4 (the old setting is not measurably different there)"


def test_another_request_is_no_change():
    """Where the old setting was not measured in the new run, that leads, and no speedup is compared with another."""
    line = line_of(*days(samples.study({2: 1.9, 8: 6.1}), samples.study({2: 1.9, 4: 2.9})))
    assert kinds(line) == [(1, Kind.LACKING)]
    measured = times(line.speedup(line.points[1]).point)
    told = f"8 workers were not measured at 1f2c1ab (2026-01-06); recommended there: 4 workers, {measured}."
    assert sentence(line) == f"Not comparable: {told}"
    assert line.pieces() == [[0], [1]]


def test_another_request_is_named_by_strategy_where_workers_are_the_same():
    """As many workers in another strategy, the old one not measured: both are named in full."""
    line = line_of(*days(samples.study({4: 3.6}), samples.study({4: 3.0}, strategy="queue")))
    told = (
        "not comparable: map with 4 workers was not measured at 1f2c1ab (2026-01-06); recommended there: queue with 4"
    )
    assert changes(line)[0].words.startswith(told)


def test_a_verdict_of_serial_is_held_against_the_same_settings():
    """To stay serial, where the setting of the other verdict was not measured, is no change either, both ways."""
    serial, used = samples.study({2: 0.6}), samples.study({4: 3.6})
    words = "4 workers were not measured at 1f2c1ab (2026-01-06); recommended there: serial"
    assert sentence(line_of(*days(used, serial))) == f"Not comparable: {words}."
    told = "Not comparable: 4 workers were not measured before 1f2c1ab (2026-01-06); recommended there: 4 workers, 3.6"
    assert sentence(line_of(*days(serial, used))).startswith(told)


def test_after_another_request_runs_are_compared_again():
    """What was asked for differently once is then compared with its own kind."""
    line = line_of(*days(samples.study({8: 6.1}), samples.study({4: 2.9}), samples.study({4: 2.0})))
    assert kinds(line) == [(1, Kind.LACKING), (2, Kind.SPEEDUP)]


def beside(study, other):
    """The study with the settings of another one, too."""
    return replace(study, cells=(*study.cells, *other.cells[2:]))


def test_strategies_that_take_turns_are_no_change():
    """Another strategy of as many workers is told only where the old one is measurably worse."""
    mapped, queued = samples.study({4: 3.6}), samples.study({4: 3.6}, strategy="imap_unordered")
    better = samples.study({4: 4.2}, strategy="imap_unordered")
    assert kinds(line_of(*days(queued, beside(mapped, queued)))) == []
    line = line_of(*days(mapped, beside(mapped, better)))
    words = "recommended setting map with 4 workers → imap_unordered with 4 workers"
    assert [change.words for change in changes(line)] == [f"{words} (the new setting was not measured before)"]


def test_a_speedup_within_noise_is_no_change():
    """Five per cent between runs whose own twins stray by five is nothing that can be told."""
    before, after = (samples.study({4: speedup}, twin=1.05) for speedup in (3.6, 3.78))
    line = line_of(*days(before, after))
    assert kinds(line) == []
    assert sentence(line) == "No measurable change in 2 runs."


def test_a_speedup_beyond_noise_is_a_change():
    """The same five per cent on a quiet machine is told with both intervals."""
    line = line_of(*days(samples.study({4: 3.6}), samples.study({4: 3.8})))
    assert kinds(line) == [(1, Kind.SPEEDUP)]
    assert sentence(line).startswith("Speedup 3.6x (3.6")
    assert "at 1f2c1ab" in sentence(line)


def test_too_few_blocks_tell_no_change():
    """Without an interval no difference is claimed, however large it looks."""
    alone, measured = Estimate(1, None, None, 2, ""), Estimate(9, 8, 10, 6, "")
    assert not apart(alone, 0.0, measured, 0.0)
    assert not apart(measured, 0.0, alone, 0.0)


def test_a_slow_drift_adds_up():
    """Steps too small to be told from their neighbours are a change once their sum can be."""
    drift = [samples.study({4: 3.6 * 1.01**day}) for day in range(8)]
    steps = [place for place, kind in kinds(line_of(*days(*drift))) if kind is Kind.SPEEDUP]
    assert steps
    assert steps[0] > 1


def test_a_step_is_one_change():
    """Once a speedup has changed, runs that stay there are no further changes; a step back is one."""
    line = line_of(*days(*(samples.study({4: speedup}) for speedup in (3.0, 3.6, 3.6, 3.6, 3.0))))
    assert kinds(line) == [(1, Kind.SPEEDUP), (4, Kind.SPEEDUP)]


def test_a_slower_serial_is_named_as_the_reason():
    """A speedup that rises because serial got slower says that the setting's own time shows nothing."""
    line = line_of(*days(samples.study({4: 2.0}), samples.study({4: 3.0}, serial_s=6.0)))
    told = "(serial time 4.0 s → 6.0 s; the setting's own has no measurable change)"
    assert told in sentence(line)


def test_both_times_stand_from_old_to_new():
    """Where serial and the setting take other times, each is told from what it was to what it is."""
    line = line_of(*days(samples.study({4: 2.0}), samples.study({4: 6.0}, serial_s=6.0)))
    assert "(serial time 4.0 s → 6.0 s; the setting's own 2.0 s → 1.0 s)" in sentence(line)


def test_other_work_is_held_against_nothing():
    """Where parameters or items are others, that is the change, and no speedup or setting is compared across it."""
    other = samples.study({2: 1.9, 4: 2.0, 8: 7.0}, parameters={"files": 256})
    line = line_of(*days(samples.study(parameters={"files": 37}), other))
    assert kinds(line) == [(1, Kind.OTHER)]
    assert "Other work: files: 37 and 256, at 1f2c1ab" in sentence(line)
    assert line.pieces() == [[0], [1]]


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"item_names": ("a", "b", "c", "z")}, "items with other names"),
        ({"item_names": ("a",)}, "4 items and 1 item"),
        ({"workload": "other"}, "workload: made-up and other"),
        ({"parameters": {"new": 1}}, "new: unknown and 1"),
        ({"parameters": dict.fromkeys("abcde", 1)}, "2 more parameters"),
    ],
)
def test_each_kind_of_other_work_has_its_words(parts, words):
    """What makes it another work is named."""
    names = {"item_names": tuple("abcd")}
    line = line_of(*days(samples.study(**names), samples.study(**names | parts)))
    assert words in line.points[1].other


def test_a_seed_is_no_other_work():
    """The order of rounds is not the work: another seed, another start, an unfinished study are compared."""
    line = line_of(*days(samples.study(), samples.study(seed=9, started_at="later", finished=False)))
    assert line.points[1].other == ""


def test_another_machine_is_held_against_nothing():
    """With kinds of machines mixed, no line and no claim crosses from one to the other."""
    there = samples.results(samples.study({4: 9.0}), day=1, machine={"usable_cpus": 16.0})
    line = line_of(samples.results(samples.study({4: 3.6})), there)
    assert kinds(line) == [(1, Kind.OTHER)]
    assert line.points[1].other == "another kind of machine, usable CPUs: 8 and 16"


def test_what_is_missing_is_a_gap_with_its_word():
    """A run without the study, or that can't tell, is a point of the line all the same, and breaks the joining."""
    nothing = samples.study({4: 1.001})
    found = days(samples.study(), nothing, samples.study(label="another"), samples.study())
    line = line_of(*found)
    assert [point.word for point in line.points] == [Word.USE, Word.UNKNOWN, Word.ABSENT, Word.USE]
    assert line.gaps() == [(Word.UNKNOWN, 1, 1), (Word.ABSENT, 2, 2)]
    assert line.pieces() == [[0], [3]]
    assert gaps(line) == "Cannot tell in 1, not measured in 1 of 4 runs."


def test_thin_evidence_is_no_change_of_the_verdict():
    """Not to be able to tell, between two equal verdicts, is a gap; to stay serial is a verdict, and a change."""
    nothing, slower = samples.study({4: 1.001}, blocks=2), samples.study({4: 0.6})
    assert kinds(line_of(*days(samples.study(), nothing, samples.study()))) == []
    line = line_of(*days(samples.study(), slower))
    assert sentence(line).startswith("Recommended 4 workers → serial and speedup of map with 4 workers 3.6")


GONE = {2: 1.0, 4: 1.001, 8: 0.999}


def test_a_speedup_that_is_all_gone_is_a_change():
    """Where nothing is worth recommending any more, the setting recommended before is compared with itself, once."""
    line = line_of(*days(samples.study(), samples.study(GONE), samples.study(GONE), samples.study()))
    assert kinds(line) == [(1, Kind.SPEEDUP), (3, Kind.SPEEDUP)]
    gone = changes(line)[0].speedup
    step = f"{times(line.speedup(line.points[0]))} → {times(gone)}"
    told = f"Speedup of map with 4 workers {step}, at 1f2c1ab (2026-01-06)"
    assert gone.point == pytest.approx(1, abs=0.01)
    assert sentence(line) == f"{told}; 1 more change in the table."


def test_a_speedup_that_is_gone_within_noise_is_no_change():
    """The same rule as everywhere: a run whose twins stray too far claims nothing of the setting either."""
    line = line_of(*days(samples.study({4: 1.5}), samples.study({4: 1.001}, twin=1.6)))
    assert kinds(line) == []
    assert sentence(line) == "No measurable change in 2 runs."


def test_runs_without_a_verdict_are_no_sameness():
    """Where no run can tell what to use, nothing stayed the same; where all stay serial, the verdict did."""
    nothing, slower = samples.study({4: 1.001}, blocks=2), samples.study({4: 0.6})
    assert sentence(line_of(*days(nothing, nothing))) == "Nothing to compare: none of 2 runs has a recommendation."
    assert sentence(line_of(*days(slower, slower))) == "No measurable change in 2 runs."


def test_a_setting_that_is_not_measured_again_tells_no_sameness():
    """Of runs without the setting nothing is said but how many they are: neither a change nor that there is none."""
    without = samples.study({2: 1.0, 8: 0.999})
    told = "1 run cannot be compared with earlier runs: no interval of map with 4 workers."
    assert sentence(line_of(*days(samples.study(), without))) == f"Nothing to compare: {told}"
    line = line_of(*days(samples.study(), without, samples.study()))
    assert sentence(line) == f"No measurable change in 2 runs; {told}"
    changed = line_of(*days(samples.study(), without, samples.study({4: 9.0})))
    assert sentence(changed).endswith(f"; {told}")
    thin = line_of(*days(samples.study(), samples.study(GONE, blocks=2)))
    assert sentence(thin) == f"Nothing to compare: {told}"


def test_the_latest_recommended_setting_is_held_where_the_reference_was_not_measured():
    """A run without the reference's setting is compared with the latest recommended one that it has."""
    moved = samples.study({4: 3.4, 8: 3.61})
    line = line_of(*days(samples.study({4: 3.6, 8: 3.61}), moved, samples.study({8: 1.0})))
    assert kinds(line) == [(1, Kind.WORKERS), (2, Kind.SPEEDUP)]
    assert changes(line)[1].words.startswith("speedup of map with 8 workers 3.6")


def test_a_setting_that_was_not_asked_for_before_is_no_change_of_the_speedup():
    """A better setting that a run is the first to measure says so; the old one is compared with itself."""
    line = line_of(*days(samples.study({2: 1.9}), samples.study({2: 1.9, 4: 3.6}), samples.study({2: 1.9, 4: 3.0})))
    assert kinds(line) == [(1, Kind.GRID), (2, Kind.SPEEDUP)]
    assert changes(line)[0].words == "recommended workers 2 → 4 (the new setting was not measured before)"
    assert "speedup" not in sentence(line_of(*days(samples.study({2: 1.9}), samples.study({2: 1.9, 4: 3.6}))))


def at_equal_speed(run, found):
    """The run with this speedup at equal CPU speed of every setting."""
    (standing,) = run.standings.values()
    cells = {name: replace(cell, speedup_equal_speed=found) for name, cell in standing.cells.items()}
    chosen = standing.chosen and cells[standing.chosen.cell.cell_id]
    told = replace(standing, equal_speed=True, noise_floor_equal_speed=0.01, cells=cells, chosen=chosen)
    return replace(run, standings={"load": told})


def test_a_gap_is_held_in_the_line_s_kind_of_figures():
    """A run that recommends nothing is held at equal CPU speed too; without such figures the line is as measured."""
    before, gone = samples.runs(*days(samples.study(), samples.study(GONE)))
    same = Estimate(7, 6.9, 7.1, 6, "")
    (line,) = lines_of([at_equal_speed(before, same), at_equal_speed(gone, same)])
    assert (line.basis, kinds(line)) == ("at equal CPU speed", [])
    (line,) = lines_of([at_equal_speed(before, same), gone])
    assert (line.basis, kinds(line)) == ("as measured", [(1, Kind.SPEEDUP)])


def test_one_run_is_nothing_to_compare():
    """A study that one run alone has measured says so."""
    line = line_of(*days(samples.study(), samples.study(label="another")))
    assert sentence(line) == "Measured in one run only: nothing to compare."


def test_a_line_never_mixes_kinds_of_figures():
    """One run without figures at equal CPU speed makes all of the line as measured."""
    runs = samples.runs(*days(samples.study(), samples.study()))
    (standing,) = runs[0].standings.values()
    fast = replace(standing, equal_speed=True, noise_floor_equal_speed=0.01)
    fast = replace(fast, chosen=replace(fast.chosen, speedup_equal_speed=Estimate(9, 8, 10, 6, "")))
    both = [replace(run, standings={"load": fast}) for run in runs]
    (line,) = lines_of(both)
    assert (line.basis, line.speedup(line.points[0]).point) == ("at equal CPU speed", 9)
    (line,) = lines_of([both[0], runs[1]])
    assert line.basis == "as measured"
    assert line.speedup(line.points[0]).point == pytest.approx(3.6, rel=0.02)


@given(ENDS, FLOORS, ENDS, FLOORS)
def test_apart_is_symmetric_and_never_true_of_one_run(one, its, other, others):
    """Two runs are apart in both directions or in none; a run is never apart from itself; more noise tells less."""
    assert apart(one, its, other, others) == apart(other, others, one, its)
    assert not apart(one, its, one, its)
    assert not (apart(one, its + 0.1, other, others) and not apart(one, its, other, others))
    assert not apart(one, float("inf"), other, others)


def test_surroundings_that_differ_are_notes():
    """Another Python is told with the run from which on it is there, once, and across runs that do not tell it."""
    machines = ({}, {"python": "3.12.1"}, {"python": "3.12.1"})
    found = [samples.results(samples.study(), day=day, machine=one) for day, one in enumerate(machines)]
    silent = replace(found[1], machine={})
    told = notes(samples.runs(found[0], silent, found[2]))
    assert told == ["From 6321cba (2026-01-07) on: Python: 3.11.7 and 3.12.1."]
