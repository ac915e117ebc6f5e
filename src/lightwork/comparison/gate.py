"""The gate: conditions under which a comparison fails a build; pure.

    speedup<0.95                  a cell's speedup over serial is measurably smaller, and less than 0.95 of what it was
    wall>1.05                     a cell's wall time, serial's included, is measurably longer, and more than 1.05 of it
    serial>1.1                    as wall, for serial only
    recommended_workers changed   another worker count is recommended, and its advantage is measurably new
    recommended_strategy changed  as above, for the strategy
    verdict changed               as above, for whether a setting is recommended at all

A cell fails if it is "slower" and its point is beyond the threshold. Its interval need not be: otherwise three in four
cells that lost 10 % would pass at a threshold of 5 % (simulated, 8 cells, 3 % noise).

Equally good settings alternate from run to run. So a change of the recommendation counts only if NEW's setting
measurably gained, from BASE to NEW, on BASE's; "stay serial" and "cannot tell" stand for serial. If BASE did not
measure NEW's setting, it counts if NEW can tell the two apart.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lightwork.analysis.recommendation import Recommendation
from lightwork.comparison.comparing import Compared, Comparison, StudyCompared, changed_by, word_of
from lightwork.comparison.contrast import inverse
from lightwork.core.study import SERIAL
from lightwork.errors import UsageError
from lightwork.text.quantities import short, times
from lightwork.text.settings import instruction

CHANGED = "changed"
BELOW, ABOVE = "<", ">"
OPERATORS = {"speedup": BELOW, "wall": ABOVE, "serial": ABOVE}
EXAMPLES = {BELOW: "0.95", ABOVE: "1.05"}
LARGEST = 1000.0


@dataclass(frozen=True)
class Condition:
    """One expression. bound: NEW over BASE, of speedup or wall time; None for one that asks what has changed."""

    text: str
    name: str
    bound: float | None


@dataclass(frozen=True)
class GateFailure:
    """What failed, in a sentence. condition: the expression's text, or "" for what fails whatever is asked."""

    condition: str
    words: str


def parse(text: str) -> Condition:
    """The condition that this expression stands for. Raises UsageError for anything but the six forms."""
    for operator in (BELOW, ABOVE):
        name, separator, number = (part.strip() for part in text.partition(operator))
        if separator:
            return Condition(text.strip(), name, _bound(text, name, operator, number))
    name, _, rest = text.strip().partition(" ")
    if name in OPERATORS and rest.strip() != CHANGED:
        raise UsageError(f"--fail-if {text!r}: write a threshold, as in '{name}{_example(name)}'")
    if name not in RECOMMENDED or rest.strip() != CHANGED:
        raise _not_known(text)
    return Condition(f"{name} {CHANGED}", name, None)


def failures(comparison: Comparison, conditions: Sequence[Condition]) -> list[GateFailure]:
    """Everything that fails: what is missing or broken in NEW, whatever is asked, then each condition by itself."""
    return [*_missing(comparison), *(failure for condition in conditions for failure in _check(comparison, condition))]


def cells_asked(comparison: Comparison, condition: Condition) -> list[Compared]:
    """The cells whose figures the condition bounds; none for one that asks what has changed."""
    serials = comparison.serials if condition.name in ("serial", "wall") else []
    return [*serials, *(comparison.cells if condition.name in ("speedup", "wall") else [])]


def chosen_id(recommendation: Recommendation) -> str:
    """The id of the recommended cell; SERIAL where none is recommended."""
    return SERIAL if recommendation.chosen is None else recommendation.chosen.cell.cell_id


def _bound(text: str, name: str, operator: str, number: str) -> float:
    if name not in OPERATORS:
        raise _not_known(text)
    if operator != OPERATORS[name]:
        raise UsageError(f"--fail-if {text!r}: a gate fails if {name} gets worse, as in '{name}{_example(name)}'")
    try:
        bound = float(number)
    except ValueError:
        bound = float("nan")
    if not (0 < bound <= 1 if operator == BELOW else 1 <= bound <= LARGEST):
        where = "above 0 and at most 1" if operator == BELOW else f"from 1 to {LARGEST:g}"
        raise UsageError(
            f"--fail-if {text!r}: {number!r} is not a threshold for {name}, NEW / BASE: give a number {where}"
        )
    return bound


def _example(name: str) -> str:
    return OPERATORS[name] + EXAMPLES[OPERATORS[name]]


def _not_known(text: str) -> UsageError:
    forms = [f"'{name}{_example(name)}'" for name in OPERATORS] + [f"'{name} {CHANGED}'" for name in RECOMMENDED]
    return UsageError(f"--fail-if {text!r} is unknown: write one of {', '.join(forms)}")


def _missing(comparison: Comparison) -> list[GateFailure]:
    gone = [f"study {short(label)} is missing in NEW" for label in comparison.paired.missing]
    for pair in comparison.paired.pairs:
        gone += [f"{short(pair.label)}: {short(cell_id)} is missing in NEW" for cell_id in pair.missing]
        gone += [f"{short(pair.label)}: {short(cell_id)} fails in NEW, not in BASE" for cell_id in pair.failing]
        gone += [
            f"{short(pair.label)}: {short(cell_id)} fails in every round of NEW, not in BASE's"
            for cell_id in pair.failing_throughout
        ]
    return [GateFailure("", words) for words in gone]


def _check(comparison: Comparison, condition: Condition) -> list[GateFailure]:
    if condition.bound is None:
        changes = [_recommendation(study, RECOMMENDED[condition.name]) for study in comparison.studies]
        return [GateFailure(condition.text, words) for words in changes if words]
    failed = [compared for compared in cells_asked(comparison, condition) if _beyond(compared, condition)]
    return [GateFailure(condition.text, _words(compared, condition)) for compared in failed]


def _beyond(compared: Compared, condition: Condition) -> bool:
    """Whether the cell is measurably worse, and its point beyond the bound. A wall's ratio is one over its speed's."""
    bound = condition.bound or 1.0
    if condition.name == "speedup":
        return compared.word == "slower" and compared.speedup is not None and compared.speedup.point < bound
    return compared.speed_word == "slower" and compared.speed is not None and 1 / compared.speed.point > bound


def _words(compared: Compared, condition: Condition) -> str:
    """As "csv_parse: map-w2-fork-given: 0.90x (0.86-0.94) of the speedup it had"."""
    ratio = ""
    if condition.name == "speedup" and compared.speedup is not None:
        ratio = f"{times(compared.speedup)} of the speedup it had"
    elif compared.speed is not None:
        ratio = f"{times(inverse(compared.speed))} of the wall time it had"
    return f"{short(compared.label)}: {short(compared.cell_id)}: {ratio}"


def _recommendation(study: StudyCompared, told_by: Callable[[Recommendation], str]) -> str:
    """What has changed, in a sentence; "" where it has not, or not measurably."""
    base, new = study.pair.base.recommendation, study.pair.new.recommendation
    if base is None or new is None or told_by(base) == told_by(new):
        return ""
    gained, lost = chosen_id(new), chosen_id(base)
    shared = {compared.cell_id for compared in study.cells} | {SERIAL}
    if gained in shared and lost in shared:
        word = word_of(changed_by(study, gained, lost), study.noise_floor)
        changed = word == "faster"
    else:
        changed = lost not in new.equals
    return f"{short(study.pair.label)}: {_advice(base)} in BASE, {_advice(new)} in NEW" if changed else ""


def _advice(recommendation: Recommendation) -> str:
    chosen = recommendation.chosen
    return f'"{short(_verdict(recommendation) if chosen is None else instruction(chosen.cell))}"'


def _verdict(recommendation: Recommendation) -> str:
    return str(recommendation.kind)


RECOMMENDED: dict[str, Callable[[Recommendation], str]] = {
    "recommended_workers": lambda advice: str(advice.chosen.cell.setting.workers if advice.chosen else 1),
    "recommended_strategy": lambda advice: advice.chosen.cell.setting.strategy if advice.chosen else SERIAL,
    "verdict": _verdict,
}
