"""The digest of a result: equal for equal values, whichever way they came, and taken at memory speed.

    result -> pickle, protocol 5 -> BLAKE2b -> 16 bytes

Large buffers go into the hash as they lie, without a copy. Pickles of equal values differ in which of their parts are
the same object, in the order of a set, and in the layout of an array or a data frame: none of that counts here. What
can't be pickled counts by its `repr`, memory addresses left out.
"""

import copyreg
import re
import sys
from contextlib import suppress
from hashlib import blake2b
from pickle import PickleBuffer, Pickler
from types import FunctionType
from typing import Any

BYTES = 16
PROTOCOL = 5  # buffers out of band
SETS = frozenset({set, frozenset})
IN_ORDER = frozenset({int, str, bytes})  # a set of one of these can be sorted
SMALL_BYTES = 2**17  # pickle collects what is smaller
MOST_SMALL_BYTES = 2**28  # a value that shares its parts over and over has no end when each is written out
MEMORY_ADDRESS = re.compile(r" at 0x[0-9a-f]+")


def digest(result: Any) -> bytes:
    """16 bytes that are the same for the same value. Raises nothing, whatever the result is."""
    for is_shared in (False, True):
        with suppress(Exception):  # a cycle, or whatever a class of the user's raises
            return _hashed(result, is_shared)
    return blake2b(_shown(result).encode("utf-8", "replace"), digest_size=BYTES).digest()


def _hashed(value: Any, is_shared: bool) -> bytes:
    """The digest by pickling. is_shared: whether a part that occurs twice is written once, which a cycle needs."""
    sink = _Sink()
    pickler = _Pickler(sink, PROTOCOL, buffer_callback=sink.take)
    pickler.fast = not is_shared
    sink.left_bytes = sys.maxsize if is_shared else MOST_SMALL_BYTES
    pickler.dump(value)
    return sink.hash.digest()


class _Sink:
    """A file that hashes what is written to it."""

    def __init__(self) -> None:
        self.hash = blake2b(digest_size=BYTES)
        self.left_bytes = 0

    def write(self, data: bytes) -> None:
        """Hash the bytes. Raises OverflowError when too many came in small pieces."""
        self.hash.update(data)
        if len(data) < SMALL_BYTES:
            self.left_bytes -= len(data)
        if self.left_bytes < 0:
            raise OverflowError

    def take(self, buffer: PickleBuffer) -> None:
        """Hash a buffer out of band."""
        self.hash.update(buffer.raw())


class _Pickler(Pickler):
    """Writes values such that equal ones are written alike. Nobody reads it back: classes are mere names."""

    def persistent_id(self, value: Any) -> Any:
        """A set by its sorted elements. Asked for every part of the value, so quick to say no."""
        if type(value) in SETS:
            return type(value).__name__, _in_order(value)
        return None

    def reducer_override(self, value: Any) -> Any:
        """What is no plain data: classes and functions by name, arrays and frames by value, the rest its own way."""
        if value is str:
            return NotImplemented
        if isinstance(value, type | FunctionType):
            return str, (f"{value.__module__}.{value.__qualname__}",)
        if isinstance(value, set | frozenset | memoryview | BaseException):
            return _plain(value)
        return _array(value) or _frame(value) or _reduced(value)


def _plain(value: Any) -> tuple[Any, ...]:
    """A view by its bytes, a kind of set by its sorted elements and what else it holds, an exception by its arguments.

    An exception's traceback does not count, though libraries that send it teach pickle to write it.
    """
    if isinstance(value, BaseException):
        return list, (type(value), value.args, value.__dict__)
    if isinstance(value, memoryview):
        return list, (value.format, value.shape, value.tobytes())
    return list, (type(value), _in_order(value), getattr(value, "__dict__", None))


def _in_order(values: Any) -> list[Any]:
    """The elements of a set in an order that their values decide."""
    kinds = set(map(type, values))
    return sorted(values) if len(kinds) == 1 and kinds <= IN_ORDER else sorted(map(digest, values))


def _array(value: Any) -> tuple[Any, ...] | None:
    """A numpy array by its type, shape and elements; None for anything else, and for one with a pickle of its own."""
    numpy: Any = sys.modules.get("numpy")
    base = getattr(numpy, "ndarray", None)
    if base is None or not isinstance(value, base):
        return None
    if type(value).__reduce__ is not base.__reduce__:
        is_masked = isinstance(value, numpy.ma.MaskedArray)
        return (list, (type(value), numpy.ma.getdata(value), numpy.ma.getmaskarray(value))) if is_masked else None
    dtype = value.dtype.newbyteorder("=")  # numpy turns the others round when it reads a pickle
    return list, (type(value), dtype, value.shape, _elements(numpy.asarray(value, dtype), numpy))


def _elements(array: Any, numpy: Any) -> Any:
    """The elements of an array in C order."""
    if array.dtype.hasobject:
        return array.ravel().tolist()
    if array.dtype.names:  # the gaps between fields hold anything
        return [array[name] for name in array.dtype.names]
    if not array.nbytes:
        return []
    return PickleBuffer(numpy.ascontiguousarray(array).reshape(-1).view("u1"))


def _frame(value: Any) -> tuple[Any, ...] | None:
    """What pandas knows by its values, whatever it caches and however they lie in blocks; None for anything else."""
    pandas: Any = sys.modules.get("pandas")
    if not hasattr(pandas, "DataFrame") or isinstance(value, pandas.RangeIndex):
        return None
    if isinstance(value, pandas.DataFrame):
        columns = [column.array for _, column in value.items()]
        return list, (type(value), value.index, value.columns, columns, value.attrs)
    if isinstance(value, pandas.Series):
        return list, (type(value), value.index, value.name, value.array, value.attrs)
    if isinstance(value, pandas.MultiIndex):
        return list, (type(value), [value.get_level_values(level) for level in range(value.nlevels)])
    if isinstance(value, pandas.Index):
        return list, (type(value), value.name, value.array)
    return _column(value, pandas) if isinstance(value, pandas.api.extensions.ExtensionArray) else None


def _column(array: Any, pandas: Any) -> tuple[Any, ...]:
    """One of pandas' own arrays by its type and values."""
    if isinstance(array, pandas.arrays.NumpyExtensionArray):
        return list, (array.to_numpy(),)
    if isinstance(array.dtype, pandas.StringDtype):  # much faster than their hashes
        return list, (repr(array.dtype), array.to_numpy(object))
    return list, (repr(array.dtype), pandas.util.hash_array(array, categorize=False))


def _reduced(value: Any) -> tuple[Any, ...]:
    """What pickle would write; the `repr` where it can't."""
    try:
        reduce = copyreg.dispatch_table.get(type(value))
        reduced = reduce(value) if reduce else value.__reduce_ex__(PROTOCOL)
    except Exception:  # noqa: BLE001  whatever a class of the user's raises
        reduced = _shown(value)
    return (str, (reduced,)) if isinstance(reduced, str) else reduced


def _shown(value: Any) -> str:
    """The `repr` without memory addresses; where there is none, the type's name."""
    try:
        return MEMORY_ADDRESS.sub("", repr(value))
    except Exception:  # noqa: BLE001  whatever a class of the user's raises
        return type(value).__qualname__
