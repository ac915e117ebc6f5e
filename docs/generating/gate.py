"""docs/compare.md with how often the gate errs, from docs/example/gate.json, which docs/record_gate.py writes."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

from generating.blocks import filled
from generating.examples import EXAMPLE
from lightwork.render.markdown import grid
from lightwork.storage.decode import read_as

GATE = EXAMPLE / "gate.json"
EQUAL_HEADS = ("equal runs: the gate fails in", "one speed", "two speeds")
SLOWER = "one setting takes 10 % longer: `speedup<0.95` fails in"


@dataclass(frozen=True)
class Case:
    """So many simulated comparisons of one kind, and in how many of them the gate failed; None before that is known.

    noise: of a round, as a coefficient of variation at equal CPU speed. slower: how many times as long one cell takes
    in NEW. blocks: of each run.
    """

    conditions: tuple[str, ...]
    cells: int
    comparisons: int = 200
    noise: float = 0.02
    two_speeds: bool = False
    slower: float = 1.0
    blocks: int = 10
    failed: int | None = None


def saved() -> tuple[Case, ...]:
    """The recorded cases."""
    return tuple(read_as(Case, case) for case in json.loads(GATE.read_text())["cases"])


def text_of(cases: Iterable[Case]) -> str:
    """The file's content: one line a case."""
    lines = ",\n".join(json.dumps(asdict(case)) for case in cases)
    return f'{{"cases": [\n{lines}\n]}}\n'


def page(text: str) -> str:
    """docs/compare.md with its tables made again."""
    cases = saved()
    equal = [case for case in cases if case.slower == 1]
    slower = [case for case in cases if case.slower != 1]
    return filled(text, {"false-alarms": _equal(equal), "caught": _slower(slower)})


def _equal(cases: Sequence[Case]) -> str:
    kinds = dict.fromkeys((case.cells, case.conditions, case.comparisons) for case in cases)
    rows = [
        (_asked(*kind), *(_told(case for case in cases if _kind(case) == (*kind, two)) for two in (False, True)))
        for kind in kinds
    ]
    return grid(EQUAL_HEADS, rows)


def _slower(cases: Sequence[Case]) -> str:
    counts = sorted({case.cells for case in cases})
    kinds = dict.fromkeys((case.blocks, case.noise, case.two_speeds) for case in cases)
    rows = [
        (_noise(*kind), *(_told(case for case in cases if _made(case) == (*kind, count)) for count in counts))
        for kind in kinds
    ]
    heads = (SLOWER, *(f"{count} setting{'' if count == 1 else 's'}" for count in counts))
    return grid(heads, rows)


def _kind(case: Case) -> tuple[object, ...]:
    return case.cells, case.conditions, case.comparisons, case.two_speeds


def _made(case: Case) -> tuple[object, ...]:
    return case.blocks, case.noise, case.two_speeds, case.cells


def _asked(cells: int, conditions: tuple[str, ...], comparisons: int) -> str:
    what = "the strictest gate" if len(conditions) > 1 else f"`{conditions[0]}`"
    return f"{cells} settings, {what}{', in the long run' if comparisons > 200 else ''}"  # noqa: PLR2004  the usual number


def _noise(blocks: int, noise: float, two_speeds: bool) -> str:
    return f"{blocks} blocks, {100 * noise:g} % noise{', two speeds' if two_speeds else ''}"


def _told(found: Iterable[Case]) -> str:
    return next((f"{case.failed:,} of {case.comparisons:,}" for case in found if case.failed is not None), "")
