"""An answer: a verdict in lines for a terminal; pure."""

from collections.abc import Iterator

from lightwork.plan.conclude.result import Verdict
from lightwork.text.quantities import plain

WORTH_NAMING = 1.02  # times as fast: a what-if below gains nothing


def lines_of(verdict: Verdict) -> tuple[str, ...]:
    """The sentence, why, what would gain, what it rests on, what could overturn it."""
    return tuple(plain(line) for line in _lines(verdict) if line)


def _lines(verdict: Verdict) -> Iterator[str]:
    yield verdict.sentence
    yield from verdict.reasons
    yield gains_in_words(verdict)
    yield from verdict.notes
    yield from (f"Warning: {warning}" for warning in verdict.warnings)


def gains_in_words(verdict: Verdict) -> str:
    """The what-ifs that would gain something, the largest first; that none would, where all were tried in vain."""
    gaining = sorted((one for one in verdict.what_if if one.times >= WORTH_NAMING), key=lambda one: -one.times)
    if gaining:
        return f"It would be faster with {', '.join(f'{one.name} ({one.times:.3g}x)' for one in gaining)} (predicted)"
    tried = ", ".join(one.name for one in verdict.what_if)
    return f"Nothing would be gained by {tried} (predicted)" if tried else ""
