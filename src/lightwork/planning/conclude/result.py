"""A plan's result: what to do and why, as values; the terminal, Markdown, the page and JSON all say it from here.

Planned -> evidence.py -> conclude.py, reasons.py, what_if.py -> PlanResult -> lightwork.planning.forms
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from lightwork.core.estimate import Estimate
from lightwork.core.notes import Note
from lightwork.core.reasons import LimitedBy, NoAnswer, Reason, RestsOn, SerialAnswer, SettingAnswer
from lightwork.core.setting import Setting
from lightwork.core.verdict import Verdict, VerdictKind
from lightwork.core.warnings import VerdictWarning


class Judgement(StrEnum):
    """How a measured setting compares with the recommended one."""

    RECOMMENDED = "recommended"
    FASTER = "faster"
    EQUAL = "equal"
    SLOWER = "slower"
    FAILED = "failed"


@dataclass(frozen=True)
class RecommendedSetting:
    """The setting to use.

    chunksize: the one in force; None where the strategy has none. chunksize_band: the smallest and the largest that
    are as good. speedup: over the serial run. is_measured: whether the speedup was measured, or predicted.
    memory_bytes: the peak of all processes together, measured where the speedup was, else predicted; None where it is
    not known. memory_limit_bytes: how much there is. code: a script that runs exactly this; "" for a built-in workload.
    inner_threads: how many a BLAS or OpenMP library is to have in each worker; None for as many as it likes.
    """

    setting: Setting
    chunksize: int | None
    chunksize_band: tuple[int, int] | None
    speedup: Estimate
    is_measured: bool
    limited_by: LimitedBy | None
    memory_bytes: int | None
    code: str
    memory_limit_bytes: int | None = None
    inner_threads: int | None = None


@dataclass(frozen=True)
class MeasuredSetting:
    """A setting that was measured, as the plan judges it.

    wall_s and speedup: None where no round of it succeeded. rounds, failed: how many of its timed rounds there were,
    and how many of them did not do the work. predicted: the replay's speedup, None without.
    judged: against the recommended setting; None without one.
    """

    setting: Setting
    chunksize: int | None
    wall_s: Estimate | None
    speedup: Estimate | None
    rounds: int
    failed: int
    memory_bytes: int | None
    predicted: float | None
    judged: Judgement | None


@dataclass(frozen=True)
class PredictedSetting:
    """A setting's predicted round: its wall and its speedup, each with the band that the replay stands for.

    lost: speedup lost, by cause.
    """

    setting: Setting
    chunksize: int | None
    wall_s: Estimate
    speedup: Estimate
    lost: Mapping[str, float]


@dataclass(frozen=True)
class Gain:
    """A what-if: how many times as fast the recommended setting's round would be with one thing changed."""

    name: str
    times: float


@dataclass(frozen=True)
class PlanResult:
    """All that a plan says.

    target: as the user named it. answer: the verdict with what it brings. items, items_run: how many it is about, how
    many of them were run. recommendation:
    None unless the verdict is to use a setting. reasons: the most important first. rests_on, notes: what it rests on.
    warnings: what could overturn it. longest_item: its name and its share of
    the serial time: total over longest caps every speedup. noise_floor: relative; None where nothing was measured.
    serial_s: what all items take serially, measured where all were, else predicted. serial_code: a script that runs
    them so, where that is the answer and no plain loop.
    """

    target: str
    items: int
    items_run: int
    verdict: Verdict
    answer: SettingAnswer | SerialAnswer | NoAnswer
    recommendation: RecommendedSetting | None
    reasons: tuple[Reason, ...]
    rests_on: RestsOn
    notes: tuple[Note, ...]
    warnings: tuple[VerdictWarning, ...]
    longest_item: tuple[str, float]
    cells: tuple[MeasuredSetting, ...]
    predictions: tuple[PredictedSetting, ...]
    what_if: tuple[Gain, ...]
    noise_floor: float | None
    machine: Mapping[str, Any]
    serial_s: Estimate | None = None
    serial_code: str = ""

    @property
    def code(self) -> str:
        """The script to paste; "" without one."""
        return self.recommendation.code if self.recommendation else self.serial_code

    @property
    def kind(self) -> VerdictKind:
        """Whether to use a setting, to stay serial, or that one cannot tell."""
        return self.verdict.kind
