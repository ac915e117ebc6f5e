"""Tables: what was aimed at and whether it was met, and every group in its row."""

from dataclasses import replace

import pytest
from validations import MAP, QUEUE, held, planned, trial, validation

from lightwork.core.setting import Setting
from lightwork.validate.comparison import Held, Tried
from lightwork.validate.table import markdown, summary, tables, text, troubles


def rows(found, title):
    """A table's rows by their first entry."""
    (table,) = (table for table in tables(found) if table.title == title)
    assert all(len(row) == len(table.columns) for row in table.rows)
    return {name.words: tuple(entry.words for entry in entries) for name, *entries in table.rows}


def test_figures_say_whether_they_were_met():
    """Each aim stands beside what was found, with yes or no by comparison, not by hand."""
    found = rows(validation(held(choice=planned(QUEUE))), "Figures")
    assert found["conditional error, SQLite apart: median"] == ("2.2 %", "at most 3 %", "yes")
    assert found["recommended setting slower than the best, held out: worst"] == ("0 %", "at most 10 %", "yes")
    slow = rows(validation(held(choice=planned(MAP))), "Figures")
    assert slow["recommended setting slower than the best, held out: worst"] == ("25 %", "at most 10 %", "no")


def test_what_waits_for_sqlite_is_no_part_of_the_figure():
    """Its waiters poll: their errors stand in their own row alone."""
    far_off = tuple(Tried(MAP, 4, tuple(trial(block, 0.5, 0.5, 0.9) for block in range(3))) for _ in range(9))
    found = rows(validation(held(), held("db_insert", cells=far_off)), "Figures")
    assert found["conditional error, SQLite apart: 90th percentile"] == ("2.5 %", "at most 10 %", "yes")


def test_spreads_are_those_that_a_plan_weighs_by():
    """What is common to settings of one kind and worker count, what is single, and how far serial rounds differ."""
    cells = tuple(Tried(Setting("map", 2, size), size, (trial(0, 0.5, 0.5 + size / 100),)) for size in (1, 2))
    assert list(rows(validation(held(cells=cells)), "Spreads")) == [
        "settings of one kind and worker count together",
        "each setting beside that",
        "serial twice",
    ]


def test_every_group_has_its_row():
    """Workloads, strategies, worker counts and chunksizes each have theirs, and all workloads one together."""
    found = validation(held("a"), held("b"))
    assert list(rows(found, "By workload")) == ["a", "b", "all"]
    assert rows(found, "By workload")["all"][0] == "12"
    assert list(rows(found, "By strategy")) == ["map", "queue"]
    assert list(rows(found, "By workers")) == ["2", "4"]
    assert rows(found, "By strategy")["map"][1:4] == ("10 % / 10 %", "10 % / 10 %", "2 % / 2 %")


def test_recommendations_stand_beside_the_best():
    """The best measured setting, the recommended one, and by how much it is slower."""
    found = rows(validation(held(choice=planned(MAP))), "Recommended settings against the whole grid")
    assert found["sleep_io"][:2] == ("queue x 4, chunksize 1, 400 ms", "map x 2, chunksize 4")
    assert found["sleep_io"][2].startswith("25 % / 25 % / ")
    assert found["sleep_io"][3] == "1.5 s"


def test_what_is_missing_is_told():
    """Workloads and rounds that failed, and a run that was cut short, stand below the tables, made inert."""
    failed = Held("b", "b", 0, (), (), (), 0.0, finished=True, trouble="no\x1b[31m data")
    hung = held("c", cells=(Tried(MAP, 4, (trial(0, 0.5, 0.5, 0.5),), ("still running: stopped",)),))
    told = troubles(validation(failed, hung, replace(held("d"), finished=False)))
    assert told[0] == "b has no figures: no\\x1b[31m data"
    assert told[1] == "d was interrupted and is incomplete"
    assert told[2].startswith("c: rounds of 1 settings failed") and "still running" in told[2]  # noqa: PT018
    assert summary(failed) == "b failed and is left out: no\\x1b[31m data"


@pytest.mark.parametrize("render", [text, markdown])
def test_renders_all_tables_or_none(render):
    """Every table has its title in either form; of nothing measured there is no table and no error."""
    whole = render(validation(held("a", choice=planned(QUEUE)), held("b")))
    assert all(table.title in whole for table in tables(validation(held("a", choice=planned(QUEUE)))))
    assert "12 rounds of 2 workloads in 3 blocks" in whole
    assert "0 rounds of 0 workloads" in render(validation())
