"""Sentences of a verdict: what to do, what limits it, what the next worker count gives. Nothing decides by them."""

from lightwork.core.verdict import (
    BatchingVerdict,
    BatchingWinner,
    Bound,
    CoreBound,
    Doubt,
    LongestItemBound,
    LowestBound,
    NextStep,
    StepOutcome,
    Verdict,
    VerdictKind,
    WorkerBound,
)
from lightwork.text.losses import loss_sentence
from lightwork.text.quantities import counted, gain, percent, plain, times
from lightwork.text.settings import instruction, named

DOUBTS = {
    Doubt.NOT_ASKED: "no setting was requested",
    Doubt.NOT_MEASURED: "no parallel setting was measured",
    Doubt.ALL_FAILED: "every parallel setting failed",
}
WINNERS = {
    BatchingWinner.BATCHING: "batching beats workers",
    BatchingWinner.WORKERS: "workers beat batching",
    BatchingWinner.UNDECIDED: "cannot tell whether batching or workers win",
}


def verdict_sentence(verdict: Verdict) -> str:
    """As "use 6 workers, imap_unordered, chunksize 1, largest first: 5.1x (4.8-5.3) over serial"."""
    words = {
        VerdictKind.USE: _use,
        VerdictKind.STAY_SERIAL: _stay_serial,
        VerdictKind.CANNOT_TELL: _cannot_tell,
    }[verdict.kind](verdict)
    return f"predicted: {words}" if verdict.is_predicted and verdict.kind is VerdictKind.USE else words


def bound_sentence(lowest: LowestBound) -> str:
    """As "limited by the 4 usable cores" or "not close to a limit: its 4 workers would allow 4.0x"."""
    name = bound_name(lowest.bound)
    return (
        f"limited by {name}"
        if lowest.is_near
        else f"not close to a limit: {name} would allow {times(lowest.bound.speedup)}"
    )


def bound_name(bound: Bound) -> str:
    """What sets the bound, as "the 4 usable cores"."""
    match bound:
        case LongestItemBound():
            return f"{bound.name} ({percent(bound.share)} of the work)"
        case CoreBound():
            return f"the {counted(bound.cores, 'usable core')}"
        case WorkerBound():
            return f"its {counted(bound.workers, 'worker')}"


def next_step_sentence(step: NextStep) -> str:
    """As "8 workers: 1.00x (0.99-1.01) as fast: not measurably better; tail takes 2 of 8 workers' speedup (25 %)"."""
    if step.setting is None:
        return "no larger worker count was measured"
    many = counted(step.setting.workers, "worker")
    if step.outcome is StepOutcome.FAILED:
        return f"{many} failed in {step.failed} of {counted(step.tried, 'round')}"
    if step.ratio is None:
        return f"{many} were not measured in the same blocks"
    if step.outcome is StepOutcome.FASTER:
        return f"going from {step.workers} to {many} gains {gain(step.ratio)}"
    why = f"; {loss_sentence(step.loss)}" if step.loss else ""
    return f"{many}: {times(step.ratio)} as fast: {_no_gain(step)}{why}"


def batching_sentence(verdict: BatchingVerdict) -> str:
    """Whether one writer by the best method beats many by the worst."""
    facts = (
        f"1 writer by {plain(verdict.few)} stores {times(verdict.ratio)} "
        f"what {verdict.workers} writers store by {plain(verdict.many)}"
    )
    return f"{plain(verdict.label)}: {WINNERS[verdict.winner]}: {facts}"


def _use(verdict: Verdict) -> str:
    assert verdict.cell is not None
    assert verdict.speedup is not None
    words = f"use {instruction(verdict.cell)}: {times(verdict.speedup)} over serial"
    if verdict.as_measured is None:
        return words
    return f"{words} at equal CPU speed, {times(verdict.as_measured)} as measured"


def _stay_serial(verdict: Verdict) -> str:
    if verdict.cell is None or verdict.speedup is None:
        return "stay serial: no setting is predicted to be faster"
    best = named(verdict.cell)
    return f"stay serial: even the best setting, {best}, is measurably slower: {times(verdict.speedup)}"


def _cannot_tell(verdict: Verdict) -> str:
    if verdict.cell is None or verdict.speedup is None:
        return f"cannot tell: {DOUBTS[verdict.doubt or Doubt.NOT_MEASURED]}"
    best = f"the best, {named(verdict.cell)}, reaches {times(verdict.speedup)}"
    if verdict.doubt is Doubt.FEW_BLOCKS:
        return f"cannot tell: too few blocks ({verdict.speedup.n}) for an interval; {best}"
    return (
        f"cannot tell: no setting is measurably faster than serial; {best}, "
        f"and the noise floor is {percent(verdict.noise_floor)}"
    )


def _no_gain(step: NextStep) -> str:
    if step.outcome is StepOutcome.SLOWER:
        return "measurably slower"
    if step.outcome is StepOutcome.FEW_BLOCKS and step.ratio is not None:
        return f"too few common blocks ({step.ratio.n})"
    return "not measurably better"
