"""An answer: a plan in lines for a terminal; pure."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lightwork.text.quantities import plain

if TYPE_CHECKING:
    from lightwork.planning.conclude.result import PlanResult

WORTH_NAMING = 1.02  # times as fast: a what-if below gains nothing


def as_text(result: "PlanResult", *, details: bool = False) -> str:
    """The answer, below it the code to paste; with details why, and all that it rests on, between the two."""
    lines = lines_of(result) if details else answer_lines(result)
    return "".join(f"{line}\n" for line in lines) + (f"\n{result.code}" if result.code else "")


def answer_lines(result: "PlanResult") -> tuple[str, ...]:
    """What to do; what limits it and what other choices would bring; the longest item; what could overturn it."""
    from lightwork.planning.forms import sentences

    warned = [f"Warning: {warning}" for warning in sentences.warnings(result)]
    about = [sentences.in_short(result), sentences.ruled_out(result), sentences.longest(result)]
    lines = [sentences.what_to_do(result), *about, *warned]
    return tuple(plain(line) for line in lines if line)


def lines_of(result: "PlanResult") -> tuple[str, ...]:
    """The sentence, why, what would gain, what it rests on, what could overturn it."""
    return tuple(plain(line) for line in _lines(result) if line)


def _lines(result: "PlanResult") -> Iterator[str]:
    from lightwork.planning.forms import sentences

    yield sentences.what_to_do(result)
    yield from sentences.reasons(result)
    yield gains_in_words(result)
    yield from sentences.notes(result)
    yield from (f"Warning: {warning}" for warning in sentences.warnings(result))


def gains_in_words(result: "PlanResult") -> str:
    """The what-ifs that would gain something, the largest first; that none would, where all were tried in vain."""
    gaining = sorted((gain for gain in result.what_if if gain.times >= WORTH_NAMING), key=lambda gain: -gain.times)
    if gaining:
        return (
            f"It would be faster with {', '.join(f'{gain.name} ({gain.times:.3g}x)' for gain in gaining)} (predicted)"
        )
    tried = ", ".join(gain.name for gain in result.what_if)
    return f"Nothing would be gained by {tried} (predicted)" if tried else ""
