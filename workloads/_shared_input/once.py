"""What a process makes once and keeps until it is forgotten, whichever of its threads asks first."""

import threading
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Once(Generic[Key, Value]):
    """make: called with a key that is asked for the first time in this process, or in the one it was forked from."""

    def __init__(self, make: Callable[[Key], Value]) -> None:
        self._make, self._lock = make, threading.Lock()
        self._values: dict[Key, Value] = {}

    def __call__(self, key: Key) -> Value:
        """The value of this key; threads that ask meanwhile wait for it."""
        with self._lock:
            if key not in self._values:
                self._values[key] = self._make(key)
            return self._values[key]

    def forget(self, key: Key) -> Value | None:
        """Let go of the value of this key; it is returned, None where there is none."""
        return self._values.pop(key, None)
