"""Inner threads: whether workers do better where BLAS or OpenMP has one thread in each of them.

the serial run as it is           -> cores that an item keeps busy -> so many times fewer workers
the same items with one thread    -> as many workers as there are cores
    -> the better forecast is measured, over the serial run as it is
"""

from collections.abc import Callable
from dataclasses import dataclass

from lightwork.analysis.preference import AS_GOOD
from lightwork.core.setting import Setting
from lightwork.errors import UsageError
from lightwork.launch.finished import Finished
from lightwork.planning.axes import Axes
from lightwork.planning.environment import Environment
from lightwork.planning.forecast import forecast
from lightwork.planning.inner_work import InnerWork, inner_work_in, items_ns
from lightwork.planning.job_profile import JobProfile
from lightwork.planning.request import Request
from lightwork.planning.serial_run import NO_LIMIT_S, Serial, execute
from lightwork.replay.calibration import Calibration
from lightwork.text.quantities import counted
from lightwork.workload import trial

LESS = 0.75  # of the work beside the items' thread is left where libraries do it and have fewer threads
MOST_SHARE = 0.35  # of the budget, for another serial round: it takes as many times longer as cores were busy
Fits = Callable[[Setting], bool]


@dataclass(frozen=True, eq=False)
class InnerThreads:
    """The serial round with so many inner threads. longer: times as long as without a limit.

    before, inner: what its items do beside the thread that runs them, without a limit and with it.
    """

    threads: int
    finished: Finished
    longer: float
    before: InnerWork
    inner: InnerWork

    @property
    def matters(self) -> bool:
        """Whether it is the libraries' threads that keep cores busy."""
        return self.inner.beside_ns < LESS * self.before.beside_ns


def measured(request: Request, environment: Environment, serial: Serial, inner: InnerWork) -> InnerThreads | None:
    """The items of the serial run once more with the number of inner threads to compare; None where there is none.

    Raises UsageError where a number was asked for, and no library is there that has such threads.
    """
    if request.inner_threads and not inner.pools:
        raise UsageError(
            f"--inner-threads {request.inner_threads}: {request.name} runs no BLAS or OpenMP library that has threads: "
            "omit it"
        )
    expected_s = inner.cores * serial.finished.round.wall_ns / 1e9
    is_worth_it = request.tries_inner_threads and inner.beside_ns and inner.pools and not inner.starts_processes
    if not request.inner_threads and not (is_worth_it and expected_s < MOST_SHARE * request.budget_s):
        return None
    threads = request.inner_threads or 1
    count = len(serial.run)
    environment.say(f"running {count:,} items serially with {counted(threads, 'thread')} for {inner.pools}")
    finished = execute(request, environment, serial.items, serial.run, NO_LIMIT_S, expected_s, inner_threads=threads)
    if not finished.round.ok or trial.failed_in(finished.round.evidence):
        return None
    longer = items_ns(finished) / max(items_ns(serial.finished), 1.0)
    return InnerThreads(threads, finished, longer, inner, inner_work_in(finished))


def is_better(job: JobProfile, limited: JobProfile, axes: Axes, costs: Calibration, fits: Fits) -> bool:
    """Whether workers whose inner threads are limited are forecast to be faster than others, and than serial."""
    best, best_limited = (
        max((each.speedup.point for each in forecast(of, axes, costs, of.traits).only(fits).whole), default=0.0)
        for of in (job, limited)
    )
    return best_limited > (1 + AS_GOOD) * max(best, 1.0)
