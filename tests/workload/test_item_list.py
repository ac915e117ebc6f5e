"""A listing: items as people name them on a command line."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lightwork.errors import UsageError
from lightwork.workload.item_list import read

NAMES = st.lists(st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1).filter(str.strip), min_size=1)


@given(NAMES)
def test_words_files_and_standard_input_name_the_same_items(tmp_path_factory, names):
    """Items are the same given as words, as the lines of a file, and as lines on standard input."""
    path = tmp_path_factory.mktemp("listing") / "list.txt"
    path.write_text("\n".join(names) + "\n", encoding="utf-8")
    plain = [name for name in names if not name.startswith("@") and name != "-"]
    assert read(plain, io.StringIO()) == plain
    assert read([f"@{path}"], io.StringIO()) == names
    assert read(["-"], io.StringIO("\n".join(names) + "\n")) == names


def test_words_and_lists_can_be_mixed(tmp_path):
    """What is named stays in the order in which it was named; empty lines are no items."""
    (tmp_path / "list.txt").write_text("b\n\n  \nc d\n")
    assert read(["a", f"@{tmp_path}/list.txt", "-"], io.StringIO("e\n\n")) == ["a", "b", "c d", "e"]


@pytest.mark.parametrize(
    ("words", "saying"),
    [(["@none.txt"], "the list none.txt can't be read"), (["-"], "lists no items"), (["@."], "can't be read")],
)
def test_refuses_lists_that_hold_nothing(words, saying, tmp_path, monkeypatch):
    """A list that is not there, is a folder or is empty is told in one line."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match=saying):
        read(words, io.StringIO())


def test_refuses_a_list_that_is_no_text(tmp_path):
    """A binary file is no list."""
    (tmp_path / "list").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageError, match="is not text"):
        read([f"@{tmp_path}/list"], io.StringIO())


def test_a_pattern_stands_for_its_files(tmp_path, monkeypatch):
    """It means what a shell would make of it; a word that matches nothing, or is a file's name, stands for itself."""
    monkeypatch.chdir(tmp_path)
    for name in ("b.csv", "a.csv", "c[1].csv"):
        (tmp_path / name).touch()
    assert read(["?.csv"], io.StringIO()) == ["a.csv", "b.csv"]
    assert read(["c[1].csv", "*.txt", "how?" * 2000], io.StringIO()) == ["c[1].csv", "*.txt", "how?" * 2000]


def test_lists_may_end_their_items_by_nul(tmp_path):
    """As `find -print0` writes them: a line break is then part of a name."""
    (tmp_path / "list").write_text("a\nb\0c\0")
    assert read([f"@{tmp_path}/list", "-"], io.StringIO("d e\0\0f\n\0"), null=True) == ["a\nb", "c", "d e", "f\n"]


def test_no_words_are_no_items():
    """Nothing named is nothing listed: the caller knows whether that is wrong."""
    assert read([], io.StringIO("a\n")) == []
