"""Checking: `lightwork.doctor()`, what the machine really gives to workers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lightwork.diagnosis.advice import Advice
    from lightwork.diagnosis.checkup import Checkup

WINDOW_S = 0.5


@dataclass(frozen=True, eq=False)
class Diagnosis:
    """What the machine gives to workers; print() shows what `lightwork doctor` says. checkup: all of it as values."""

    checkup: "Checkup" = field(repr=False)

    @property
    def facts(self) -> Mapping[str, Any]:
        """The machine's facts, units in their names; None where the system does not tell."""
        return self.checkup.machine

    @property
    def advice(self) -> "list[Advice]":
        """What limits workers, and what to do about it; empty where nothing does."""
        from lightwork.diagnosis.advice import advice

        return advice(self.checkup)

    def __str__(self) -> str:
        """A line a fact, with its advice below it."""
        from lightwork.diagnosis.findings import findings

        texts = {advice.topic: advice.text for advice in self.advice}
        lines = []
        for finding in findings(self.checkup):
            lines.append(f"{finding.topic}: {finding.words}")
            lines += [f"  -> {texts[finding.topic]}"] if finding.topic in texts else []
        return "\n".join(lines)


def doctor() -> Diagnosis:
    """Ask the machine what CPU, memory and disk workers get; takes half a second and the start of one interpreter."""
    from lightwork.diagnosis.checkup import check_up
    from lightwork.storage.paths import data_dir

    return Diagnosis(check_up(data_dir(), WINDOW_S))
