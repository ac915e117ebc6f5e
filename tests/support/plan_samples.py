"""Made-up verdicts that look like real ones: measured, only predicted, serial, unsure, and with hostile names."""

from dataclasses import replace

from report_samples import HOSTILE

from lightwork.analysis.usl import Law
from lightwork.core.causes import Cause
from lightwork.core.estimate import Estimate
from lightwork.core.notes import SampledItems, ThreadsOnly
from lightwork.core.reasons import (
    Crew,
    ExtraMemory,
    ItemCap,
    MemoryPeak,
    NextCount,
    NoAnswer,
    RestsOn,
    SerialAnswer,
    SettingAnswer,
)
from lightwork.core.remedy import LargestLoss, Remedy, RemedyKind
from lightwork.core.setting import Setting
from lightwork.core.study import Cell
from lightwork.core.verdict import (
    CoreBound,
    Doubt,
    LongestItemBound,
    LowestBound,
    Verdict,
    VerdictKind,
)
from lightwork.core.warnings import DisturbedRounds, FailedRounds, FewBlocks
from lightwork.planning.conclude.result import (
    Gain,
    Judgement,
    MeasuredSetting,
    PlanResult,
    PredictedSetting,
    RecommendedSetting,
)

MIB = 2**20
CODE = """\
import os
from multiprocessing import Pool
from sys import argv

from load import load_file

if __name__ == "__main__":
    items = sorted(argv[1:], key=os.path.getsize, reverse=True)
    with Pool(4) as pool:
        results = list(pool.imap_unordered(load_file, items, chunksize=1))
"""
CORES = LowestBound(CoreBound(4.0, 4.0), is_near=True)
SERIAL_S = 18.4
BY_STRATEGY = {
    "imap_unordered": Law(0.97, 0.03, 0.0015),
    "map": Law(0.96, 0.06, 0.002),
    "static": Law(0.99, 0.11, 0.001),
    "queue": Law(0.95, 0.035, 0.0018),
    "pipe": Law(0.94, 0.04, 0.002),
}
MACHINE = {
    "node": "build-07", "processor": "AMD EPYC 9354P", "usable_cpus": 4.0, "memory_available_bytes": 33_285_996_544,
    "kernel": "6.1.0-18-amd64", "python": "3.11.2", "cgroup": {"quota_cpus": 4.0, "nr_throttled": 0},
}  # fmt: skip


def predicted(strategy: str, workers: int, chunksize: int, order: str = "given") -> PredictedSetting:
    """A prediction by the strategy's law, a little worse for large chunks and unsorted items."""
    worse = (1 - 0.002 * chunksize) * (1 if order == "largest-first" else 0.93)
    speedup = BY_STRATEGY[strategy].at(workers) * worse
    lost = workers - speedup
    parts = {"start-up": 0.18, "dispatch": 0.07, "tail": 0.35, "teardown": 0.05, "waiting for a core": 0.35}
    setting = Setting(strategy, workers, chunksize, order=order)
    return PredictedSetting(
        setting, chunksize, _around(SERIAL_S / speedup, 0.15), _around(speedup, 0.15),
        {cause: lost * share for cause, share in parts.items()} | {"extra CPU time": 0.0, "blocking": 0.0},
    )  # fmt: skip


def measured(setting: Setting, speedup: float, judged: str, failed: int = 0) -> MeasuredSetting:
    """A measured cell, of which some rounds may have failed."""
    done = failed == 0
    return MeasuredSetting(
        setting, setting.chunksize, _around(SERIAL_S / speedup, 0.03) if done else None,
        _around(speedup, 0.03) if done else None, 7, failed, (40 + 21 * setting.workers) * MIB,
        predicted(setting.strategy, setting.workers, setting.chunksize or 1, setting.order).speedup.point,
        Judgement(judged),
    )  # fmt: skip


def sample() -> PlanResult:
    """A plan for 185 files: five strategies up to 16 workers predicted, eight settings measured, one of them failed."""
    predictions = tuple(
        predicted(strategy, workers, chunksize, order)
        for strategy in BY_STRATEGY
        for workers in (1, 2, 3, 4, 6, 8, 12, 16)
        for chunksize in (1, 8)
        for order in ("given", "largest-first")
    )
    chosen = Setting("imap_unordered", 4, 1, order="largest-first")
    others = [replace(chosen, workers=workers) for workers in (1, 2, 6, 8)]
    cells = (
        measured(chosen, 3.42, "recommended"),
        *(measured(one, BY_STRATEGY["imap_unordered"].at(one.workers) * 0.98, "slower") for one in others[:2]),
        *(measured(one, speedup, "equal") for one, speedup in zip(others[2:], (3.47, 3.38), strict=True)),
        measured(Setting("map", 4, 8), 3.05, "slower"),
        measured(Setting("queue", 4, 1), 3.31, "equal"),
        measured(Setting("pipe", 4, 1), 3.0, "failed", failed=2),
    )
    return PlanResult(
        target="load.py:load_file",
        items=185,
        items_run=185,
        verdict=Verdict(VerdictKind.USE, cell_of(chosen), Estimate(3.42, 3.32, 3.52, 7, "")),
        answer=SettingAnswer(
            crew(4), cell_of(chosen), Estimate(3.42, 3.32, 3.52, 7, "measured"), SERIAL_S, SERIAL_S / 3.42, 7
        ),
        recommendation=RecommendedSetting(
            chosen, 1, (1, 4), Estimate(3.42, 3.32, 3.52), True, CORES, 124 * MIB, CODE, 31_744 * MIB
        ),
        reasons=(
            CORES,
            LargestLoss(Cause.TAIL, 0.28, 4, remedies=(Remedy(RemedyKind.LARGEST_FIRST),)),
            NextCount(crew(6), 0.015, is_measured=True, memory=ExtraMemory(42 * MIB, is_predicted=False)),
            MemoryPeak(124 * MIB, 31_744 * MIB, "the free memory", is_predicted=False),
        ),
        rests_on=RestsOn(8, 7, 160),
        notes=(SampledItems(120, 160),),
        warnings=(DisturbedRounds(3, 56, 0.1, 0.05), FewBlocks(5, 6)),
        longest_item=("vendor_17.csv", 0.0154),
        cells=cells,
        predictions=predictions,
        what_if=(
            Gain("no dispatch cost", 1.004), Gain("no start-up", 1.013), Gain("longest item in 2", 1.0),
            Gain("largest first", 0.998), Gain("twice the cores", 1.83),
        ),
        noise_floor=0.021,
        machine=MACHINE,
        serial_s=_around(SERIAL_S, 0.02),
    )  # fmt: skip


def unmeasured() -> PlanResult:
    """The same by prediction alone, from a sample of a million items, and without code."""
    known = sample()
    assert known.recommendation is not None
    speedup = Estimate(3.42, 2.9, 3.9)
    guess = replace(known.recommendation, speedup=speedup, is_measured=False, memory_bytes=None, code="")
    return replace(
        known, items=1_000_000, items_run=2_400, cells=(), warnings=(), noise_floor=None, recommendation=guess,
        verdict=replace(known.verdict, speedup=speedup, is_predicted=True),
        answer=replace(known.answer, speedup=speedup, serial_s=99_460.0, wall_s=99_460.0 / 3.42, blocks=0),
        serial_s=Estimate(99_460.0, None, None),
    )  # fmt: skip


def serial() -> PlanResult:
    """Work that no setting makes faster."""
    return replace(
        sample(),
        recommendation=None,
        verdict=Verdict(VerdictKind.STAY_SERIAL, is_predicted=True),
        answer=SerialAnswer(SERIAL_S, crew(4), Estimate(1.02, 0.97, 1.07), 0),
        what_if=(),
        cells=(),
    )


def bare() -> PlanResult:
    """As little as a verdict can hold."""
    verdict = Verdict(VerdictKind.CANNOT_TELL, doubt=Doubt.NOT_ASKED, is_predicted=True)
    return PlanResult(
        "f.py:f", 1, 1, verdict, NoAnswer(None), None, (), RestsOn(None, 0, 0), (), (), ("", 0.0), (), (), (), None, {}
    )  # fmt: skip


def hostile() -> PlanResult:
    """Every text of a verdict tries to break out of its page."""
    known, evil = sample(), "".join(HOSTILE) + "<img src=x onerror=alert(1)>"
    assert known.recommendation is not None
    cells = tuple(replace(cell, setting=replace(cell.setting, strategy=evil)) for cell in known.cells)
    predictions = tuple(
        replace(one, setting=replace(one.setting, strategy=evil), lost={evil: 0.1}) for one in known.predictions[:40]
    )
    caps = tuple(ItemCap(LongestItemBound(3.3, words, 0.3), is_near=True) for words in (evil, *HOSTILE))
    chosen = replace(
        known.recommendation, setting=cells[0].setting, limited_by=caps[0], code=f"# {evil}\nprint({evil!r})\n"
    )
    return PlanResult(
        target=evil, items=3, items_run=3, verdict=replace(known.verdict, cell=cell_of(cells[0].setting)),
        answer=SettingAnswer(
            Crew(4, evil, evil), cell_of(cells[0].setting), Estimate(3.42, 3.32, 3.52), SERIAL_S, SERIAL_S / 3.42, 7
        ),
        recommendation=chosen, reasons=caps, rests_on=RestsOn(1, 1, 1), notes=tuple(map(ThreadsOnly, HOSTILE)),
        warnings=tuple(FailedRounds(cell_of(cells[0].setting), 1, 2, words, words) for words in HOSTILE),
        longest_item=(evil, 0.3), cells=cells, predictions=predictions, what_if=(Gain(evil, 1.2),), noise_floor=0.01,
        machine={evil: evil, "nested": {evil: [evil]}}, serial_s=Estimate(3.0, None, None),
    )  # fmt: skip


def crew(workers: int) -> Crew:
    """So many processes of a pool."""
    return Crew(workers, "processes", "Pool")


def cell_of(setting: Setting) -> Cell:
    """The setting as a cell of which nothing was measured."""
    return Cell(setting.cell_id, setting, setting.chunksize, ())


def _around(point: float, share: float) -> Estimate:
    return Estimate(point, point * (1 - share), point * (1 + share))
