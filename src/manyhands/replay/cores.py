"""Cores: C cores shared evenly by the agents that compute, beside others that wait; a clock in simulated time.

    rate = min(1, C / computing)     of every agent that computes: egalitarian processor sharing
    waits pass whatever the cores do

All agents that compute advance at one rate, so the service that one of them has had by any moment is read off one
common clock, `served`: an agent that asks for `x` ends when the clock has advanced by x, whoever comes and goes
meanwhile. That is the virtual time of fair queueing (Parekh & Gallager 1993): one heap entry a stretch, and
O(log agents) an event. In whole nanoseconds all sums are exact as long as nobody has to share.
"""

from heapq import heappop, heappush
from math import inf

NOBODY = -1


class Cores:
    """A simulated machine of `count` cores, which need not be whole.

    now_ns: the simulated time. served_ns: CPU time that an agent computing from the beginning would have had.
    """

    __slots__ = ("_computing", "_count", "_waiting", "now_ns", "served_ns")

    def __init__(self, count: float) -> None:
        self._count = count
        self._computing: list[tuple[float, int]] = []
        self._waiting: list[tuple[float, int]] = []
        self.now_ns = self.served_ns = 0.0

    def compute(self, agent: int, cpu_ns: float) -> None:
        """Let the agent compute from now on until it has had so much CPU time."""
        heappush(self._computing, (self.served_ns + cpu_ns, agent))

    def wait(self, agent: int, wait_ns: float) -> None:
        """Let the agent wait from now on for so long."""
        heappush(self._waiting, (self.now_ns + wait_ns, agent))

    def next(self) -> int:
        """Advance to the next end of a stretch; the agent whose it was, or NOBODY when all are idle."""
        computing, waiting = self._computing, self._waiting
        done_ns = waiting[0][0] if waiting else inf
        if computing:
            sharers, count = len(computing), self._count
            rate = count / sharers if sharers > count else 1.0
            end_ns = self.now_ns + (computing[0][0] - self.served_ns) / rate
            if end_ns < done_ns:
                self.now_ns = end_ns
                self.served_ns, agent = heappop(computing)
                return agent
            # Rounding must not carry the clock past the stretch that ends next: time would run backwards.
            self.served_ns = min(self.served_ns + (done_ns - self.now_ns) * rate, computing[0][0])
        if not waiting:
            return NOBODY
        self.now_ns, agent = heappop(waiting)
        return agent
