"""A request: what is to be planned, as it was asked for."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from lightwork.core.rate import StartRate
from lightwork.planning.axes import USUAL, Axes
from lightwork.planning.guards import UNGUARDED, Guards
from lightwork.strategies import is_executor
from lightwork.workload import user_function

INNER_THREADS = "OMP_NUM_THREADS"  # OpenBLAS, MKL and BLIS follow it too, where they have no variable of their own
OWN_VARIABLES = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS")  # which go before it


@dataclass(frozen=True)
class MemoryLimit:
    """How much memory a setting may take. source: what says so, in words. is_asked: by the user, or found."""

    size_bytes: float
    source: str
    is_asked: bool


@dataclass(frozen=True)
class Request:
    """What is to be planned.

    target: a reference (lightwork.workload.target) or a built-in workload's name; parameters: its own. axes: what may
    be chosen from. usable_cpus: of this machine. budget_s: for all of it.
    timeout_s: every round's deadline; None for one by the serial time. cores: of the machine that it is planned for;
    None for this one. once: run everything one time only, serially, and predict the rest. blocks: measure exactly so
    many; None leaves it to the budget. inner_threads: how many a BLAS or OpenMP library may have in a worker; None for
    as many as it likes. tries_inner_threads: whether one each is tried where an item keeps several cores busy by them.
    memory_limit: what no setting may exceed. skip_failing: leave out items that
    fail. guards: what the script does so that it survives its items. rate: how many items may start in a unit of
    time, in serial runs as well. shared: the argument that all items have in common and each worker is given once,
    by its name; "" for none. label: of a built-in workload, its name with the parameters that differ from their
    defaults; of a function given by a Python program, the name that it has there.
    """

    target: str
    parameters: Mapping[str, Any]
    axes: Axes
    usable_cpus: float
    budget_s: float = 60.0
    timeout_s: float | None = None
    seed: int = 1
    cores: float | None = None
    once: bool = False
    blocks: int | None = None
    inner_threads: int | None = None
    tries_inner_threads: bool = False
    memory_limit: MemoryLimit | None = None
    skip_failing: bool = False
    guards: Guards = UNGUARDED
    rate: StartRate | None = None
    shared: str = ""
    label: str = ""

    @property
    def name(self) -> str:
        """The target in short: a built-in workload's label, or the function without the folder of its file."""
        return self.label or self.target.rpartition("/")[2]

    @property
    def can_sample(self) -> bool:
        """Whether some of the items may be run without the others: no check waits for all results."""
        return user_function.is_reference(self.target) and not self.once and not self.parameters.get("check")

    @property
    def can_bundle(self) -> bool:
        """Whether very short items may be run several as one: nothing is asked of single ones, nor of their starts."""
        named = {name for name in self.axes.strategies if not is_executor(name)}
        is_usual = named <= {*USUAL} and self.axes.chunksizes is None
        return self.can_sample and is_usual and not self.skip_failing and self.rate is None

    @property
    def apart_ns(self) -> float:
        """From one item's turn to the next one's; 0 without a rate."""
        return self.rate.kept_s * 1e9 if self.rate else 0.0

    def with_workers_in_caller(self) -> "Request":
        """The same where items are worked on in the calling process alone."""
        return replace(self, axes=self.axes.in_caller())

    @property
    def is_measured(self) -> bool:
        """Whether settings are measured on this machine, beside the serial run."""
        return not self.once and self.cores is None
