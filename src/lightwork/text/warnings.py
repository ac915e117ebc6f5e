"""Sentences of warnings: what could overturn a verdict. Nothing decides by them."""

from collections.abc import Iterator, Sequence
from pathlib import PurePath

from lightwork.core.footprint import SharedFile, StateChange
from lightwork.core.warnings import (
    BeyondCores,
    BusyCores,
    BusyMachine,
    DisturbedRounds,
    FailedRounds,
    FewBlocks,
    ForkedRandomState,
    ForkedThreads,
    LeakedMemory,
    LostState,
    LoudNoise,
    NeedsFork,
    PrivateGate,
    PrivateLocks,
    RacyState,
    SharedConnections,
    SharedFiles,
    SharedProcess,
    UnclearCache,
    Unfinished,
    UnknownNoise,
    UnsendableError,
    UntriedCount,
    VerdictWarning,
)
from lightwork.text.crews import workers_words
from lightwork.text.quantities import counted, percent, short, size, times
from lightwork.text.settings import named
from lightwork.text.verdict import bound_name

NAMED = 3


def disturbance(excess_share: float, least_s: float) -> str:
    """From how much on what others took disturbs a round."""
    return (
        f"more than {percent(excess_share)} of the machine's CPU time, and {1000 * least_s:.0f} ms, beyond what they "
        "took in the setting's median round"
    )


def warning_sentence(warning: VerdictWarning) -> str:  # noqa: C901, PLR0911, PLR0912  one per kind
    """The warning in a sentence."""
    match warning:
        case Unfinished():
            return "the study did not finish: some settings have fewer rounds than others"
        case FewBlocks():
            return f"only {counted(warning.blocks, 'block')}: intervals are wide; measure at least {warning.enough}"
        case UnknownNoise():
            return "no block has both serial rounds: the noise floor is unknown, so no difference is reported"
        case LoudNoise():
            return (
                f"noise floor {percent(warning.noise_floor)}: smaller differences cannot be detected; "
                "use a quieter machine or measure more blocks"
            )
        case DisturbedRounds():
            return (
                f"{warning.excluded} of {counted(warning.rounds, 'round')} excluded: other programs or the "
                f"hypervisor took {disturbance(warning.excess_share, warning.least_s)}"
            )
        case BusyMachine():
            return (
                f"others took {percent(warning.share)} of the machine's CPU time in the median serial round: "
                "these figures apply to a machine this busy"
            )
        case BusyCores():
            took = f"other programs took {percent(warning.share)} of the machine's CPU time meanwhile"
            rests = "this is predicted for a quiet machine: plan again when they are done"
            left_out = "speedups leave out the time that workers waited for them"
            return f"{took}: {rests if warning.not_measured else left_out}"
        case UntriedCount():
            tried = f"only {counted(warning.items_run, 'item')} ran, never {warning.workers:,} at once"
            return (
                f"{tried}: what they use (a service, a database) may not allow that; --max-in-flight "
                f"{warning.items_run} stays at what was tried, a longer --budget tries more"
            )
        case ForkedThreads():
            return (
                f"threads run when workers are forked ({warning.names}): one that holds a lock at that moment leaves "
                "it locked in a worker, which then hangs; --start-methods forkserver is safe"
            )
        case ForkedRandomState():
            made = "numpy.random.default_rng([seed, number])" if warning.is_numpy else "random.Random(number)"
            return (
                f"items draw from {warning.names}, which every forked worker has in the same state: different items "
                f"get the same random numbers; give each item its own, rng = {made}, or seed each worker by "
                "--initializer"
            )
        case BeyondCores():
            return (
                f"{named(warning.cell)} reaches {times(warning.speedup)}, more than the {times(warning.bound.speedup)} "
                f"that {bound_name(warning.bound)} can give: the machine was busy during the serial rounds"
            )
        case NeedsFork():
            return (
                f"works by fork, not by {' or '.join(warning.start_methods)}; fork is not the default from Python 3.14 "
                "on: the script asks for it by name"
            )
        case PrivateLocks():
            return (
                f"each worker that {warning.start_method} starts makes its own {_listed(warning.names)}: no lock is "
                "shared and counts are lost; return them from the function, or plan with --start-methods fork"
            )
        case FailedRounds():
            why = f"{warning.outcome}, {warning.reason}" if warning.reason else warning.outcome
            return f"{named(warning.cell)} failed in {warning.failed} of {counted(warning.tried, 'round')}: {why}"
        case LostState():
            return (
                f"items change {_changed(warning.changes)}: each process changes a copy of its own, and the caller's "
                "stays as it was: return what is needed from the function"
            )
        case RacyState():
            return (
                f"items change {_changed(warning.changes)}, and threads that do so at the same time lose changes: "
                "return the numbers and add them up afterwards, or hold a lock"
            )
        case SharedFiles():
            return "; ".join(_shared(warning.files))
        case SharedProcess():
            parts = ["the working directory"] * warning.moves + ["the environment"] * warning.sets_environment
            return (
                f"items change {' and '.join(parts)}, which all threads share: one changes it for the others; use "
                "whole paths and arguments, or processes"
            )
        case SharedConnections():
            return (
                f"the module opens {_listed(warning.names)} when it is imported: a connection that forked workers "
                "share breaks; open one in each worker (--initializer)"
            )
        case PrivateGate():
            gate, workers = warning.gate, workers_words(warning.workers, "processes")
            return (
                f"{gate.name} lets {counted(gate.places, 'item')} through at a time, but each process has its own: "
                f"{workers} let {warning.workers:,} through; plan with --max-in-flight {gate.places}, or use threads, "
                "which share it"
            )
        case UnclearCache():
            return (
                f"items fill a cache ({_listed(warning.names)}), and {warning.run:,} of {warning.items:,} are too few "
                "to tell how often: the others may take far less, and each process fills its own; allow a larger "
                "--budget"
            )
        case UnsendableError():
            return (
                f"{warning.error} can't be unpickled ({warning.reason}): when an item raises it a Pool waits for ever, "
                "and an executor breaks; pass all arguments of its __init__ to super().__init__"
            )
        case LeakedMemory():
            return _leaked(warning)


def _leaked(warning: LeakedMemory) -> str:
    leak, after = warning.leak, warning.replaced_after
    remedy = (
        f"the script replaces a worker after {counted(after, 'item')}"
        if after
        else "find what it keeps, or use --strategies map, whose workers can be replaced"
    )
    return (
        f"memory grows by {size(leak.item_bytes)} with each item, even with the same ones run again: all "
        f"{leak.items:,} would leave {size(leak.total_bytes)}; {remedy}"
    )


def _changed(changes: tuple[StateChange, ...]) -> str:
    """As "RESULTS (list, 0 to 16 entries), COUNT (int)"."""
    return _listed([f"{short(each.name)} ({_counted(each)})" for each in changes])


def _counted(change: StateChange) -> str:
    return change.kind if change.before is None else f"{change.kind}, {change.before:,} to {change.after:,} entries"


def _shared(files: Sequence[SharedFile]) -> Iterator[str]:
    added = [short(PurePath(each.path).name) for each in files if each.appends]
    anew = [short(PurePath(each.path).name) for each in files if not each.appends]
    if added:
        yield (
            f"several items add to {_listed(added)}: workers mix the order of its lines, and may tear them; return the "
            "lines and let the caller write them, or write a file per item"
        )
    if anew:
        yield f"several items write {_listed(anew)} anew, and spoil it for each other: give each a file of its own"


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:NAMED]) + ", ..." * (len(names) > NAMED)
