"""Saved ledgers: the same tables after a save, and one line for a file that is something else."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lightwork.errors import UsageError
from lightwork.ledger.table import START, Ledger, State
from lightwork.storage import ledgers


def made(path: Path, items: int, start_ns: int = 7) -> bytes:
    """The bytes of a ledger whose first item has begun."""
    Ledger.create(path, items, 2)
    ledger = Ledger(str(path))
    START.pack_into(ledger.memory, ledger.offset_of(0), start_ns, 1, State.RUNNING)
    return path.read_bytes()


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    """A file with two ledgers."""
    path = tmp_path / "ledgers.npz"
    ledgers.save(path, [("s1-b000-serial", made(tmp_path / "a", 3)), ("s1-b000-map-w2", made(tmp_path / "b", 4, 9))])
    return path


def test_ledgers_survive_a_save(saved, tmp_path):
    """Every ledger comes back under its name, byte for byte."""
    found = ledgers.load(saved)
    assert set(found) == {"s1-b000-serial", "s1-b000-map-w2"}
    assert found["s1-b000-serial"].tobytes() == ledgers.table((tmp_path / "a").read_bytes()).tobytes()
    assert (len(found["s1-b000-map-w2"]), found["s1-b000-map-w2"]["start_ns"][0]) == (4, 9)


def test_a_save_leaves_nothing_but_its_file(saved, tmp_path):
    """A file is written beside and then put in place: nothing unfinished stays, and an old one is replaced."""
    ledgers.save(saved, [("other", made(tmp_path / "c", 1))])
    assert set(ledgers.load(saved)) == {"other"}
    assert {path.name for path in tmp_path.iterdir() if path.is_file()} == {"a", "b", "c", "ledgers.npz"}


def test_a_save_that_fails_keeps_the_old_file(saved, tmp_path):
    """If the disk is full before the ledgers are written to their end, what was saved before is still whole."""
    code = f"""
import os, resource
from pathlib import Path
from lightwork.storage import ledgers
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
ledgers.save(Path({str(saved)!r}), [("random", os.urandom(50_000))])
"""
    failed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "File too large" in failed.stderr
    assert set(ledgers.load(saved)) == {"s1-b000-serial", "s1-b000-map-w2"}


def test_refuses_a_file_that_is_not_there(tmp_path):
    """Missing ledgers are told as such, with the next step."""
    with pytest.raises(UsageError, match="are missing: keep the file next to its JSON"):
        ledgers.load(tmp_path / "none.npz")


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x03\x04", b"\x93NUMPY" + bytes(100)])
def test_refuses_a_file_of_another_kind(tmp_path, content):
    """Whatever else lies there is refused in one line."""
    path = tmp_path / "other.npz"
    path.write_bytes(content)
    with pytest.raises(UsageError, match=r"other\.npz holds no ledgers: [^\n]+$"):
        ledgers.load(path)


def test_unpickles_nothing(tmp_path):
    """An array of pickled objects, which could run code, is refused."""
    path = tmp_path / "objects.npz"
    np.savez(path, a=np.array([{"a": 1}], dtype=object))
    with pytest.raises(UsageError, match="holds no ledgers"):
        ledgers.load(path)


@pytest.mark.parametrize(
    "array", [np.arange(3, dtype=np.uint8), np.arange(500.0), np.array(3)], ids=["short", "floats", "scalar"]
)
def test_refuses_arrays_that_are_no_ledgers(tmp_path, array):
    """An array of numpy's that is not a ledger is refused, however short it is."""
    path = tmp_path / "arrays.npz"
    np.savez(path, a=array)
    with pytest.raises(UsageError, match="holds no ledgers: no ledger"):
        ledgers.load(path)


def test_refuses_a_plain_array_and_a_folder(tmp_path):
    """A single saved array and a folder are refused in one line too."""
    np.save(tmp_path / "array.npy", np.arange(3))
    for name in ("array.npy", "."):
        with pytest.raises(UsageError, match="holds no ledgers"):
            ledgers.load(tmp_path / name)


@given(st.data())
def test_damage_is_told_or_does_no_harm(tmp_path_factory, data):
    """With any one byte of the file changed, or its end cut off, loading gives tables or one line, never a bug."""
    folder = tmp_path_factory.mktemp("damage")
    path = folder / "ledgers.npz"
    ledgers.save(path, [("a", made(folder / "a", 3))])
    content = bytearray(path.read_bytes())
    place = data.draw(st.integers(0, len(content) - 1))
    if data.draw(st.booleans()):
        content[place] ^= data.draw(st.integers(1, 255))
    else:
        del content[place:]
    path.write_bytes(content)
    found, refusal = {}, ""
    try:
        found = ledgers.load(path)
    except UsageError as error:
        refusal = str(error)
    assert "\n" not in refusal
    assert all(len(table) == 3 for table in found.values())


def test_a_table_is_only_made_of_a_whole_ledger(tmp_path):
    """Bytes with a row too few, or with another beginning, are no ledger."""
    whole = made(tmp_path / "a", 3)
    assert len(ledgers.table(whole)) == 3
    for other in (whole[:-1], whole + b"\0", b"X" + whole[1:], whole[:10], b""):
        with pytest.raises(ValueError, match="no ledger"):
            ledgers.table(other)
