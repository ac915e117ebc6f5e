"""An answer: what came of planning a user's own job, in words; pure.

Planned -> scaling, plan, losses -> setting, speedup, what limits it, what the next worker buys and costs -> lines
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any

from manyhands.intervals import Estimate
from manyhands.plan import NO_LARGER, SIMPLICITY, Plan, recommend
from manyhands.planning.planner import Planned
from manyhands.planning.prediction import Prediction
from manyhands.report.memory import limit_of, peak_bytes
from manyhands.results import Cell
from manyhands.scaling import StudyScaling, scale
from manyhands.setting import Setting
from manyhands.speedometer import equal_speed_walls_s
from manyhands.study_losses import losses_by_cell
from manyhands.text import duration, percent, sentence, size
from manyhands.wording import counted, instruction, times

AS_GOOD = 0.05  # of the best: predictions closer than that are not told apart


@dataclass(frozen=True)
class Answer:
    """The recommended setting (None where none is), its chunksize in force, and the lines that say it and why."""

    setting: Setting | None
    chunksize: int | None
    lines: tuple[str, ...]


def answer(planned: Planned, machine: Mapping[str, Any]) -> Answer:
    """The answer to a plan, measured where something was measured, else predicted."""
    return _predicted(planned) if planned.study is None else _measured(planned, machine)


def _measured(planned: Planned, machine: Mapping[str, Any]) -> Answer:
    study = planned.study
    assert study is not None
    scaling = scale(study, planned.request.usable_cpus, equal_speed_walls_s(study))
    plan = recommend(scaling, losses_by_cell(scaling))
    chosen = plan.chosen.cell if plan.chosen else None
    lines = [
        plan.sentence,
        plan.reason,
        f"{plan.loss}: {plan.lever}" if plan.lever else plan.loss,
        _next(planned, plan),
        _memory(chosen, machine) if chosen else "",
        _chunks(planned, chosen.setting, chosen.chunksize) if chosen else "",
        _whole_list(planned, plan) if chosen else "",
        _rests_on(planned, scaling),
        *planned.notes,
        *(f"warning: {warning}" for warning in plan.warnings),
    ]
    return Answer(chosen.setting if chosen else None, chosen.chunksize if chosen else None, tuple(_worded(lines)))


def _predicted(planned: Planned) -> Answer:
    chosen = recommended(planned.predictions)
    if chosen is None:
        return Answer(None, None, ("Cannot tell: no setting was asked about",))
    low, high = chosen.low, chosen.high
    cell = Cell(chosen.setting.cell_id, chosen.setting, chosen.chunksize, ())
    speedup = Estimate(chosen.speedup, low, high, 1, "replay")
    worst = max(chosen.lost, key=lambda cause: chosen.lost[cause])
    stays = chosen.high < 1 or (chosen.speedup < 1 + AS_GOOD)
    lines = [
        "stay serial: no setting is predicted to be faster"
        if stays
        else f"predicted: use {instruction(cell)}: {times(speedup)} over serial",
        f"{worst} would take {chosen.lost[worst]:.2g} of {counted(chosen.setting.workers, 'worker')}' speedup"
        if chosen.lost[worst] > AS_GOOD * chosen.setting.workers
        else "",
        _chunks(planned, chosen.setting, chosen.chunksize),
        _next_predicted(planned, chosen),
        *planned.notes,
    ]
    return Answer(None if stays else chosen.setting, chosen.chunksize, tuple(_worded(lines)))


def recommended(predictions: tuple[Prediction, ...]) -> Prediction | None:
    """The predicted setting with the fewest workers within AS_GOOD of the best, the simplest of them."""
    best = max((one.speedup for one in predictions), default=None)
    if best is None:
        return None
    good = [one for one in predictions if one.speedup >= (1 - AS_GOOD) * best]
    rank = {name: place for place, name in enumerate(SIMPLICITY)}

    def modesty(one: Prediction) -> tuple[float, ...]:
        setting = one.setting
        return (setting.workers, rank.get(setting.strategy, len(rank)), setting.order != "given", one.chunksize or 0)

    return min(good, key=modesty)


def _worded(lines: list[str]) -> Iterator[str]:
    return (sentence(line) for line in lines if line)


def _memory(chosen: Cell, machine: Mapping[str, Any]) -> str:
    """The largest peak of the setting's rounds, beside what there is."""
    peak, limit = peak_bytes(chosen, "peak_pss_bytes"), limit_of(machine)
    if not peak:
        return ""
    of = f" of {size(limit.size_bytes)}" if limit else ""
    return f"memory: {size(peak)}{of} at most, all processes together"


def _chunks(planned: Planned, chosen: Setting, chunksize: int | None) -> str:
    """The band of chunksizes that are predicted to be as good."""
    if chunksize is None:
        return ""
    alike = [
        one
        for one in planned.predictions
        if one.chunksize is not None
        and (one.setting.strategy, one.setting.workers, one.setting.order, one.setting.start_method)
        == (chosen.strategy, chosen.workers, chosen.order, chosen.start_method)
    ]
    best = max((one.speedup for one in alike), default=0.0)
    good = sorted({one.chunksize or 1 for one in alike if one.speedup >= (1 - AS_GOOD) * best})
    if len(good) < 2:  # noqa: PLR2004  one is no band
        return ""
    return f"chunksize: anything from {good[0]} to {good[-1]} is predicted to be as good"


def _whole_list(planned: Planned, plan: Plan) -> str:
    """How long all items would take, where only some were run."""
    if planned.sample.is_all or plan.chosen is None:
        return ""
    mine = [one for one in planned.predictions if one.setting == plan.chosen.cell.setting]
    if not mine:
        return ""
    serial_s = mine[0].wall_s * mine[0].speedup
    return f"all {planned.items:,} items: about {duration(mine[0].wall_s)}, serially {duration(serial_s)} (predicted)"


def _next(planned: Planned, plan: Plan) -> str:
    """What the next worker count buys, predicted where it was not measured for this very setting."""
    if plan.chosen is None or plan.next_workers != NO_LARGER:
        return plan.next_workers
    mine = [one for one in planned.predictions if one.setting == plan.chosen.cell.setting]
    return _next_predicted(planned, mine[0]) if mine else plan.next_workers


def _next_predicted(planned: Planned, chosen: Prediction) -> str:
    more = [
        one
        for one in planned.predictions
        if one.setting.workers > chosen.setting.workers
        and (one.setting.strategy, one.setting.order) == (chosen.setting.strategy, chosen.setting.order)
    ]
    if not more:
        return ""
    following = min(more, key=lambda one: (one.setting.workers, -one.speedup))
    return f"{counted(following.setting.workers, 'worker')}: {following.speedup:.3g}x predicted"


def _rests_on(planned: Planned, scaling: StudyScaling) -> str:
    """How much was measured, how much predicted, and how far the two lay apart where there are both."""
    measured = [cell for cell in scaling.cells if cell.parallel and cell.speedup is not None]
    blocks = max((len(cell.cell.rounds) for cell in measured), default=0)
    told = f"measured {counted(len(measured), 'setting')} in up to {counted(blocks, 'block')}"
    told += f", predicted {counted(len(planned.predictions), 'setting')} from one serial run"
    predicted = {one.setting: one.speedup for one in planned.predictions}
    both = [
        abs(predicted[cell.cell.setting] / cell.speedup.point - 1)
        for cell in measured
        if cell.speedup is not None and cell.cell.setting in predicted
    ]
    if not both or not planned.sample.is_all:
        return told
    return f"{told}; where there are both they lie {percent(median(both))} apart (median)"
