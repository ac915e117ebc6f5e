"""A plan's result in sentences, each plain, with a capital: the same ones in every form."""

from collections.abc import Iterable

from lightwork.plan.conclude.result import PlanResult
from lightwork.text.quantities import plain, sentence
from lightwork.text.reasons import limited_by as limit_phrase
from lightwork.text.reasons import reason_sentence, rests_on_sentence
from lightwork.text.verdict import verdict_sentence
from lightwork.text.warnings import warning_sentence


def what_to_do(result: PlanResult) -> str:
    """The verdict."""
    return sentence(verdict_sentence(result.verdict))


def limited_by(result: PlanResult) -> str:
    """What keeps the recommended setting from being faster, as a phrase; "" without one."""
    return plain(limit_phrase(result.recommendation.limited_by)) if result.recommendation else ""


def reasons(result: PlanResult) -> list[str]:
    """Why, the most important first; each sentence once."""
    return _each_once(map(reason_sentence, result.reasons))


def notes(result: PlanResult) -> list[str]:
    """What this is based on."""
    return _each_once([rests_on_sentence(result.rests_on), *result.notes])


def warnings(result: PlanResult) -> list[str]:
    """What could change the answer."""
    return _each_once(map(warning_sentence, result.warnings))


def _each_once(sentences: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(sentence(words) for words in sentences if words))
