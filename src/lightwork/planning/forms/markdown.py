"""A plan in Markdown for a pull request, under 60 lines whatever was planned; pure."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lightwork.planning.forms import form
from lightwork.planning.forms.text import gains_in_words
from lightwork.render.markdown import inert
from lightwork.text.quantities import plain

if TYPE_CHECKING:
    from lightwork.planning.conclude.result import PlanResult
    from lightwork.render.table import Table

MOST_LINES = 59
SENTENCE_LENGTH = 400


@dataclass(frozen=True)
class _Room:
    """How much of each part is shown."""

    reasons: int
    cells: int
    predictions: int
    notes: int
    code: int


ROOMS = (_Room(8, 8, 5, 5, 14), _Room(6, 5, 3, 3, 26), _Room(4, 3, 0, 2, 36), _Room(4, 3, 3, 2, 0))


@form("md", help="the plan as Markdown, for a pull request", mark=b"# lightwork plan: ")
def as_markdown(result: "PlanResult") -> str:
    """The whole file, with as much of every part as there is room for beside the code."""
    versions = [list(_lines(result, room)) for room in ROOMS if room.code >= len(_code(result)) or not room.code]
    shortest = next((lines for lines in versions if len(lines) <= MOST_LINES), versions[-1])
    return "\n".join(shortest) + "\n"


def _lines(result: "PlanResult", room: _Room) -> Iterator[str]:
    from lightwork.planning.forms import sentences
    from lightwork.planning.forms.page.tables import measured_table, predictions_table

    yield f"# lightwork plan: {inert(result.target, 80)}"
    yield from ("", f"**{inert(sentences.what_to_do(result), SENTENCE_LENGTH)}**", "")
    warned = [f"Warning: {warning}" for warning in sentences.warnings(result)[:2]]
    yield from _points([*sentences.reasons(result)[: room.reasons], gains_in_words(result), *warned])
    yield from _table(measured_table(result), room.cells)
    yield from _table(predictions_table(result), room.predictions)
    yield from _script(result, room.code)
    yield ""
    yield from _points([*sentences.notes(result)[: room.notes], _machine(result)])


def _points(sentences: Iterable[str]) -> Iterator[str]:
    return (f"- {inert(words, SENTENCE_LENGTH)}" for words in sentences if words)


def _table(table: "Table | None", most: int) -> list[str]:
    """The table's first rows below a blank line, the recommended setting among them."""
    from lightwork.render.table import markdown

    return ["", *markdown(table.first(most)).splitlines()] if table and most else []


def _script(result: "PlanResult", most: int) -> Iterator[str]:
    """The code inside a fence that nothing in it can close."""
    lines = _code(result)
    if not lines:
        return
    if not most:
        yield from ("", f"The script of {len(lines)} lines: `lightwork plan` prints it.")
        return
    longest = max((len(run) for line in lines for run in re.findall("`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    yield from ("", f"{fence}python", *lines, fence)


def _code(result: "PlanResult") -> list[str]:
    return [plain(line) for line in result.code.rstrip("\n").split("\n")] if result.code.strip() else []


def _machine(result: "PlanResult") -> str:
    """Where these figures hold."""
    facts = result.machine
    cpus, processor, python = (facts.get(name) for name in ("usable_cpus", "processor", "python"))
    facts_shown = [
        f"{cpus:g} usable CPUs" if isinstance(cpus, int | float) else "",
        processor,
        f"Python {python}" * bool(python),
    ]
    words = ", ".join(str(part) for part in facts_shown if part)
    return f"Machine: {words}" if words else ""
