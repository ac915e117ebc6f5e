"""Digests of results: equal for equal values, different for different ones, whatever the values are."""

import collections
import copyreg
import datetime as dt
import decimal
import pathlib
import pickle
import re
import threading
import types
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rounds import PATIENCE_S, job

from lightwork.core.setting import Setting
from lightwork.host import digest as digests
from lightwork.host.digest import digest
from lightwork.launch.run import launch
from lightwork.launch.workdir import open_workdir
from lightwork.ledger.table import paused_ns

ATOMS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.binary(max_size=20)
KEYS = st.integers() | st.text(max_size=5)
SETS = st.frozensets(KEYS | st.tuples(KEYS, KEYS), max_size=5)
PLAIN = st.recursive(
    ATOMS | SETS | SETS.map(set),
    lambda part: st.lists(part, max_size=4) | st.tuples(part, part) | st.dictionaries(KEYS, part, max_size=4),
    max_leaves=20,
)


def travelled(value: Any, protocol: int = pickle.DEFAULT_PROTOCOL) -> Any:
    """The value as another process gets it."""
    return pickle.loads(pickle.dumps(value, protocol))


def rebuilt(value: Any) -> Any:
    """The value from parts of its own, none of which occurs twice; sets from their elements in another order."""
    match value:
        case list() | tuple():
            return type(value)(map(rebuilt, value))
        case dict():
            return {rebuilt(key): rebuilt(part) for key, part in value.items()}
        case set() | frozenset():
            return type(value)([rebuilt(part) for part in value][::-1])
        case str():
            return "".join(list(value))
        case bytes():
            return bytes(bytearray(value))
    return value


def put(part: Any, path: list[tuple[str, Any]]) -> Any:
    """The part, deep inside of other plain data."""
    for kind, beside in path:
        part = {"list": [beside, part, beside], "tuple": (part, beside), "dict": {"a": beside, "b": part}}[kind]
    return part


@given(PLAIN)
def test_plain_data_keeps_its_digest_on_its_way(value):
    """A value, the one that another process gets, and one of which no two parts are the same object are equal."""
    assert digest(value) == digest(travelled(value)) == digest(travelled(value, 2)) == digest(rebuilt(value))


@given(ATOMS, ATOMS, st.lists(st.tuples(st.sampled_from(["list", "tuple", "dict"]), PLAIN), max_size=4))
def test_one_element_changes_the_digest(first, second, path):
    """Two values that differ in one element, however deep, differ; 1, 1.0 and True are not the same."""
    is_same = (type(first), repr(first)) == (type(second), repr(second))
    assert (digest(put(first, path)) == digest(put(second, path))) is is_same


def test_the_order_of_a_set_does_not_count():
    """Sets with equal elements are equal, however they were filled; in a list the order counts."""
    assert list({8, 0}) != list({0, 8})  # else this shows nothing
    assert digest({8, 0}) == digest({0, 8}) != digest({0, 16})
    assert digest({(8, "a"), (0, "b")}) == digest({(0, "b"), (8, "a")})
    assert digest(frozenset({1})) != digest({1})
    assert digest([8, 0]) != digest([0, 8])


RANDOM = np.random.default_rng(1)
GRID = RANDOM.random((60, 40))
PADDED = np.dtype([("a", "i1"), ("b", "f8")], align=True)
ARRAYS = {
    "f8": GRID,
    "columns-first": np.asfortranarray(GRID),
    "every-other": GRID[::2, ::3],
    "backwards": GRID[::-1],
    "big-endian": GRID.astype(">f8"),
    "bool": GRID > 0.5,
    "complex": GRID + 1j,
    "zero-and-nan": np.array([-0.0, 0.0, np.nan, np.inf]),
    "no-axis": np.array(7),
    "empty": np.empty((0, 3)),
    "no-width": np.array([b"", b""], dtype="S0"),
    "text": np.array(["one", "twelve"]),
    "time": np.array(["2013-01-01", "NaT"], dtype="M8[s]"),
    "objects": np.array([["a", 1], [None, {"b"}]], dtype=object),
    "record": np.array([(1, 2.0), (3, 4.0)], dtype=PADDED),
    "masked": np.ma.masked_array([1, 2, 3], mask=[0, 1, 0]),
    "subclass": GRID[:3].view(np.recarray),
}


@pytest.mark.parametrize("name", ARRAYS)
def test_an_array_keeps_its_digest(name):
    """An array equals itself after a journey, a copy of itself in any layout, and nothing of another type."""
    array = ARRAYS[name]
    str(array)  # a masked array then remembers its fill value
    assert digest(array) == digest(travelled(array)) == digest(array.copy("C")) == digest(array.copy("F"))
    assert digest([array, array]) == digest([array, array.copy()])
    assert digest(array) != digest(array.tolist())
    assert digest(array) != digest(array.reshape((*array.shape, 1)))


def test_the_middle_of_an_array_counts():
    """One element of a million makes the difference, and so does the shape."""
    array = np.zeros(1_000_000)
    other = array.copy()
    other[500_000] = 1e-300
    assert repr(array) == repr(other)
    assert digest(array) != digest(other)
    assert digest(array) != digest(array.reshape(1000, 1000))


def test_gaps_between_fields_do_not_count():
    """What happens to lie between the fields of a record is no value."""
    clean, dirty = (np.frombuffer(bytes([7, *[gap] * 7, *bytes(8)]), PADDED) for gap in (0, 255))
    assert digest(clean) == digest(dirty)


SIZE = 20
COLUMNS = {
    "a": np.arange(SIZE),
    "b": np.arange(SIZE) / 7,
    "c": np.arange(SIZE) / 9,
    "text": [f"row {number}" for number in range(SIZE)],
    "time": pd.date_range("2013", periods=SIZE, tz="Europe/Berlin"),
    "kind": pd.Categorical(["x", "y"] * (SIZE // 2)),
    "gaps": pd.array([1, None] * (SIZE // 2), dtype="Int64"),
    "text with gaps": pd.array(["x", None] * (SIZE // 2), dtype="string"),
    "month": pd.period_range("2013-01", periods=SIZE, freq="M"),
    "interval": pd.interval_range(0, SIZE),
    "sparse": pd.arrays.SparseArray([0, 1] * (SIZE // 2)),
    "objects": [{"a", 1}, (1, 2)] * (SIZE // 2),
}
TABLE = pd.DataFrame(COLUMNS)
GROWN = pd.DataFrame(index=range(SIZE))
for name, column in COLUMNS.items():
    GROWN[name] = column
FRAMES = {
    "mixed": TABLE,
    "numbers": TABLE[["a", "b", "c"]],
    "some-rows": TABLE[::3],
    "turned": TABLE[["b", "c"]].T,
    "two-levels": TABLE.set_index(["a", "text"]),
    "same-names": pd.concat([TABLE[["b"]], TABLE[["b"]]], axis=1),
    "empty": TABLE[:0],
    "series": TABLE["b"],
    "series-of-rows": TABLE["text"][::2],
    "index": TABLE.set_index("time").index,
    "array": TABLE["gaps"].array,
}


@pytest.mark.parametrize("name", FRAMES)
def test_a_frame_keeps_its_digest(name):
    """A frame equals itself after a journey, a copy, and itself after its parts were looked at."""
    frame = FRAMES[name]
    before = digest(frame)
    assert before == digest(travelled(frame)) == digest(travelled(travelled(frame))) == digest(frame.copy())
    str(frame)  # fills what pandas caches
    assert before == digest(frame)


def test_the_layout_of_a_frame_does_not_count():
    """Columns that were added one by one lie elsewhere than columns that came together."""
    assert len(GROWN._mgr.blocks) > len(TABLE.copy()._mgr.blocks)
    assert digest(GROWN) == digest(GROWN.copy()) == digest(travelled(GROWN))
    assert digest(GROWN.set_index(TABLE.index)) == digest(TABLE)


def test_one_cell_of_a_frame_counts():
    """One cell, the name of a column, the index or the type of a column makes the difference."""
    long = pd.DataFrame({"a": np.zeros(100_000), "b": "x"})
    changed = long.copy()
    changed.loc[50_000, "b"] = "y"
    others = (changed, long.rename(columns={"a": "c"}), long.set_index(long.index + 1), long.astype({"a": "f4"}))
    assert len({digest(frame) for frame in (long, *others)}) == 5


@dataclass
class Point:
    """What a user's function may return."""

    x: float
    label: str


class Bare:
    """Has only the `repr` that shows its address."""

    def __init__(self, number: int) -> None:
        self.number = number


class Chain:
    """Leads back to itself."""

    def __init__(self, number: int) -> None:
        self.number, self.next = number, self


class Broken:
    """Can neither be pickled nor shown."""

    def __reduce_ex__(self, protocol: int) -> Any:
        raise RuntimeError

    __repr__ = __reduce_ex__


class Words(set):
    """A set of a class of its own."""


def made(number: int) -> dict[str, Any]:
    """One of each kind of object, all that can be different in them made from the number."""
    return {
        "dataclass": Point(number, "a"),
        "address": [Bare(number)],
        "local-class": type("Local", (), {"__module__": "nowhere"})() if not number else Point(1, "b"),
        "cycle": Chain(number),
        "words": Words({number, "a", (1, 2)}),
        "counter": collections.Counter("ab" * number + "a"),
        "deque": collections.deque([number]),
        "decimal": decimal.Decimal(number),
        "date": dt.date(2013, 1, 1 + number),
        "path": pathlib.Path(str(number)),
        "pattern": re.compile(str(number)),
        "function": (made, len)[number],
        "lambda-inside": {"f": lambda: 0, "big": np.arange(10_000) + number},
        "lock-inside": [threading.Lock(), number],
        "generator-inside": (number, (part for part in "ab")),
        "broken-inside": [Broken(), number],
        "memory": memoryview(bytes([number])),
        "array-of-bytes": bytearray([number]),
        "error": ValueError(number),
        "mapping": types.MappingProxyType({"a": number}),
        "scalar": np.float64(number),
    }


@pytest.mark.parametrize("kind", made(0))
def test_odd_objects_count_by_what_they_hold(kind):
    """Made again they are equal, wherever they lie in memory; with other contents they are not."""
    thing = made(0)[kind]
    assert digest(thing) == digest(made(0)[kind]) != digest(made(1)[kind])


@pytest.mark.parametrize("kind", ["dataclass", "address", "cycle", "words", "counter", "pattern", "error"])
def test_objects_keep_their_digest_on_their_way(kind):
    """An object that can travel is equal to what arrives."""
    thing = made(0)[kind]
    assert digest(thing) == digest(travelled(thing))


def test_an_exceptions_traceback_does_not_count(monkeypatch):
    """Where a library has taught pickle to send tracebacks, an exception that was raised equals one that was not."""
    monkeypatch.setitem(copyreg.dispatch_table, ValueError, lambda error: (str, (repr(error.__traceback__),)))
    with pytest.raises(ValueError, match="1") as raised:
        int("1 of 2")
    assert digest(raised.value) == digest(ValueError(*raised.value.args)) != digest(ValueError(2))


def test_shared_parts_come_to_an_end(monkeypatch):
    """Two to the power of 200 parts, all of them the same few objects, are not written out one by one."""
    monkeypatch.setattr(digests, "MOST_SMALL_BYTES", 2**20)
    value: Any = "a"
    for _ in range(40):
        value = [value, value]
    assert digest(value) == digest(travelled(value)) != digest(value[0])


def test_what_is_nested_beyond_the_stack_has_a_digest():
    """Data deeper than the interpreter can follow ends nothing."""
    value: Any = []
    for _ in range(100_000):
        value = [value]
    assert len(digest(value)) == 16


def slow(workdir: Any, setting: Setting, **changes: Any) -> Any:
    """A round whose results take a moment to pickle."""
    return launch(workdir, replace(job(workdir, setting, "toys.slow_to_pickle"), **changes), PATIENCE_S)


def test_the_time_of_digests_is_off_the_deadline(tmp_path):
    """While the host takes digests its ledger says that the deadline does not count; afterwards it counts again."""
    with open_workdir(tmp_path) as workdir:
        finished = slow(workdir, Setting("serial"))
    path = tmp_path / "ledger"
    path.write_bytes(finished.ledger)
    assert finished.round.ok
    assert finished.round.result_digest
    assert 0.3e9 <= paused_ns(path, 0) < PATIENCE_S * 1e9


def test_no_digests_where_nobody_compares(tmp_path):
    """A job that wants no digests pickles no result, and the round is as good."""
    with open_workdir(tmp_path) as workdir:
        finished = slow(workdir, Setting("serial"), digests=False)
    path = tmp_path / "ledger"
    path.write_bytes(finished.ledger)
    assert finished.round.ok
    assert (finished.round.result_digest, paused_ns(path, 0)) == ("", 0)
