"""Verdicts: what a plan comes to in figures and sentences, from rounds and ledgers made by hand."""

from dataclasses import replace

import numpy as np
import pytest
from builders import make_round, make_study

from lightwork import strategies
from lightwork.core.estimate import Estimate
from lightwork.core.round import Outcome
from lightwork.core.setting import Setting
from lightwork.core.usage import Memory
from lightwork.plan.conclude.conclude import result_of
from lightwork.plan.forms import sentences
from lightwork.plan.memory_probe import MemoryModel
from lightwork.plan.planner import Planned
from lightwork.plan.request import MemoryLimit, Request
from lightwork.plan.sample import Sample
from lightwork.replay.calibration import Calibration
from lightwork.replay.contention import NO_CONTENTION
from lightwork.replay.costs import NO_COSTS
from lightwork.replay.prediction import Prediction, predict
from lightwork.storage.ledgers import ROW

MS, MIB = 1_000_000, 1 << 20
FREE = Calibration({}, {(name, "fork"): NO_COSTS for name in strategies.names()})
MACHINE = {"usable_cpus": 4.0, "memory_available_bytes": 8 << 30, "memory_limit_bytes": None}
TWO, FOUR = (Setting("map", workers, order="given") for workers in (2, 4))


def waits(*lengths_ms):
    """A serial ledger of items that wait so long, one after the other."""
    rows = np.zeros(len(lengths_ms), ROW)
    ends = np.cumsum(lengths_ms) * MS
    rows["start_ns"], rows["end_ns"] = ends - np.array(lengths_ms) * MS, ends
    rows["state"] = 2
    return rows


def guess(setting, speedup, chunksize=1, lost=None):
    """A prediction of this speedup over a serial second."""
    return Prediction(setting, chunksize, 1 / speedup, Estimate(speedup, 0.85 * speedup, 1.15 * speedup), lost or {})


def planned(study=None, predictions=(), rows=None, **changes):
    """A plan of items of 10 ms, if not others are given; all were run."""
    rows = waits(*[10] * 40) if rows is None else rows
    every = tuple(range(len(rows)))
    request = Request("/home/user/load.py:load_file", {}, (), 4.0)
    found = Planned(
        request, len(rows), Sample(every, every), make_round(), tuple(predictions), study, (), rows, FREE, 4.0,
        [1.0] * len(rows), "giant.csv", NO_CONTENTION, None,
    )  # fmt: skip
    return replace(found, **changes)


def judged(plan, code="the code\n", machine=MACHINE):
    """The plan's verdict."""
    return result_of(plan, machine, code)


def test_settings_that_can_not_be_told_apart_are_named():
    """Of two equally fast settings the simpler one is recommended, and the verdict says which one is as good."""
    rival = Setting("imap_unordered", 2)
    found = judged(planned(make_study((4.0,) * 6, {rival: (2.0,) * 6, TWO: (2.0,) * 6})))
    assert found.recommendation.setting == TWO
    assert found.recommendation.is_measured
    assert "Not measurably different within the budget: imap_unordered with 2 workers" in sentences.reasons(found)
    assert [(cell.setting, cell.judged) for cell in found.cells] == [(rival, "equal"), (TWO, "recommended")]


def test_a_setting_is_not_said_to_be_as_good_as_itself():
    """The default chunksize and the same one asked for are one setting in words: named once, and not beside itself."""
    alike, rival, asked = Setting("map", 2, 1), Setting("imap_unordered", 2), Setting("imap_unordered", 2, 1)
    study = make_study((4.0,) * 6, dict.fromkeys((alike, rival, asked), (2.0,) * 6))
    cells = tuple(replace(cell, chunksize=1) if cell.setting.strategy != "serial" else cell for cell in study.cells)
    (told,) = [
        words
        for words in sentences.reasons(judged(planned(replace(study, cells=cells))))
        if "not measurably different" in words.lower()
    ]
    assert told == "Not measurably different within the budget: imap_unordered with 2 workers, chunksize 1"


def test_nothing_is_recommended_where_nothing_is_faster_than_serial():
    """Settings as fast as serial are an answer of their own: it can't be told, and they are named."""
    found = judged(planned(make_study((4.0,) * 6, {TWO: (4.0, 4.1, 3.9, 4.0, 4.1, 3.9)}), [guess(TWO, 1.01)]))
    assert found.recommendation is None
    assert sentences.what_to_do(found).startswith("Cannot tell: no setting is measurably faster than serial")
    assert "Not measurably different from serial within the budget: map with 2 workers" in sentences.reasons(found)
    assert (found.what_if, found.cells[0].judged) == ((), None)


def test_where_measuring_can_not_tell_the_prediction_is_told_as_one():
    """Two blocks of which one was slower tell nothing, and what is predicted is said to be just that."""
    found = judged(planned(make_study((4.0,) * 2, {TWO: (2.0, 4.1)}), [guess(TWO, 1.9)]))
    assert found.recommendation is None
    assert "Predicted, not measured: 2 workers, map, chunksize 1 reaches 1.90x (1.61-2.18)" in sentences.reasons(found)


def test_two_blocks_that_agree_with_the_prediction_are_enough():
    """They carry no interval; but where nothing was measured the prediction alone would be recommended."""
    found = judged(planned(make_study((4.0,) * 2, {TWO: (2.0,) * 2}), [guess(TWO, 1.9)]))
    assert found.recommendation.setting == TWO
    assert found.recommendation.speedup.low is None
    assert any("2 blocks are not enough on such a noisy machine" in told for told in sentences.warnings(found))


def test_the_longest_item_limits_by_name_with_its_cap():
    """Near total over longest, the verdict names the item and the cap that it sets."""
    study = make_study((4.0,) * 6, {FOUR: (2.05,) * 6}, longest_share=0.5)
    found = judged(planned(study, rows=waits(10, 10, 20)))
    assert sentences.limited_by(found) == (
        "the longest item, giant.csv, is 50 % of the work and caps every speedup at 2.0x"
    )
    assert sentences.reasons(found)[0] == f"Limited by {sentences.limited_by(found)}"
    assert found.longest_item == ("giant.csv", 0.5)


def test_another_bound_limits_by_its_own_name():
    """Far from the longest item's cap, it is the workers or the cores that limit, and the cap is told last."""
    found = judged(planned(make_study((4.0,) * 6, {TWO: (2.0,) * 6}, longest_share=0.01, cpu_share=0.1)))
    assert sentences.limited_by(found) == "its 2 workers"
    assert (
        sentences.reasons(found)[-1] == "The longest item, giant.csv, is 1 % of the work and caps every speedup at 100x"
    )


def test_without_measurements_the_fewest_workers_near_the_best_are_recommended():
    """Predictions within 5 % of the best are equally good: fewest workers win, and the others are named."""
    every = [
        guess(FOUR, 3.1, lost={"tail": 0.8}),
        guess(TWO, 3.0, lost={"tail": 0.9, "dispatch": 0.1}),
        guess(Setting("map", 1), 1.0),
    ]
    found = judged(planned(predictions=every))
    chosen = found.recommendation
    assert (chosen.setting, chosen.is_measured, chosen.speedup.point) == (TWO, False, 3.0)
    assert sentences.what_to_do(found) == "Predicted: use 2 workers, map, chunksize 1: 3.0x (2.5-3.4) over serial"
    assert "Predicted to be equally good, within 5 %: map with 4 workers, chunksize 1" in sentences.reasons(found)
    assert sentences.limited_by(found) == "tail would take 0.9 of 2 workers' speedup (45 %)"
    assert (found.cells, found.noise_floor) == ((), None)


def test_stays_serial_where_nothing_is_predicted_to_be_faster():
    """A best prediction at the serial time recommends nothing."""
    found = judged(planned(predictions=[guess(TWO, 0.9)]))
    assert (found.recommendation, sentences.what_to_do(found)) == (
        None,
        "Stay serial: no setting is predicted to be faster",
    )


def with_memory(study, peaks):
    """The study with this peak in every round of a setting."""
    return replace(study, cells=tuple(_with_memory(cell, peaks.get(cell.setting)) for cell in study.cells))


def _with_memory(cell, peak):
    if peak is None:
        return cell
    known = Memory(peak, peak, 10, 0.01, 0)
    return replace(cell, rounds=tuple(replace(found, memory=known) for found in cell.rounds))


def test_the_next_worker_count_has_a_gain_and_a_price():
    """Four workers instead of two: what they bring and how much more memory they take stand in one sentence."""
    study = make_study((4.0,) * 6, {TWO: (2.0,) * 6, FOUR: (2.02,) * 6})
    found = judged(planned(with_memory(study, {TWO: 100 * MIB, FOUR: 160 * MIB})))
    assert found.recommendation.memory_bytes == 100 * MIB
    (told,) = [reason for reason in sentences.reasons(found) if reason.startswith("4 workers: ")]
    assert told.endswith("; it takes 60.0 MiB more memory")
    assert "Memory: up to 100 MiB of 8.00 GiB, the free memory, all processes together" in sentences.reasons(found)


def test_memory_is_predicted_where_it_was_not_measured():
    """A plan that only predicts takes memory from its model, says so, and holds it against the limit asked for."""
    every = [guess(TWO, 2.0), guess(FOUR, 3.0)]
    asked = Request("x:f", {}, (), 4.0, memory_limit=MemoryLimit(512 * MIB, "the memory limit", is_asked=True))
    plan = planned(
        predictions=[*every, guess(Setting("map", 8), 3.05)], request=asked, memory=MemoryModel(40 * MIB, 10 * MIB)
    )
    found = judged(plan)
    assert found.recommendation.setting == FOUR
    assert (found.recommendation.memory_bytes, found.recommendation.memory_limit_bytes) == (80 * MIB, 512 * MIB)
    assert (
        "Memory: up to 80.0 MiB of 512 MiB, the memory limit, all processes together (predicted)"
        in sentences.reasons(found)
    )
    (told,) = [reason for reason in sentences.reasons(found) if reason.startswith("8 workers: ")]
    assert told == (
        "8 workers: 3.0x (2.6-3.5) predicted, against 3.0x (2.5-3.4); it takes 40.0 MiB more memory (predicted)"
    )


def test_a_setting_whose_rounds_failed_is_judged_so():
    """A cell with lost rounds has no figures and says how many of its rounds failed."""
    study = make_study((4.0,) * 6, {TWO: (2.0,) * 6, FOUR: (1.0,) * 4 + (Outcome.LOST,) * 2})
    found = judged(planned(study))
    (failed,) = [cell for cell in found.cells if cell.setting == FOUR]
    assert (failed.judged, failed.rounds, failed.failed, failed.speedup) == ("failed", 6, 2, None)
    assert any("4 workers failed in 2 of 6 rounds" in warning for warning in sentences.warnings(found))


def test_the_band_of_chunksizes_is_as_good_as_the_best():
    """The band goes from the smallest to the largest chunksize within 5 % of the best of the same setting."""
    sizes = {1: 1.0, 4: 1.95, 16: 2.0, 64: 1.92, 128: 1.5}
    every = [guess(Setting("map", 2, size), speedup, size) for size, speedup in sizes.items()]
    found = judged(planned(predictions=every))
    assert found.recommendation.chunksize_band == (4, 64)
    assert "Chunksize: any from 4 to 64 is predicted to be equally good" in sentences.reasons(found)


def test_what_if_tells_what_splitting_the_giant_gains():
    """Four workers and one item of half the work: in two pieces the round would be over in half the time."""
    rows, weights = waits(10, 10, 20), [1.0, 1.0, 2.0]
    (one,) = predict([Setting("imap_unordered", 4)], rows, weights, 4.0, FREE)
    found = judged(planned(predictions=[one], rows=rows, weights=weights))
    gains = {gain.name: gain.times for gain in found.what_if}
    assert gains["longest item in 2"] == pytest.approx(2.0)
    assert gains["twice the cores"] == pytest.approx(1.0)
    assert "no lock" not in gains


def test_what_if_of_many_items_is_carried_on_from_fewer():
    """One second of sixteen is the last item's: halved it gains 3 % of all, not of the few that are replayed."""
    rows = waits(*[1] * 30_000, 1_000)
    setting = Setting("imap_unordered", 2)
    (one,) = predict([setting], rows, [1.0] * len(rows), 4.0, FREE)
    found = judged(planned(predictions=[one], rows=rows))
    gains = {gain.name: gain.times for gain in found.what_if}
    assert gains["longest item in 2"] == pytest.approx(16.0 / 15.5, rel=0.005)


def test_the_notes_say_how_much_was_measured_and_how_much_predicted():
    """One sentence holds both counts, and how far the two lay apart where there are both."""
    study = make_study((4.0,) * 6, {TWO: (2.0,) * 6})
    found = judged(planned(study, [guess(TWO, 2.2), guess(FOUR, 3.0)], notes=("caches perhaps still cold",)))
    both, cold = sentences.notes(found)
    assert both == (
        "Measured 1 setting in up to 6 blocks, predicted 2 settings from one serial run; "
        "predictions are 10 % off (median)"
    )
    assert cold == "Caches perhaps still cold"
    assert found.cells[0].predicted == 2.2


def test_the_code_is_asked_for_exactly_the_recommended_setting():
    """The script is made for the setting and the chunksize in force; without a recommendation none is made."""
    asked = []
    study = make_study((4.0,) * 6, {Setting("map", 2, 7): (2.0,) * 6})
    found = judged(planned(study), lambda *setting: asked.append(setting) or "code")
    assert (asked, found.recommendation.code) == ([(Setting("map", 2, 7), 7)], "code")
    assert judged(planned(predictions=[guess(TWO, 0.9)]), pytest.fail).recommendation is None


def test_names_in_sentences_are_made_plain():
    """An item's name with a terminal escape is written out wherever it is told."""
    study = make_study((4.0,) * 6, {FOUR: (2.05,) * 6}, longest_share=0.5, item_names=["\x1b[2J"] * 4)
    found = judged(planned(study, rows=waits(10, 10, 20), longest_name="\x1b[2J"))
    told = " ".join(
        [
            sentences.what_to_do(found),
            *sentences.reasons(found),
            sentences.limited_by(found),
            found.longest_item[0],
        ]
    )
    assert "\\x1b[2J" in told
    assert "\x1b" not in told
