"""Costs: what a strategy takes on one machine beside the items' own time; plain data."""

from dataclasses import dataclass, fields, replace

COLD_NS = 1_000_000
SENT_NS_PER_BYTE = 0.7  # to pickle and write, and again to read and unpickle: some 1.4 GB/s, as pipes and memory go
NO_FIRST = {"first_ns": 0.0, "first_wait_ns": 0.0}
WAITS = ("wake_ns", "first_wait_ns")


@dataclass(frozen=True)
class Costs:
    """Nanoseconds; every one 0 by default, which is the ideal hand-out. All but wake_ns and first_wait_ns are CPU time.

    The caller, one after the other: open_ns before it asks for the first worker; server_ns more for the first one
    (a fork server's start); request_ns to ask for each; settle_ns until it hands out, where chunks are handed out at
    all; send_ns and receive_ns to hand a chunk out and to take its results; rouse_ns more where it
    had fallen asleep since the last one.
    A worker: boot_ns from being made to being ready; first_ns before its first chunk, whose pages and files it is the
    first to touch; first_wait_ns of waiting before it; take_ns around each chunk, and cold_ns more; item_ns beside
    each item, more than the loop takes serially. wake_ns: from a chunk's being there to its worker's running.
    rouse_ns and cold_ns are due in full after COLD_NS without a hand-over, in proportion after less: by then the
    caches are others'. So is wake_ns, unless the worker sleeps after every chunk.
    Teardown: leave_ns of a worker after its fixed part, beside those that still work; after the last results,
    close_ns and, for each worker, close_worker_ns.
    """

    open_ns: float = 0.0
    server_ns: float = 0.0
    request_ns: float = 0.0
    boot_ns: float = 0.0
    first_ns: float = 0.0
    first_wait_ns: float = 0.0
    settle_ns: float = 0.0
    send_ns: float = 0.0
    receive_ns: float = 0.0
    rouse_ns: float = 0.0
    take_ns: float = 0.0
    cold_ns: float = 0.0
    wake_ns: float = 0.0
    item_ns: float = 0.0
    leave_ns: float = 0.0
    close_ns: float = 0.0
    close_worker_ns: float = 0.0

    def __post_init__(self) -> None:
        for name, value in self.__dict__.items():
            if not value >= 0:
                raise ValueError(f"{name} can't be {value}: a cost is at least 0")

    def hand_over_ns(self, apart_ns: float) -> float:
        """What handing over one chunk costs the caller and its worker, so long after the one before."""
        due = min(apart_ns / COLD_NS, 1.0)
        return self.send_ns + self.receive_ns + self.take_ns + due * (self.rouse_ns + self.cold_ns)

    def at_speed(self, factor: float) -> "Costs":
        """The same on a machine on which everything that computes takes so many times as long."""
        return replace(
            self,
            **{
                name: getattr(self, name) * factor for name in (each.name for each in fields(self)) if name not in WAITS
            },
        )

    def without_start_up(self) -> "Costs":
        """The same with workers that are there from the beginning."""
        return replace(self, open_ns=0.0, server_ns=0.0, request_ns=0.0, boot_ns=0.0, settle_ns=0.0, **NO_FIRST)

    def with_warm_up(self, cpu_ns: float, wait_ns: float) -> "Costs":
        """The same where each worker's first chunk takes so much more: what its job does once in every worker."""
        return replace(self, first_ns=self.first_ns + cpu_ns, first_wait_ns=self.first_wait_ns + wait_ns)

    def with_opening(self, wall_ns: float) -> "Costs":
        """The same where the caller does something more before it asks for the first worker."""
        return replace(self, open_ns=self.open_ns + wall_ns)

    def with_results(self, each_ns: float, items: int) -> "Costs":
        """The same where each chunk of so many items sends results back from another process.

        each_ns: what each result takes on either side (sent_ns).
        """
        return replace(self, item_ns=self.item_ns + each_ns, receive_ns=self.receive_ns + each_ns * items)

    def with_sent_items(self, each_ns: float, items: int, function_ns: float = 0.0) -> "Costs":
        """The same where each chunk of so many items is sent to another process.

        each_ns: what each item takes on either side (sent_ns). function_ns: what is sent of the function, with each
        chunk.
        """
        return replace(
            self, item_ns=self.item_ns + each_ns, send_ns=self.send_ns + each_ns * items + function_ns,
            take_ns=self.take_ns + function_ns,
        )  # fmt: skip

    def in_warm_pool(self) -> "Costs":
        """The same in a pool that was made and used before, and is not closed."""
        return replace(self.without_start_up(), leave_ns=0.0, close_ns=0.0, close_worker_ns=0.0)

    def without_dispatch(self) -> "Costs":
        """The same with a hand-over that costs nothing."""
        return replace(
            self, send_ns=0.0, receive_ns=0.0, rouse_ns=0.0, take_ns=0.0, cold_ns=0.0, wake_ns=0.0, item_ns=0.0
        )


NO_COSTS = Costs()


def sent_ns(size_bytes: float, pickling_ns: float = 0.0) -> float:
    """What sending a thing to another process takes on either side: by its size, or as long as pickling it takes.

    Arrays and texts go as fast as memory does; thousands of small objects take longer, to pickle and to make again.
    """
    return max(size_bytes * SENT_NS_PER_BYTE, pickling_ns)
