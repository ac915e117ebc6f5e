"""A table: one value, the same words on a terminal, in Markdown and on a page."""

from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from lightwork.render.filters import Facets
from lightwork.render.table import BEST, UNKNOWN, Column, Entry, Table, figures, markdown, terminal
from lightwork.render.templates import rendered
from lightwork.text.quantities import percent

HOSTILE = "<b>|*a*\x1b[1m\n`x`"
MADE = Table(
    (Column("setting", is_code=True), figures("speedup", "Over the serial run."), figures("memory")),
    (
        (Entry("map", facets=Facets(strategy="map")), Entry("2.0x", 2.0, interval="1.9-2.1"), UNKNOWN),
        (Entry("queue", details=("chunksize 1",)), Entry("3.0x", 3.0, mark="recommended", kind=BEST), UNKNOWN),
        (Entry(HOSTILE), Entry("n/a"), UNKNOWN),
    ),
    title="Speedups",
    caption="In short.",
    notes=("Two blocks.",),
)


@pytest.fixture
def html(tmp_path):
    """The page's form of a table, by the macro alone."""
    (tmp_path / "one.html").write_text('{% from "table.html" import table_of %}{{ table_of(table) }}')
    return lambda table: rendered("one.html", Path(tmp_path), table=table)


def test_a_row_takes_one_line_wherever_nobody_looks_through_a_window():
    """Title, caption, heads, rows and notes stand below each other, figures flush right, nothing that colours."""
    title, caption, _, first, second, third, note = terminal(MADE).splitlines()
    assert (title, caption, note) == ("Speedups", "In short.", "Two blocks.")
    assert first.split() == ["map", "2.0x", "(1.9-2.1)", "n/a"]
    assert second.startswith("queue, chunksize 1")
    assert third.startswith("<b>|*a*\\x1b[1m\\n`x`")
    assert first.index("2.0x") + len("2.0x (1.9-2.1)") == second.index("3.0x") + len("3.0x")


def test_markdown_is_a_table_of_inert_words():
    """A parser finds as many cells as the table has; names are code, the best is bold, nothing else is markup."""
    tokens = MarkdownIt("commonmark").enable("table").parse(markdown(MADE))
    assert [token.type for token in tokens].count("td_open") == 9
    inner = [child for token in tokens for child in token.children or []]
    assert [child.content for child in inner if child.type == "code_inline"] == ["map", "queue"]
    assert {child.tag for child in inner} <= {"", "code", "strong"}
    assert "| **3.0x** recommended |" in markdown(MADE)
    assert markdown(MADE).endswith("\n- Two blocks.\n")


def test_the_page_escapes_sorts_and_filters(html):
    """What is written is text; figures carry what they sort by, rows what they are filtered by, columns how to read."""
    text = html(MADE)
    assert "<b>" not in text
    assert '<tr data-strategy="map">' in text
    assert 'data-column="1" data-value="3"' in text
    assert text.count("<dd>") == 1
    assert '<table class="sortable">' in text
    assert "sortable" not in html(Table.of_words(("a", "b"), [("x", "y")]))


def test_a_column_that_knows_nothing_is_left_out():
    """Only columns with a known entry stay; a table of names alone is none."""
    assert [column.name for column in MADE.without_unknown().columns] == ["setting", "speedup"]
    assert Table.of_words(("a", "b"), [("x", UNKNOWN)]).without_unknown() is None


def test_the_first_rows_hold_the_best_one():
    """A shortened table keeps the row with the best entry, and counts what it leaves out."""
    short = MADE.first(1, "index.html")
    assert [row[0].words for row in short.rows] == ["queue"]
    assert short.notes == ("Two blocks.", "and 2 more rows in index.html.")
    assert MADE.first(3) == Table(
        MADE.columns, (MADE.rows[1], MADE.rows[0], MADE.rows[2]), "Speedups", "In short.", MADE.notes
    )


def test_a_brief_table_keeps_the_small_print_of_its_names_alone():
    """Details go from the figures and stay with the names."""
    made = Table.of_words(("a", "b"), [(Entry("x", details=("y",)), Entry("1", details=("z",)))])
    assert [entry.line for entry in made.brief().rows[0]] == ["x, y", "1"]


def test_a_number_sorts_by_its_value_unless_it_has_none():
    """None is unknown; an infinite number has words and no place in an order."""
    assert Entry.of(None, percent) is UNKNOWN
    assert Entry.of(0.5, percent) == Entry("50 %", 0.5)
    assert Entry.of(float("inf"), percent).value is None
