"""A plan's result in sentences, each plain, with a capital: the same ones in every form."""

from collections.abc import Iterable

from lightwork.core.notes import ThreadsOnly
from lightwork.core.reasons import (
    FailedCrew,
    HeldLock,
    HelperWait,
    Inherited,
    InnerCores,
    ItemCap,
    LargeFunction,
    LargeItems,
    LargeResults,
    NextCount,
    NoAnswer,
    OtherKind,
    OwnExecutor,
    OwnParts,
    RefillCost,
    SharedPart,
    WarmUpCost,
)
from lightwork.planning.conclude.result import PlanResult
from lightwork.text.answer import answer_sentence
from lightwork.text.notes import note_sentence
from lightwork.text.quantities import plain, sentence
from lightwork.text.reasons import limited_by as limit_phrase
from lightwork.text.reasons import reason_sentence, rests_on_sentence
from lightwork.text.warnings import warning_sentence

IN_SHORT = (
    InnerCores, HeldLock, HelperWait, NextCount, OtherKind, OwnExecutor, FailedCrew, LargeFunction, LargeItems,
    LargeResults,
    Inherited,
    OwnParts,
    RefillCost,
    SharedPart,
    WarmUpCost,
)  # fmt: skip


def what_to_do(result: PlanResult) -> str:
    """The answer."""
    return sentence(answer_sentence(result.answer))


def in_short(result: PlanResult) -> str:
    """What limits it, and what the next larger count and other workers would bring, in one line; "" without any."""
    chosen = result.recommendation
    limit = "" if chosen and isinstance(chosen.limited_by, IN_SHORT) else limited_by(result)
    parts = [f"Limited by {limit}" if limit else ""]
    is_said = (FailedCrew,) if isinstance(result.answer, NoAnswer) and result.answer.failed else ()
    shown = [each for each in result.reasons if isinstance(each, IN_SHORT) and not isinstance(each, is_said)]
    parts += [sentence(reason_sentence(reason)) for reason in shown]
    return " ".join(f"{part.rstrip('.')}." for part in parts if part)


def ruled_out(result: PlanResult) -> str:
    """Why workers of some kind were not considered; "" where all were."""
    words = [note_sentence(note) for note in result.notes if isinstance(note, ThreadsOnly)]
    return f"{sentence(words[0])}." if words else ""


def longest(result: PlanResult) -> str:
    """The longest item; "" where none stands out."""
    return next((f"{words}." for words in map(_item_cap, result.reasons) if words), "")


def _item_cap(reason: object) -> str:
    return sentence(reason_sentence(reason)) if isinstance(reason, ItemCap) else ""


def limited_by(result: PlanResult) -> str:
    """What keeps the recommended setting from being faster, as a phrase; "" without one."""
    return plain(limit_phrase(result.recommendation.limited_by)) if result.recommendation else ""


def reasons(result: PlanResult) -> list[str]:
    """Why, the most important first; each sentence once."""
    return _each_once(map(reason_sentence, result.reasons))


def notes(result: PlanResult) -> list[str]:
    """What this is based on."""
    return _each_once([rests_on_sentence(result.rests_on), *map(note_sentence, result.notes)])


def warnings(result: PlanResult) -> list[str]:
    """What could change the answer."""
    return _each_once(map(warning_sentence, result.warnings))


def _each_once(sentences: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(sentence(words) for words in sentences if words))
