"""What could overturn a plan, as sentences; pure."""

from collections.abc import Iterator

from lightwork.analysis.basis import Basis
from lightwork.analysis.bounds import core_limit
from lightwork.analysis.disturbance import THRESHOLD, usual_share
from lightwork.text.settings import counted, named, percent, times

ENOUGH_BLOCKS = 6
QUIET = 0.10  # noise floor
CPU_BOUND = 0.5  # share of CPU time in the items' wall time
SHARED = 0.10  # of the machine's CPU time taken by others in the median round


def cautions(basis: Basis) -> Iterator[str]:
    """Every reason to doubt what the figures say, from the whole study to the single cell."""
    scaling = basis.scaling
    if not scaling.study.finished:
        yield "the study was not finished: some settings have fewer rounds than others"
    if scaling.serial_s.n < ENOUGH_BLOCKS:
        blocks = counted(scaling.serial_s.n, "block")
        yield f"only {blocks}: intervals are wide; measure at least {ENOUGH_BLOCKS}"
    if basis.noise_floor > QUIET:
        yield _noise(basis.noise_floor)
    yield from _others(basis)
    yield from _busy(basis)
    yield from _failures(basis)


def _others(basis: Basis) -> Iterator[str]:
    """What else ran on the machine: in single rounds, which were left out, or all the time."""
    left_out = sum(len(cell.disturbed) for cell in basis.scaling.cells)
    if left_out:
        in_all = sum(len(cell.cell.rounds) for cell in basis.scaling.cells)
        yield (
            f"{left_out} of {counted(in_all, 'round')} left out as disturbed: other processes or the hypervisor "
            f"took {THRESHOLD}"
        )
    usual = usual_share(basis.scaling.study)
    if usual is not None and usual > SHARED:
        yield (
            f"others took {percent(usual)} of the machine's CPU time in the median serial round: "
            "these figures hold for a machine as busy as that"
        )


def _noise(noise_floor: float) -> str:
    if noise_floor == float("inf"):
        return "no block has both the serial round and its twin: the noise is unknown, no difference is claimed"
    return (
        f"noise floor {percent(noise_floor)}: smaller differences can't be seen; "
        "quiet the machine or measure more blocks"
    )


def _busy(basis: Basis) -> Iterator[str]:
    """A speedup that the cores can't give means that something else had them during the serial rounds."""
    if basis.scaling.cpu_share < CPU_BOUND:
        return
    for cell in sorted(basis.candidates, key=lambda cell: -basis.speedup(cell).point):
        speedup, limit = basis.speedup(cell), core_limit(basis.scaling, cell)
        surely = speedup.point if speedup.low is None else speedup.low
        if limit and surely > limit.speedup:
            yield (
                f"{named(cell.cell)} has {times(speedup)}, more than the {limit.speedup:.1f}x "
                f"that {limit.name} can give: the machine was busy during the serial rounds"
            )
            return


def _failures(basis: Basis) -> Iterator[str]:
    for cell in basis.scaling.cells:
        if cell.failed:
            first, rounds = cell.failed[0], len(cell.cell.tried)
            why = f"{first.outcome}, {first.reason}" if first.reason else str(first.outcome)
            yield f"{named(cell.cell)} failed in {len(cell.failed)} of {counted(rounds, 'round')}: {why}"
