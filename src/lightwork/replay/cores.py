"""Cores: agents that compute share cores, beside others that wait; a clock in simulated time.

    a few agents a core   each core has a queue of its own, as in Linux: those in one queue share that core evenly
    many, or a part of a core (a quota), or cores for all: shared evenly by all, rate = min(1, C / computing)
    waits pass whatever the cores do

A newcomer stays in its queue while that is among the shortest, else joins the shortest; a queue that has been two
shorter than another for BALANCE_NS takes one over. Every queue has a clock, `served`: an agent that asks for x ends
when its queue's clock has advanced by x. That is the virtual time of fair queueing (Parekh & Gallager 1993): one heap
entry an activity, and O(log agents) an event. In whole nanoseconds all sums are exact as long as nobody has to share.
"""

from collections import deque
from heapq import heapify, heappop, heappush
from math import inf

NOBODY = -1
MANY = 16  # agents a core, from which on it matters little that no queue is as long as another
BALANCE_NS = 4_000_000.0  # a tick at 250 Hz, at which the kernel looks whether a core lacks work
Move = tuple[int, float, int, float]


def are_shared_evenly(count: float, agents: int) -> bool:
    """Whether so many agents share so many cores as if these were one that serves several at a time."""
    return count != int(count) or not 1 < count < agents <= MANY * count


class Cores:
    """A simulated machine of `count` cores, which need not be whole, and so many agents.

    now_ns: the simulated time. home: the queue of each agent. served_ns: each queue's clock. log: by queue, the times
    at which its clock was read, and what it showed. moved: who was taken over while computing, with how much left,
    into which queue, what its clock showed; whoever reads it clears it.
    """

    __slots__ = (
        "_due", "_ends_ns", "_left", "_lengths", "_most", "_noted", "_queues", "_stamp_ns", "_waiting",
        "home", "log", "moved", "now_ns", "served_ns",
    )  # fmt: skip

    def __init__(self, count: float, agents: int) -> None:
        is_one = are_shared_evenly(count, agents)
        queues = 1 if is_one else int(count)
        self._most = float(count) if is_one else 1.0
        self._queues: list[list[tuple[float, int]]] = [[] for _ in range(queues)]
        self._lengths = [0] * queues
        self._ends_ns = [inf] * queues
        self._stamp_ns, self.served_ns = [0.0] * queues, [0.0] * queues
        self._waiting: list[tuple[float, int]] = []
        self._due: deque[tuple[float, int]] = deque()
        self._noted: set[int] = set()
        self._left = NOBODY
        self.home = [agent % queues for agent in range(agents)]
        self.log: list[tuple[list[float], list[float]]] = [([0.0], [0.0]) for _ in range(queues)]
        self.moved: list[Move] = []
        self.now_ns = 0.0

    def compute(self, agent: int, cpu_ns: float) -> None:
        """Let the agent compute from now on until it has had so much CPU time."""
        # Flat, as is `next`: all events of a replay come through here.
        core, lengths, now_ns = self.home[agent], self._lengths, self.now_ns
        if lengths[core] and len(lengths) > 1:
            shortest = min(lengths)
            if shortest < lengths[core]:
                core = self.home[agent] = lengths.index(shortest)
        if self._stamp_ns[core] != now_ns:
            self._read(core)
        queue, served_ns = self._queues[core], self.served_ns[core]
        heappush(queue, (served_ns + cpu_ns, agent))
        lengths[core] = sharers = len(queue)
        left_ns, most = queue[0][0] - served_ns, self._most
        self._ends_ns[core] = now_ns + (left_ns * sharers / most if sharers > most else left_ns)
        if core == self._left:
            self._left = NOBODY
            if len(lengths) > 1:
                self._note(core)

    def wait(self, agent: int, wait_ns: float) -> None:
        """Let the agent wait from now on for so long."""
        heappush(self._waiting, (self.now_ns + wait_ns, agent))

    def next(self) -> int:
        """Advance to the next end of an activity; the agent whose it was, or NOBODY when all are idle."""
        ends_ns, waiting = self._ends_ns, self._waiting
        if self._left != NOBODY:  # whoever left at this moment has not come back by now
            self._foresee(self._left)
            self._note(self._left)
            self._left = NOBODY
        end_ns = min(ends_ns)
        done_ns = waiting[0][0] if waiting else inf
        while self._due and self._due[0][0] < end_ns and self._due[0][0] < done_ns:
            self._look_for_work()
            end_ns = min(ends_ns)
        if done_ns <= end_ns:
            if done_ns == inf:
                return NOBODY
            self.now_ns, agent = heappop(waiting)
            return agent
        self.now_ns = end_ns
        return self._leave(ends_ns.index(end_ns))

    def _rate(self, sharers: int) -> float:
        return self._most / sharers if sharers > self._most else 1.0

    def _read(self, core: int) -> None:
        """Bring the clock of a queue up to now."""
        queue, now_ns, served_ns = self._queues[core], self.now_ns, self.served_ns[core]
        passed_ns = now_ns - self._stamp_ns[core]
        if queue and passed_ns > 0:
            served_ns += passed_ns * self._rate(len(queue))
            # Rounding must not carry the clock past the activity that ends next: time would run backwards.
            self.served_ns[core] = served_ns = min(served_ns, queue[0][0])
        self._stamp_ns[core] = now_ns
        times, services = self.log[core]
        times.append(now_ns)
        services.append(served_ns)

    def _foresee(self, core: int) -> None:
        """Note when the next activity of a queue will end if nobody comes or goes."""
        queue = self._queues[core]
        left_ns = (queue[0][0] - self.served_ns[core]) / self._rate(len(queue)) if queue else inf
        self._ends_ns[core] = self.now_ns + left_ns

    def _leave(self, core: int) -> int:
        self._read(core)
        self.served_ns[core], agent = heappop(self._queues[core])
        self._lengths[core] -= 1
        self.log[core][1][-1] = self.served_ns[core]
        self._left = core
        return agent

    def _is_short(self, core: int) -> bool:
        return max(self._lengths) >= self._lengths[core] + 2

    def _note(self, core: int) -> None:
        if core not in self._noted and len(self._lengths) > 1 and self._is_short(core):
            self._noted.add(core)
            self._due.append((self.now_ns + BALANCE_NS, core))

    def _look_for_work(self) -> None:
        """Let the queue whose time has come take one over from the longest, if it is still two shorter."""
        due_ns, core = self._due.popleft()
        self._noted.discard(core)
        if not self._is_short(core):
            return
        self.now_ns = due_ns
        longest = self._lengths.index(max(self._lengths))
        self._read(longest)  # whose rate will change
        end_ns, agent = self._take_last(longest)
        left_ns = end_ns - self.served_ns[longest]
        self._foresee(longest)
        self.home[agent] = core
        self.compute(agent, left_ns)
        self.moved.append((agent, left_ns, core, self.served_ns[core]))
        self._note(core)

    def _take_last(self, core: int) -> tuple[float, int]:
        queue = self._queues[core]
        last = max(queue)
        queue.remove(last)
        heapify(queue)
        self._lengths[core] -= 1
        return last
