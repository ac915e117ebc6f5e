"""The table of break-even job lengths, on the page and in the summary."""

from dataclasses import replace

import pytest
import report_samples as samples

from lightwork.analysis.judged_study import judge
from lightwork.report.break_evens import break_even_table
from lightwork.report.summary import summary

KINDS = (
    {"strategy": "map", "chunksize": 1},
    {"strategy": "map", "chunksize": 1, "pool": "warm"},
    {"strategy": "map", "chunksize": 1, "start_method": "spawn"},
)


def judged(counts, kinds):
    """One made-up study, judged twice over, as a run of two studies would be."""
    maker = samples.Maker()
    study = samples.study(maker, "made-up", [20_000_000] * 40, samples.settings(counts, *kinds))
    return judge(samples.results(study, samples.tiny(maker)), maker.ledgers)


def test_names_every_start_method_and_pool():
    """Each setting that was measured in several ways has a row that names both, the usual ones too."""
    table = break_even_table(judged((2,), KINDS)[0].scaling)
    assert [row[0].words for row in table.rows] == [
        "map, 2 workers, chunksize 1: fork, fresh pool",
        "map, 2 workers, chunksize 1: fork, warm pool",
        "map, 2 workers, chunksize 1: spawn, fresh pool",
    ]
    assert [row[4].words == "-" for row in table.rows] == [False, True, False]
    assert all(len(row) == len(table.columns) for row in table.rows)


def test_one_way_of_starting_has_no_table():
    """Without a second start method or pool there is nothing to compare, on the page or in the summary."""
    found = judged((2, 4), KINDS[:1])
    assert break_even_table(found[0].scaling) is None
    assert "What starting costs" not in summary(found)


def test_the_summary_keeps_its_length():
    """The summary shows the first rows, counts the others, and stays below 60 lines."""
    told = summary(judged((1, 2, 4, 8), KINDS))
    assert told.count("fresh pool |") + told.count("warm pool | ") >= 4
    assert "and 8 more rows in index.html" in told
    assert len(told.splitlines()) < 60


@pytest.mark.parametrize("studies", [1, 2, 3, 6, 25])
def test_the_summary_keeps_its_length_with_many_studies(studies):
    """Verdicts, details and break-even lengths together stay below 60 lines; the last go first."""
    one = judged((1, 2, 4, 8), KINDS)[0]
    many = [replace(one, study=replace(one.study, label=f"s{number}")) for number in range(studies)]
    told = summary(many)
    assert len(told.splitlines()) < 60
    assert told.count("\n## s") >= 1
    assert told.endswith("Every round: rounds.csv.\n")
