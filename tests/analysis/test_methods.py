"""Methods of one job side by side: times against times, no claim beyond the intervals, and failed ones never ranked."""

from dataclasses import replace

import pytest
from report_samples import MS, Maker, results, settings, study

from lightwork.analysis.judged_study import judge, with_faster_method
from lightwork.analysis.methods import LostUpdates, compare
from lightwork.analysis.scaling import scale
from lightwork.core.causes import Cause
from lightwork.core.remedy import LargestLoss, RemedyKind, TrialResult
from lightwork.core.round import Outcome
from lightwork.report.methods import method_sections, method_sentences, methods_table
from lightwork.text.losses import remedies_sentence

UPDATES = 1_000


def by_method(method, item_ms, updates=UPDATES, blocks=6, **parameters):
    """A study of 8 items by this method; the time of each item says how fast the method is."""
    label = " ".join(["shared_state", *(f"{name}={value}" for name, value in parameters.items())])
    made = study(
        Maker(), f"{label} method={method}", [round(item_ms * MS)] * 8,
        settings((2, 8), {"strategy": "map"}, {"strategy": "static"}), blocks=blocks,
    )  # fmt: skip
    evidence = {"updates": updates} if updates else {}
    cells = tuple(
        replace(cell, rounds=tuple(replace(round_, evidence=evidence) for round_ in cell.rounds)) for cell in made.cells
    )
    return replace(made, workload="shared_state", parameters={"method": method, **parameters}, cells=cells)


def losing(made, lost):
    """The study whose rounds with two workers lost so many updates, one more in each."""
    numbers = iter(range(10_000))
    cells = tuple(
        cell if cell.setting.workers != 2 else replace(cell, rounds=tuple(
            replace(
                round_, outcome=Outcome.WRONG, reason="updates were lost",
                evidence={"updates": UPDATES, "lost_updates": lost + next(numbers)},
            )
            for round_ in cell.rounds
        ))
        for cell in made.cells
    )  # fmt: skip
    return replace(made, cells=cells)


def compared(*studies):
    """The comparisons of these studies."""
    return compare([scale(each, 8.0) for each in studies])


def test_the_fastest_setting_of_each_is_compared_by_its_updates_a_second():
    """Ten times as long an item, a tenth of the updates: the ratio is that of the rates, whatever the serial runs."""
    (found,) = compared(by_method("manager", 200), by_method("merge", 20))
    assert [each.method for each in found.methods] == ["merge", "manager"]
    merge, manager = found.methods
    assert found.counts_updates
    assert found.ratio(merge, manager).point == pytest.approx(manager.best.wall_s.point / merge.best.wall_s.point)
    assert merge.rate(merge.best).point == pytest.approx(UPDATES / merge.best.wall_s.point)
    assert found.ratio(merge, manager).low < found.ratio(merge, manager).point < found.ratio(merge, manager).high
    first, *_ = method_sentences(found)
    assert first.startswith("merge: ")
    assert "the updates a second of manager" in first


def test_the_fastest_of_each_worker_count_has_its_column():
    """Of two strategies the faster one, for 2 and for 8 workers."""
    (found,) = compared(by_method("manager", 200), by_method("merge", 20))
    for method in found.methods:
        assert list(method.by_workers) == [2, 8]
        walls = [cell.wall_s.point for cell in scale(method.study, 8.0).cells if cell.cell.setting.workers == 8]
        assert method.by_workers[8].wall_s.point == min(walls)
        assert method.best.wall_s.point == min(cell.wall_s.point for cell in method.by_workers.values())


def test_a_method_that_loses_updates_is_never_ranked():
    """It comes last however fast it was, also where other settings lost none, and no ratio is made of it."""
    (found,) = compared(losing(by_method("unlocked", 1), 100), by_method("merge", 20), by_method("manager", 200))
    assert [each.method for each in found.methods] == ["merge", "manager", "unlocked"]
    unlocked = found.methods[-1]
    assert unlocked.best is None
    assert unlocked not in found.ranked
    assert unlocked.lost == LostUpdates(unlocked.lost.lost, UPDATES)
    assert unlocked.lost.lost > 100
    words = method_sentences(found)
    assert words[-1] == f"unlocked is wrong: it lost up to {unlocked.lost.lost:,} of 1,000 updates"
    assert not any("second of unlocked" in each for each in words)


@pytest.mark.parametrize(("item_ms", "blocks"), [(20.2, 6), (200, 2)])
def test_no_claim_beyond_the_intervals(item_ms, blocks):
    """Two that hardly differ, or two with too few blocks for an interval: neither is said to be faster."""
    (found,) = compared(by_method("merge", 20, blocks=blocks), by_method("manager", item_ms, blocks=blocks))
    (words,) = method_sentences(found)
    assert "is not measurably faster than" in words


def test_items_are_counted_where_updates_are_not():
    """A job whose check counts no updates is compared by its items."""
    (found,) = compared(by_method("pickled", 200, updates=0), by_method("mmap", 20, updates=0))
    assert not found.counts_updates
    assert found.methods[0].rate(found.methods[0].best).point == pytest.approx(8 / found.methods[0].best.wall_s.point)
    assert "the items a second of pickled" in method_sentences(found)[0]


def test_only_studies_that_differ_in_their_method_alone():
    """Another number of files is another job, and a method that stands alone is compared with nothing."""
    merge, manager = by_method("merge", 20, files=4), by_method("manager", 200, files=9)
    assert compared(merge, manager) == []
    (found,) = compared(merge, manager, by_method("manager", 200, files=4))
    assert (found.label, len(found.methods)) == ("shared_state files=4", 2)


def test_the_table_has_a_row_for_each_method():
    """The fastest first, marked; a wrong one with what it lost in place of a time."""
    (found,) = compared(losing(by_method("unlocked", 1), 100), by_method("merge", 20), by_method("manager", 200))
    table = methods_table(found)
    assert [row[0].words for row in table.rows] == ["merge", "manager", "unlocked"]
    assert [bool(row[0].kind) for row in table.rows] == [True, False, False]
    names = [column.name for column in table.columns]
    wrong = dict(zip(names, table.rows[-1], strict=True))
    assert wrong["fastest setting"].words == "wrong"
    assert wrong["lost updates"].words.endswith("of 1,000")
    assert {"2 workers", "8 workers", "updates a second"} <= set(names)


def test_methods_of_a_database_have_their_own_comparison():
    """Studies that count stored rows are told by what batching gains, and not twice."""
    studies = [by_method("row", 200), by_method("copy", 20)]
    rows = [
        replace(each, cells=tuple(
            replace(cell, rounds=tuple(replace(round_, evidence={"rows": 9}) for round_ in cell.rounds))
            for cell in each.cells
        ))
        for each in studies
    ]  # fmt: skip
    assert method_sections(judge(results(*rows), {})) == []
    assert len(method_sections(judge(results(*studies), {}))) == 1


@pytest.mark.parametrize(("cause", "lost", "is_named"), [
    (Cause.BLOCKING, 1.0, True), (Cause.DISPATCH, 1.0, True), (Cause.TAIL, 1.0, False), (Cause.BLOCKING, 0.01, False),
])  # fmt: skip
def test_the_faster_method_is_the_first_remedy(cause, lost, is_named):
    """Of a loss that a method may change, with what it was measured to bring; the fastest and a close one have none."""
    studies = by_method("manager", 200), by_method("merge", 20), by_method("value_lock", 20.2)
    judged = judge(results(*studies), {})
    comparisons = compare([each.scaling for each in judged])
    loss = LargestLoss(cause, lost, 4)
    found = []
    for each in judged:
        recommendation = replace(each.recommendation, loss=loss)
        found.append(with_faster_method(replace(each, recommendation=recommendation), comparisons).recommendation.loss)
    manager, merge, close = found
    assert merge == close == loss
    if not is_named:
        assert manager == loss
        return
    (remedy,) = manager.remedies
    assert (remedy.kind, remedy.item, remedy.trial) == (RemedyKind.FASTER_METHOD, "merge", TrialResult.FASTER)
    assert remedy.ratio.low > 2
    assert "use method=merge" in remedies_sentence(manager)
