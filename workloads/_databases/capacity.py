"""Capacity: how many connections a server has left, against those that a setting would open."""

from collections.abc import Sequence
from typing import NamedTuple

from lightwork.core.setting import Setting
from lightwork.errors import UsageError

from . import writers


class Capacity(NamedTuple):
    """A server's connections: at most so many in all, `reserved` of them not for this user, `in_use` by others.

    server: its name, and whom the limit is for where it is not for all.
    """

    server: str
    most: int
    reserved: int
    in_use: int

    @property
    def left(self) -> int:
        """How many may still be opened."""
        return max(self.most - self.reserved - self.in_use, 0)

    def words(self) -> str:
        """The connections there are, in words."""
        taken = f"{self.reserved} reserved, {self.in_use} in use"
        return f"{self.left} free of {self.most} on {self.server} ({taken})"


def connections(settings: Sequence[Setting], capacity: Capacity, where: str) -> str:
    """The line that sets the connections of the largest setting beside the server's.

    Raises UsageError, naming both, when a setting needs more than are left.
    """
    largest = max(settings, key=writers.connections)
    needed = writers.connections(largest)
    wanted = f"{needed} connections ({needed} workers x 1 each)"
    if writers.has_one(largest):
        wanted = f"1 connection ({largest.strategy}: one process writes, whatever the workers)"
    if needed > capacity.left:
        raise UsageError(
            f"{largest.cell_id} needs {wanted}, and {where} has {capacity.words()}: use fewer workers, or raise the "
            "server's max_connections"
        )
    return f"{where}: at most {wanted}; {capacity.words()}"
