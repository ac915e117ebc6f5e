"""Memory: what a setting's processes will take together, predicted in a straight line from two small rounds.

a probing round with one worker, one with two -> what the caller and shared pages take, and each worker's own
"""

from collections.abc import Iterable
from dataclasses import dataclass

from lightwork.core.round import Round
from lightwork.core.setting import Setting
from lightwork.launch.finished import Finished
from lightwork.planning.environment import Environment
from lightwork.planning.items import parameters_for
from lightwork.planning.request import Request
from lightwork.planning.serial_run import Serial
from lightwork.replay.traits import kind_of
from lightwork.strategies import find
from lightwork.study.run import deadline_s

PROBED_WITH = (1, 2)  # workers


@dataclass(frozen=True)
class MemoryModel:
    """Bytes at most: base_bytes of the caller and of shared pages, worker_bytes of each worker process alone.

    serial_bytes: of the serial round's process, whose items ran in it; None where that is not known.
    """

    base_bytes: float
    worker_bytes: float
    serial_bytes: float | None = None

    def peak_bytes(self, setting: Setting) -> float:
        """What all processes together take at most; threads and tasks live in a caller that is as large as serial's."""
        if kind_of(setting) == "processes":
            return self.base_bytes + setting.workers * self.worker_bytes
        return self.serial_bytes or self.base_bytes + self.worker_bytes


def model_of(rounds: Iterable[Round], serial: Round) -> MemoryModel | None:
    """The model by these rounds of few workers and the serial one; None where no sample met them.

    A worker's part is its largest unique set size (USS), as though all had theirs at the same moment; the base is the
    proportional set size (PSS) of all less what the workers had, or what the serial round's host took where that is
    less. Without rounds of workers each is taken to need what the serial round did.
    """
    serial_bytes = serial.memory.peak_pss_bytes if serial.memory else None
    sampled = [round_ for round_ in rounds if round_.memory and round_.memory.peak_pss_bytes and _uss_bytes(round_)]
    if not sampled:
        own_bytes = serial.memory.peak_uss_bytes if serial.memory else None
        return MemoryModel(serial_bytes, own_bytes, serial_bytes) if serial_bytes and own_bytes else None
    worker_bytes = max(max(_uss_bytes(round_)) for round_ in sampled)
    bases = [(round_.memory.peak_pss_bytes or 0) - sum(_uss_bytes(round_)) for round_ in sampled if round_.memory]
    return MemoryModel(max(0, *bases), worker_bytes, serial_bytes)


def _uss_bytes(round_: Round) -> list[int]:
    return [worker.peak_uss_bytes for worker in round_.workers if worker.peak_uss_bytes]


def probes(request: Request, environment: Environment, serial: Serial, serial_s: float) -> list[Finished]:
    """Probing rounds of the first strategy with processes, by one worker and by two, on the items of the sample."""
    kinds = request.axes.kinds()
    name, method = next((kind for kind in kinds if find(kind[0]).workers == "processes"), kinds[0])
    parameters = parameters_for(request, environment.workdir, serial.items, serial.run)
    deadline = request.timeout_s or deadline_s(serial_s)
    return [
        environment.run(
            request, parameters, Setting(name, workers, start_method=method), f"memory-{workers}",
            deadline, probe=True, inner_threads=request.inner_threads,
        )
        for workers in PROBED_WITH
    ]  # fmt: skip


def may_exceed(limit_bytes: float, workers: Iterable[int], serial: Round) -> bool:
    """Whether so many workers could come near the limit, were each to need what the whole serial round did."""
    peak_bytes = serial.memory.peak_pss_bytes if serial.memory else None
    return peak_bytes is None or (1 + max(workers)) * peak_bytes > limit_bytes
