"""Methods side by side: one writer by the best method against many by the worst, and no claim beyond the intervals."""

import html
from dataclasses import replace

import pytest
from report_samples import MS, Maker, results, settings, study

from lightwork.analysis import batching
from lightwork.analysis.scaling import scale
from lightwork.core.verdict import BatchingWinner
from lightwork.report import render, verdicts
from lightwork.text.verdict import batching_sentence


def by_method(method, item_ms, rows=1000, maker=None, blocks=6, **parameters):
    """A study of 8 items by this method; the time of each item says how fast the method is."""
    maker = maker or Maker()
    label = " ".join(["db_insert", *(f"{name}={value}" for name, value in parameters.items())])
    made = study(
        maker, f"{label} method={method}", [round(item_ms * MS)] * 8,
        settings((2, 8), {"strategy": "map"}, {"strategy": "static"}), blocks=blocks,
    )  # fmt: skip
    cells = tuple(
        replace(cell, rounds=tuple(replace(one, evidence={"rows": rows}) for one in cell.rounds)) for cell in made.cells
    )
    return replace(made, workload="db_insert", parameters={"method": method, **parameters}, cells=cells)


def compare(*studies):
    """What is found of these studies."""
    return batching.compare([scale(one, 8.0) for one in studies])


def test_one_writer_by_the_best_is_held_against_the_most_by_the_worst():
    """The ratio is rows a second of the serial round by the fastest method over those of 8 workers by the slowest."""
    row, batch, copy = by_method("row", 400), by_method("batch", 20), by_method("copy", 2, rows=500)
    (found,) = compare(row, batch, copy)
    assert (found.few, found.many, found.workers, found.label) == ("copy", "row", 8, "db_insert")
    walls = {one.cell.cell_id: one.wall_s.point for one in scale(row, 8.0).cells if one.cell.setting.workers == 8}
    expected = (500 / scale(copy, 8.0).serial_s.point) / (1000 / min(walls.values()))
    assert found.ratio.point == pytest.approx(expected)
    assert found.ratio.low < found.ratio.point < found.ratio.high
    assert found.winner is BatchingWinner.BATCHING
    assert batching_sentence(found).startswith("db_insert: batching beats workers: 1 writer by copy stores ")
    assert batching_sentence(found).endswith(" what 8 writers store by row")


def test_workers_can_win():
    """Where the methods hardly differ, 8 workers by the slower one store more, and that is said."""
    (found,) = compare(by_method("row", 210), by_method("batch", 200))
    assert found.ratio.high < 1
    assert found.winner is BatchingWinner.WORKERS
    assert "workers beat batching: 1 writer by batch" in batching_sentence(found)


@pytest.mark.parametrize(("item_ms", "blocks"), [(28.5, 6), (2, 2)])
def test_no_claim_without_an_interval_on_one_side(item_ms, blocks):
    """An interval around 1, or none at all, is told as such."""
    (found,) = compare(by_method("row", 200, blocks=blocks), by_method("batch", item_ms, blocks=blocks))
    assert found.winner is BatchingWinner.UNDECIDED
    assert "cannot tell whether batching or workers win" in batching_sentence(found)


def test_only_what_differs_in_nothing_else_is_compared():
    """Another database is another group; one method alone, or studies that count no rows, are not compared."""
    there = [by_method(method, cost, db="duckdb") for method, cost in (("row", 300), ("copy", 3))]
    found = compare(by_method("row", 200), by_method("batch", 2), *there)
    assert [one.label for one in found] == ["db_insert", "db_insert db=duckdb"]
    assert not compare(by_method("row", 200), there[1])
    assert not compare(by_method("row", 200, rows=0), by_method("batch", 2, rows=0))


def test_the_default_method_stands_in_no_label():
    """A method at its default is not in the label, and is compared with the others all the same."""
    row, batch = by_method("row", 200), by_method("batch", 2)
    (found,) = compare(row, replace(batch, label="db_insert"))
    assert (found.label, found.few) == ("db_insert", "batch")


def test_a_run_ends_with_it():
    """The comparison is the last line of a run's verdicts."""
    maker = Maker()
    run = results(by_method("row", 200, maker=maker), by_method("batch", 2, maker=maker))
    assert verdicts(run)[-1].startswith("db_insert: batching beats workers: ")


def test_workers_that_parse_are_no_writers():
    """Eight workers that parse for a single writer do not stand for eight writers: what two of map store is told."""
    row, batch = by_method("row", 400), by_method("batch", 20)

    def renamed(cell):
        is_large = cell.setting.workers == 8
        return replace(cell, setting=replace(cell.setting, strategy="single_writer")) if is_large else cell

    (found,) = compare(replace(row, cells=tuple(map(renamed, row.cells))), batch)
    assert found.workers == 2


@pytest.mark.matrix
def test_the_report_says_it(tmp_path):
    """The sentence stands on the page and in the summary, which keeps within its length however many there are."""
    maker, pairs = Maker(), []
    for number in range(5):
        pairs += [by_method(method, cost, maker=maker, seed=number) for method, cost in (("row", 200), ("batch", 2))]
    told = [line for line in verdicts(results(*pairs)) if "batching beats workers" in line]
    assert len(told) == 5
    render(results(*pairs), {}, tmp_path)
    page, summary = (html.unescape((tmp_path / name).read_text()) for name in ("index.html", "summary.md"))
    assert all(f"<p>{line}.</p>" in page for line in told)
    assert summary.count("batching beats workers") == 3
    assert "and 2 more comparisons in index.html." in summary
    assert len(summary.splitlines()) < 60


def test_the_report_is_silent_without_it(tmp_path):
    """Studies of one method alone are not compared, on the page as little as on the terminal."""
    render(results(by_method("row", 200)), {}, tmp_path)
    assert "Batching or workers" not in (tmp_path / "index.html").read_text()
