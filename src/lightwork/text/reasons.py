"""Sentences of a plan's reasons, and of what it rests on. Nothing decides by them."""

from functools import singledispatch

from lightwork.core.reasons import (
    AsGood,
    ChunksizeBand,
    ExtraMemory,
    ItemCap,
    LimitedBy,
    MeasuredStep,
    MemoryPeak,
    OnlyPredicted,
    PredictedLoss,
    PredictedStep,
    RestsOn,
    Rival,
    WholeList,
)
from lightwork.core.remedy import LargestLoss
from lightwork.core.verdict import LowestBound
from lightwork.text.losses import loss_and_remedy
from lightwork.text.quantities import counted, duration, percent, size, times
from lightwork.text.settings import instruction, named
from lightwork.text.verdict import bound_name, bound_sentence, next_step_sentence

NAMED = 4  # of the settings that are as good


def limited_by(limit: LimitedBy | None) -> str:
    """What keeps the setting from being faster, as a phrase after "limited by"; "" for None."""
    if limit is None:
        return ""
    if isinstance(limit, ItemCap):
        return _cap(limit)
    if isinstance(limit, LowestBound) and limit.is_near:
        return bound_name(limit.bound)
    return reason_sentence(limit)


@singledispatch
def reason_sentence(reason: object) -> str:
    """The reason in a sentence. Raises TypeError for what is no reason."""
    raise TypeError(f"{reason!r} is no reason")


reason_sentence.register(LowestBound, bound_sentence)
reason_sentence.register(LargestLoss, loss_and_remedy)


@reason_sentence.register
def _(reason: ItemCap) -> str:
    return f"limited by {_cap(reason)}" if reason.is_near else _cap(reason)


@reason_sentence.register
def _(reason: PredictedLoss) -> str:
    share = percent(reason.lost / reason.workers)
    if reason.is_little:
        return f"little would be lost; mostly {reason.cause}, {share} of the workers' speedup"
    whose = "1 worker's" if reason.workers == 1 else f"{reason.workers} workers'"
    return f"{reason.cause} would take {reason.lost:.2g} of {whose} speedup ({share})"


@reason_sentence.register
def _(reason: MeasuredStep) -> str:
    return next_step_sentence(reason.step) + _price(reason.memory)


@reason_sentence.register
def _(reason: PredictedStep) -> str:
    against = f", against {times(reason.recommended)}" if reason.recommended else ""
    return f"{counted(reason.workers, 'worker')}: {times(reason.speedup)} predicted{against}{_price(reason.memory)}"


@reason_sentence.register
def _(reason: MemoryPeak) -> str:
    limit = f" of {size(reason.limit_bytes)}, {reason.limit_name}" if reason.limit_bytes else ""
    return f"memory: up to {size(reason.peak_bytes)}{limit}, all processes together{_predicted(reason.is_predicted)}"


@reason_sentence.register
def _(reason: ChunksizeBand) -> str:
    return f"chunksize: any from {reason.low} to {reason.high} is predicted to be equally good"


@reason_sentence.register
def _(reason: AsGood) -> str:
    names = [named(cell) for cell in reason.cells]
    more = len(names) - NAMED
    listed = "; ".join(names[:NAMED]) + (f"; and {more} more" if more > 0 else "")
    opening = {
        Rival.RECOMMENDED: "not measurably different within the budget",
        Rival.SERIAL: "not measurably different from serial within the budget",
        Rival.PREDICTED: f"predicted to be equally good, within {percent(reason.within)}",
    }[reason.rival]
    return f"{opening}: {listed}"


@reason_sentence.register
def _(reason: WholeList) -> str:
    serially = duration(reason.serial_s)
    return f"all {reason.items:,} items: about {duration(reason.wall_s)}, serially {serially} (predicted)"


@reason_sentence.register
def _(reason: OnlyPredicted) -> str:
    return f"predicted, not measured: {instruction(reason.cell)} reaches {times(reason.speedup)}"


def rests_on_sentence(basis: RestsOn) -> str:
    """How much was measured, how much predicted, and how far the two lie apart where there are both."""
    predicted = f"predicted {counted(basis.predicted, 'setting')} from one serial run"
    if basis.measured is None:
        return f"{predicted}; measured nothing"
    measured = f"measured {counted(basis.measured, 'setting')} in up to {counted(basis.blocks, 'block')}"
    apart = "" if basis.apart is None else f"; predictions are {percent(basis.apart)} off (median)"
    return f"{measured}, {predicted}{apart}"


def _cap(cap: ItemCap) -> str:
    bound = cap.bound
    return (
        f"the longest item, {bound.name}, is {percent(bound.share)} of the work "
        f"and caps every speedup at {times(bound.speedup)}"
    )


def _price(memory: ExtraMemory | None) -> str:
    if memory is None:
        return ""
    more = f"{size(memory.size_bytes)} more" if memory.size_bytes > 0 else "no more"
    return f"; it takes {more} memory{_predicted(memory.is_predicted)}"


def _predicted(is_predicted: bool) -> str:
    return " (predicted)" if is_predicted else ""
