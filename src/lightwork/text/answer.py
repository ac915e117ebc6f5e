"""A plan's first sentence: what to do. Nothing decides by it."""

from functools import singledispatch

from lightwork.core.estimate import Estimate
from lightwork.core.reasons import Crew, NoAnswer, SerialAnswer, SettingAnswer
from lightwork.text.crews import crew_words, inner_threads_words
from lightwork.text.failures import failure_words
from lightwork.text.quantities import counted, duration, times
from lightwork.text.reasons import at_rate, limited_by, rate_option
from lightwork.text.settings import settled


@singledispatch
def answer_sentence(answer: object) -> str:
    """What to do. Raises TypeError for what is no answer."""
    raise TypeError(f"{answer!r} is no answer")


@answer_sentence.register
def _(answer: SettingAnswer) -> str:
    threads = inner_threads_words(answer.inner_threads) if answer.inner_threads else ""
    more = "".join(f", {words}" for words in (settled(answer.cell), threads) if words)
    faster = f"{times(answer.speedup)} faster, {duration(answer.serial_s)} -> {duration(answer.wall_s)}"
    how = "Predicted, not measured"
    if answer.blocks:
        part = f" with {answer.sample.run:,} of {answer.sample.items:,} items" if answer.sample else ""
        how = f"Measured in {counted(answer.blocks, 'block')}{part}"
    return f"use {crew_words(answer.crew)}{more}: {faster}. {how}."


@answer_sentence.register
def _(answer: SerialAnswer) -> str:
    if answer.rate:
        limit = f"{rate_option(answer.rate)} is the limit, so workers would hardly help"
        return f"stay serial ({duration(answer.serial_s)}): {limit}; {at_rate(answer.rate)}."
    if answer.crew is None or answer.speedup is None:
        return f"stay serial: all of it takes {duration(answer.serial_s)}, too short for workers to help."
    how = f"measured in {counted(answer.blocks, 'block')}" if answer.blocks else "predicted"
    if answer.saved_s is not None:
        return (
            f"stay serial ({duration(answer.serial_s)}): {crew_words(answer.crew)} would save only "
            f"{duration(answer.saved_s)} ({times(answer.speedup)}, {how}); with many more such items they pay off."
        )
    limit = f", limited by {limited_by(answer.overhead)}" if answer.overhead else ""
    return (
        f"stay serial ({duration(answer.serial_s)}): the best alternative, {crew_words(answer.crew)}, "
        f"reaches {times(answer.speedup)} ({how}){limit}."
    )


@answer_sentence.register
def _(answer: NoAnswer) -> str:
    if answer.failed is None:
        return "cannot tell: no setting with workers could be measured."
    return f"no setting with workers did the work: {failure_words(answer.failed)}. Fix that, or stay serial."


def predicted_answer(crew: Crew, speedup: Estimate) -> str:
    """What is preferred before anything was measured."""
    return f"use {crew_words(crew)}: {times(speedup)} faster"
