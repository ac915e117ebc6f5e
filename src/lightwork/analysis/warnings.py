"""What could overturn a recommendation; pure."""

from collections.abc import Iterator
from math import isinf

from lightwork.analysis.basis import Basis
from lightwork.analysis.bounds import core_bound
from lightwork.analysis.disturbance import EXCESS_SHARE, LEAST_S, usual_share
from lightwork.core.warnings import (
    BeyondCores,
    BusyMachine,
    DisturbedRounds,
    FailedRounds,
    FewBlocks,
    LoudNoise,
    Unfinished,
    UnknownNoise,
    VerdictWarning,
)

ENOUGH_BLOCKS = 6
QUIET = 0.10  # noise floor
CPU_BOUND = 0.5  # share of CPU time in the items' wall time
SHARED = 0.10  # of the machine's CPU time taken by others in the median round


def warnings_of(basis: Basis) -> Iterator[VerdictWarning]:
    """Every reason to doubt what the figures say, from the whole study to the single cell."""
    scaling = basis.scaling
    if not scaling.study.finished:
        yield Unfinished()
    if scaling.serial_s.n < ENOUGH_BLOCKS:
        yield FewBlocks(scaling.serial_s.n, ENOUGH_BLOCKS)
    if basis.noise_floor > QUIET:
        yield UnknownNoise() if isinf(basis.noise_floor) else LoudNoise(basis.noise_floor)
    yield from _others(basis)
    yield from _busy(basis)
    yield from _failures(basis)


def _others(basis: Basis) -> Iterator[VerdictWarning]:
    """What else ran on the machine: in single rounds, which were left out, or all the time."""
    excluded = sum(len(cell.disturbed) for cell in basis.scaling.cells)
    if excluded:
        rounds = sum(len(cell.cell.rounds) for cell in basis.scaling.cells)
        yield DisturbedRounds(excluded, rounds, EXCESS_SHARE, LEAST_S)
    usual = usual_share(basis.scaling.study)
    if usual is not None and usual > SHARED:
        yield BusyMachine(usual)


def _busy(basis: Basis) -> Iterator[VerdictWarning]:
    """A speedup that the cores can't give means that something else had them during the serial rounds."""
    if basis.scaling.cpu_share < CPU_BOUND:
        return
    for cell in sorted(basis.candidates, key=lambda cell: -basis.speedup(cell).point):
        speedup, bound = basis.speedup(cell), core_bound(basis.scaling, cell)
        surely = speedup.point if speedup.low is None else speedup.low
        if bound and surely > bound.speedup:
            yield BeyondCores(cell.cell, speedup, bound)
            return


def _failures(basis: Basis) -> Iterator[VerdictWarning]:
    for cell in basis.scaling.cells:
        if cell.failed:
            first = cell.failed[0]
            yield FailedRounds(cell.cell, len(cell.failed), len(cell.cell.tried), str(first.outcome), first.reason)
