"""A leak: what items leave for good in the memory of the process that runs them."""

from dataclasses import dataclass

MemoryLook = tuple[int, int]  # items done, bytes that the process which did them has for itself


@dataclass(frozen=True)
class Leak:
    """Memory that grows with every item, the same ones done again included.

    item_bytes: by how much with one item. runs: how many runs of items showed it. items: of the whole job.
    allowed_bytes: by how much all workers together may grow.
    """

    item_bytes: float
    runs: int
    items: int
    allowed_bytes: float

    @property
    def total_bytes(self) -> float:
        """What the whole job leaves."""
        return self.items * self.item_bytes

    @property
    def matters(self) -> bool:
        """Whether the whole job leaves more than is allowed."""
        return self.total_bytes > self.allowed_bytes

    def items_a_worker(self, workers: int) -> int:
        """After how many items each of so many workers has grown by its part of what is allowed; two digits."""
        items = int(self.allowed_bytes / workers / self.item_bytes)
        scale: int = 10 ** max(len(str(items)) - 2, 0)
        return max(items // scale * scale, 1)
