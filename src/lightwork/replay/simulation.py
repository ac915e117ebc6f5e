"""A simulation: caller and workers act out a hand-out on simulated cores, event by event.

    caller   open, ask for every worker, send as many chunks as the window holds;
             then, for every answer: receive it and send the next chunk          (one runnable like the workers)
    worker   boot, then chunk after chunk, its activities in order; idle where none has been sent yet
    turns    one clock for all workers: each next turn is so much later than the last one, or now

Whoever is free takes the next chunk, in order: the list scheduling of Graham (1966).
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lightwork.replay.activities import COMPUTE, TURN, WAIT, Activities, Places
from lightwork.replay.cores import NOBODY, Cores
from lightwork.replay.costs import COLD_NS, Costs
from lightwork.replay.hand_out import HandOut

if TYPE_CHECKING:
    from numpy.typing import NDArray

Job = tuple[float, Callable[[int], None], int]  # CPU time of the caller, and what is then done
NEVER = -1.0
Piece = tuple[float, int, float]  # from how far into an activity, on which core, at what its clock showed


@dataclass(frozen=True, eq=False)
class Timetable:
    """What came of a simulation; nanoseconds from its beginning.

    starts_ns, ends_ns: per item, in hand-out order. requested_ns, ready_ns: per worker, NEVER where it was not started.
    worker: per chunk. over_ns: when the caller had all results.
    """

    starts_ns: "NDArray[Any]"
    ends_ns: "NDArray[Any]"
    requested_ns: "NDArray[Any]"
    ready_ns: "NDArray[Any]"
    worker: "NDArray[Any]"
    over_ns: float


def simulate(
    activities: Activities, plan: HandOut, workers: int, cores: float, costs: Costs, apart_ns: float = 0.0
) -> Timetable:
    """Act a hand-out out with so many workers on so many cores. apart_ns: from one item's turn to the next one's."""
    acted = _Simulation(activities, plan, workers, cores, costs, apart_ns)
    acted.run()
    clock = _Clock(activities, acted)
    return Timetable(
        starts_ns=clock.read(activities.starts),
        ends_ns=clock.read(activities.ends),
        requested_ns=np.array(acted.requested_ns),
        ready_ns=np.array(acted.ready_ns),
        worker=np.array(acted.worker),
        over_ns=acted.over_ns,
    )


class _Simulation:
    """The state of a simulation. Agents are the workers by number, and last the caller."""

    def __init__(
        self, activities: Activities, plan: HandOut, workers: int, cores: float, costs: Costs, apart_ns: float
    ) -> None:
        self.cores, self.costs, self.plan, self.workers = Cores(cores, workers + 1), costs, plan, workers
        self.apart_ns, self.turn_ns = apart_ns, -apart_ns
        self.acts = len(activities.kind)  # then come the workers' boots, their leaving, and what they do first
        self.kind = activities.kind.tolist() + [COMPUTE] * workers * 3 + [WAIT] * workers
        lives_ns = [costs.boot_ns, costs.leave_ns, costs.first_ns, costs.first_wait_ns]
        self.amount_ns = activities.amount_ns.tolist() + [amount_ns for amount_ns in lives_ns for _ in range(workers)]
        self.is_new = [costs.first_ns > 0 or costs.first_wait_ns > 0] * workers
        self.first = activities.first.tolist()
        self.began_ns, self.began_served_ns, self.ended_ns = ([0.0] * len(self.kind) for _ in range(3))
        self.at, self.until, self.has = ([0] * workers for _ in range(3))
        self.requested_ns, self.ready_ns = [NEVER] * workers, [NEVER] * workers
        self.worker = [0] * plan.chunks
        self.idle: deque[int] = deque()
        self.asked = self.sent = self.taken = self.promised = 0
        self.jobs: deque[Job] = deque()
        self.busy = False
        self.over_ns = 0.0
        self.core = [0] * len(self.kind)
        self.pieces: dict[int, list[Piece]] = {}

    def run(self) -> None:
        """Act until nobody has anything left to do."""
        cores, caller, end = self.cores, self.workers, self._end
        self._open()
        begin, ended_ns, at, until = self._begin, self.ended_ns, self.at, self.until
        while (agent := cores.next()) != NOBODY:
            if cores.moved:
                self._note_moves()
            if agent == caller:
                self._job_done()
                continue
            activity = at[agent]
            if activity + 1 < until[agent]:
                ended_ns[activity] = cores.now_ns
                begin(agent, activity + 1)
            else:
                end(agent)
        self.over_ns = max(self.over_ns, cores.now_ns)

    def _note_moves(self) -> None:
        """Keep where the rest of an activity was computed, of those that went on on another core."""
        for agent, left_ns, core, served_ns in self.cores.moved:
            if agent < self.workers:
                activity = self.at[agent]
                self.pieces.setdefault(activity, []).append((self.amount_ns[activity] - left_ns, core, served_ns))
        self.cores.moved.clear()

    def _open(self) -> None:
        costs = self.costs
        self.jobs.append((costs.open_ns, self._nothing_follows, 0))
        if not self.plan.on_demand:
            self.jobs.extend([(0.0, self._request, 0)] * self.workers)
        if not self.plan.fixed:
            self.jobs.append((costs.settle_ns, self._nothing_follows, 0))
            window = self.plan.window if costs.send_ns or costs.receive_ns or costs.rouse_ns else self.plan.chunks
            self.promised = min(window, self.plan.chunks)
            self.jobs.extend([(costs.send_ns, self._send, 0)] * self.promised)
        self._work_off()

    def _work_off(self) -> None:
        """The caller's next job that takes time, having done those before it that take none."""
        self.busy = True
        while self.jobs:
            cpu_ns, done, argument = self.jobs[0]
            if cpu_ns > 0:
                self.cores.compute(self.workers, cpu_ns)
                return
            self.jobs.popleft()
            done(argument)
        self.busy = False
        self.over_ns = self.cores.now_ns

    def _job_done(self) -> None:
        _, done, argument = self.jobs.popleft()
        done(argument)
        self._work_off()

    def _request(self, _: int) -> None:
        worker = self.asked
        self.asked += 1
        self.requested_ns[worker] = self.cores.now_ns
        first_ns = 0.0 if worker else self.costs.server_ns
        self.jobs.appendleft((self.costs.request_ns + first_ns, self._boot, worker))

    def _boot(self, worker: int) -> None:
        self._live(worker, self.acts + worker)

    def _live(self, worker: int, activity: int) -> None:
        """An activity of the worker's own, which is no part of a chunk."""
        self.until[worker] = activity + 1
        self._begin(worker, activity)

    def _send(self, _: int) -> None:
        self.sent += 1
        if self.idle:
            self._fetch(self.idle.popleft())
        elif self.asked < self.workers and self.plan.on_demand:
            self.jobs.appendleft((0.0, self._request, 0))

    def _nothing_follows(self, _: int) -> None:
        """Nothing follows from a chunk's results but that the caller has them, nor from its settling down."""

    def _fetch(self, worker: int) -> None:
        """The worker's next chunk: its own part, or the next one sent."""
        chunk = worker if self.plan.fixed else self.taken
        if self.plan.fixed and self.first[chunk] == self.first[chunk + 1]:
            return
        if not self.plan.fixed and chunk == self.sent:
            self.idle.append(worker)
            return
        self.taken += 1
        self.worker[chunk] = worker
        self.has[worker] = chunk
        if self.is_new[worker]:
            self.is_new[worker] = False
            self._live(worker, self.acts + 3 * self.workers + worker)
        else:
            self._take(worker, chunk)

    def _take(self, worker: int, chunk: int) -> None:
        self.until[worker] = self.first[chunk + 1]
        self._begin(worker, self.first[chunk])

    def _begin(self, agent: int, activity: int) -> None:
        cores, kind = self.cores, self.kind[activity]
        self.at[agent] = activity
        self.began_ns[activity] = cores.now_ns
        if kind == COMPUTE:
            cores.compute(agent, self.amount_ns[activity])
            core = self.core[activity] = cores.home[agent]
            self.began_served_ns[activity] = cores.served_ns[core]
        elif kind == WAIT:
            cores.wait(agent, self.amount_ns[activity])
        else:
            self.turn_ns = max(self.turn_ns + self.apart_ns, cores.now_ns)
            cores.wait(agent, self.turn_ns - cores.now_ns)

    def _end(self, agent: int) -> None:
        activity = self.at[agent]
        self.ended_ns[activity] = self.cores.now_ns
        if activity + 1 < self.until[agent]:
            self._begin(agent, activity + 1)
            return
        if activity < self.acts:
            self._answer(agent)
        elif activity < self.acts + self.workers:
            self.ready_ns[agent] = self.cores.now_ns
            self._fetch(agent)
        elif activity >= self.acts + 3 * self.workers:
            self._live(agent, activity - self.workers)
        elif activity >= self.acts + 2 * self.workers:
            self._take(agent, self.has[agent])

    def _answer(self, agent: int) -> None:
        """Hand the results in and go on or leave; the caller receives them and may send one chunk more."""
        if not self.plan.fixed:
            self._fetch(agent)
        elif self.costs.leave_ns:
            self._live(agent, self.acts + self.workers + agent)
        asleep_ns = 0.0 if self.busy else self.cores.now_ns - self.over_ns
        cpu_ns = self.costs.receive_ns + self.costs.rouse_ns * min(asleep_ns / COLD_NS, 1)
        if not self.plan.fixed and self.promised < self.plan.chunks:
            self.promised += 1
            self.jobs.append((cpu_ns + self.costs.send_ns, self._send, 0))
        elif cpu_ns or self.busy:
            self.jobs.append((cpu_ns, self._nothing_follows, 0))
        if not self.busy:
            self._work_off()


class _Clock:
    """Tells the time of a moment within an activity."""

    def __init__(self, activities: Activities, acted: _Simulation) -> None:
        count = len(activities.kind)
        self.activities = activities
        self.logs = [(np.array(times_ns), np.array(served_ns)) for times_ns, served_ns in acted.cores.log]
        self.core, self.pieces = np.array(acted.core)[:count], acted.pieces
        self.began_ns, self.ended_ns = np.array(acted.began_ns)[:count], np.array(acted.ended_ns)[:count]
        self.began_served_ns = np.array(acted.began_served_ns)[:count]

    def read(self, places: Places) -> "NDArray[Any]":
        """The moments, in nanoseconds; those amid computing by the service that the agents had had by then."""
        activity, offset_ns = places.activity, places.offset_ns
        moments: NDArray[Any] = self.began_ns[activity] + offset_ns
        computing = self.activities.kind[activity] == COMPUTE
        amid = np.flatnonzero(computing & (offset_ns > 0) & (offset_ns < self.activities.amount_ns[activity]))
        served_ns = self.began_served_ns[activity[amid]] + offset_ns[amid]
        core = self.core[activity[amid]]
        self._follow_moves(activity[amid], offset_ns[amid], core, served_ns)
        for number, (log_ns, log_served_ns) in enumerate(self.logs):
            here = core == number
            moments[amid[here]] = np.interp(served_ns[here], log_served_ns, log_ns)
        through = np.flatnonzero(computing & (offset_ns > 0) & (offset_ns >= self.activities.amount_ns[activity]))
        moments[through] = self.ended_ns[activity[through]]
        turned = np.flatnonzero(self.activities.kind[activity] == TURN)
        moments[turned] = self.ended_ns[activity[turned]]
        return moments

    def _follow_moves(
        self, activity: "NDArray[Any]", offset_ns: "NDArray[Any]", core: "NDArray[Any]", served_ns: "NDArray[Any]"
    ) -> None:
        """Put right, in place, on which core and at what service those were that had moved on by then."""
        moved = np.isin(activity, np.fromiter(self.pieces, np.int64, len(self.pieces)))
        for place in np.flatnonzero(moved).tolist():
            for began_ns, there, served_there_ns in self.pieces[int(activity[place])]:
                if offset_ns[place] > began_ns:
                    core[place], served_ns[place] = there, served_there_ns + offset_ns[place] - began_ns
