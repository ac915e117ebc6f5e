"""Reasons: what a verdict says beside its setting, in sentences, the most important first; pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from math import isfinite
from statistics import median

from lightwork.analysis.bounds import NEAR
from lightwork.analysis.peaks import Limit, peak_bytes
from lightwork.analysis.recommendation import NO_LARGER
from lightwork.core.estimate import Estimate
from lightwork.core.setting import Setting
from lightwork.core.study import Cell
from lightwork.plan.conclude.choice import chunksize_band, equals, following, stays_serial
from lightwork.plan.conclude.evidence import Case, cell_of
from lightwork.replay.prediction import AS_GOOD, Prediction
from lightwork.text.quantities import duration, number, plain, sentence, size
from lightwork.text.settings import counted, instruction, named, percent, times

NAMED = 4  # of the settings that can't be told apart


def sentence_of(case: Case) -> str:
    """What to do."""
    if case.plan is not None:
        return sentence(case.plan.sentence)
    if case.guess is None:
        return "Cannot tell: no setting was asked about"
    if case.chosen is None:
        return "Stay serial: no setting is predicted to be faster"
    return f"Predicted: use {instruction(case.chosen)}: {_times(case.guess)} over serial"


def limited_by(case: Case) -> str:
    """What keeps the recommended setting from being faster: the longest item, another bound, or the largest loss."""
    if case.speedup is not None and case.speedup.point >= NEAR * case.cap:
        return _cap(case)
    plan = case.plan
    if plan is None:
        return _predicted_loss(case.guess) if case.guess else ""
    if plan.reason.startswith("limited by "):
        return plan.reason.removeprefix("limited by ")
    return _loss(case) or plan.reason


def reasons_of(case: Case, limit: Limit | None) -> tuple[str, ...]:
    """Every sentence once, its names made plain."""
    return tuple(dict.fromkeys(sentence(words) for words in _reasons(case, limit) if words))


def _reasons(case: Case, limit: Limit | None) -> Iterator[str]:
    is_capped = case.speedup is not None and case.speedup.point >= NEAR * case.cap
    if is_capped:
        yield f"limited by {_cap(case)}"
    elif case.plan is not None:
        yield case.plan.reason
    yield _loss(case) if case.plan is not None else _predicted_loss(case.guess) if case.guess else ""
    if case.chosen is not None:
        yield _next(case, case.chosen.setting)
        yield _memory(case, limit)
        yield _chunks(case, case.chosen.setting, case.chosen.chunksize)
    yield _equal(case)
    yield _whole_list(case)
    if not is_capped and case.longest_share:
        yield _cap(case)


def _cap(case: Case) -> str:
    """The longest item by name, with the speedup that it allows."""
    share, name = 1 / case.cap, plain(case.planned.longest_name)
    return f"the longest item, {name}, is {percent(share)} of the work and caps every speedup at {number(case.cap)}x"


def _loss(case: Case) -> str:
    plan = case.plan
    if plan is None or not plan.loss:
        return ""
    return f"{plan.loss}: {plan.lever}" if plan.lever else plan.loss


def _predicted_loss(chosen: Prediction) -> str:
    if not chosen.lost:
        return ""
    worst = max(chosen.lost, key=lambda cause: chosen.lost[cause])
    lost, workers = chosen.lost[worst], chosen.setting.workers
    if lost <= AS_GOOD * workers:
        return f"little would be lost; {worst} most, {percent(lost / workers)} of the workers' speedup"
    whose = "1 worker's" if workers == 1 else f"{workers} workers'"
    return f"{worst} would take {lost:.2g} of {whose} speedup ({percent(lost / workers)})"


def _next(case: Case, chosen: Setting) -> str:
    """What the next worker count buys and what it costs, predicted where it was not measured for this very setting."""
    if case.plan is not None and case.plan.next_workers != NO_LARGER:
        return _with_cost(case, case.plan.next_workers, _next_measured(case, chosen))
    more = following(case.planned.predictions, chosen)
    if more is None:
        return "no larger worker count was asked about"
    own = case.by_setting.get(chosen)
    against = f", against {_times(own)}" if own else ""
    told = f"{counted(more.setting.workers, 'worker')}: {_times(more)} predicted{against}"
    return _with_cost(case, told, more.setting)


def _next_measured(case: Case, chosen: Setting) -> Setting | None:
    cells = case.study.cells if case.study else ()
    larger = [
        cell.setting
        for cell in cells
        if cell.rounds and cell.setting.workers > chosen.workers
        and replace(cell.setting, workers=chosen.workers) == chosen
    ]  # fmt: skip
    return min(larger, key=lambda setting: setting.workers, default=None)


def _with_cost(case: Case, told: str, more: Setting | None) -> str:
    """The sentence with the memory that the larger setting takes beyond the recommended one."""
    cost, words = _more_bytes(case, more) if more else (None, "")
    if cost is None:
        return told
    return f"{told}; it takes {f'{size(cost)} more' if cost > 0 else 'no more'} memory{words}"


def _more_bytes(case: Case, more: Setting) -> tuple[float | None, str]:
    """How many, and by what it is known where it was not measured."""
    assert case.chosen is not None
    peaks = {cell.setting: peak_bytes(cell, "peak_pss_bytes") for cell in (case.study.cells if case.study else ())}
    own, larger = peaks.get(case.chosen.setting), peaks.get(more)
    if own and larger:
        return float(larger - own), ""
    if case.memory is None:
        return None, ""
    return case.memory.worker_bytes * (more.workers - case.chosen.setting.workers), " (predicted)"


def memory_bytes(case: Case) -> int | None:
    """The peak of all processes under the recommended setting: of its rounds where it has any, else predicted."""
    if case.chosen is None:
        return None
    peak = peak_bytes(case.chosen, "peak_pss_bytes")
    if peak is not None or case.memory is None:
        return peak
    return round(case.memory.peak_bytes(case.chosen.setting.workers))


def _memory(case: Case, limit: Limit | None) -> str:
    """The peak of the recommended setting, beside what there is."""
    peak = memory_bytes(case)
    if not peak or case.chosen is None:
        return ""
    of = f" of {size(limit.size_bytes)}, {limit.name}" if limit else ""
    measured = peak_bytes(case.chosen, "peak_pss_bytes") is not None
    return f"memory: {size(peak)}{of}, all processes together at most{'' if measured else ' (predicted)'}"


def _chunks(case: Case, chosen: Setting, chunksize: int | None) -> str:
    """The band of chunksizes that are predicted to be as good."""
    band = chunksize_band(case.planned.predictions, chosen) if chunksize is not None else None
    if band is None or band[0] == band[1]:
        return ""
    return f"chunksize: anything from {band[0]} to {band[1]} is predicted to be as good"


def _equal(case: Case) -> str:
    """The settings that can't be told apart from the recommended one, or from the serial run where there is none."""
    if case.basis is None:
        return _predicted_equal(case)
    if case.plan is not None and case.plan.equals:
        alike = [cell.cell for cell in case.basis.candidates if cell.cell.cell_id in case.plan.equals]
        names = _names(alike, case.plan.chosen.cell if case.plan.chosen else None)
        return f"can't be told apart from it within the budget: {_listed(names)}" if names else ""
    if case.chosen is None:
        basis = case.basis
        unsure = [
            cell.cell
            for cell in basis.candidates
            if not basis.faster_than_serial(cell) and not basis.slower_than_serial(cell)
        ]
        names = _names(unsure, None)
        return f"can't be told apart from serial within the budget: {_listed(names)}" if names else ""
    return ""


def _predicted_equal(case: Case) -> str:
    if case.chosen is None or case.guess is None:
        return ""
    alike = [cell_of(one) for one in equals(case.planned.predictions, case.guess)]
    names = _names(alike, cell_of(case.guess))
    return f"predicted to be as good, within {percent(AS_GOOD)}: {_listed(names)}" if names else ""


def _names(alike: Sequence[Cell], chosen: Cell | None) -> list[str]:
    """Each setting once, and the chosen one not: a default chunksize that is also asked for makes two cells of one."""
    own = {named(chosen)} if chosen is not None else set()
    return [name for name in dict.fromkeys(map(named, alike)) if name not in own]


def _listed(names: Sequence[str]) -> str:
    more = len(names) - NAMED
    return "; ".join(names[:NAMED]) + (f"; and {more} more" if more > 0 else "")


def _whole_list(case: Case) -> str:
    """How long all items take where only some were run, and what is predicted where measuring could not tell."""
    mine = case.by_setting.get(case.chosen.setting) if case.chosen else None
    if mine and not case.planned.sample.is_all:
        told = f"about {duration(mine.wall_s)}, serially {duration(mine.wall_s * mine.speedup)} (predicted)"
        return f"all {case.planned.items:,} items: {told}"
    if case.plan is not None and case.chosen is None and case.guess is not None and not stays_serial(case.guess):
        return f"predicted, and not measured: {instruction(cell_of(case.guess))} has {_times(case.guess)}"
    return ""


def rests_on(case: Case) -> str:
    """How much was measured, how much predicted, and how far the two lay apart where there are both."""
    count = len(case.planned.predictions)
    if case.scaling is None:
        return sentence(f"predicted {counted(count, 'setting')} from one serial run; measured none")
    measured = [cell for cell in case.scaling.cells if cell.parallel and cell.speedup is not None]
    blocks = max((len(cell.cell.rounds) for cell in measured), default=0)
    told = f"measured {counted(len(measured), 'setting')} in up to {counted(blocks, 'block')}"
    told += f", predicted {counted(count, 'setting')} from one serial run"
    if not case.planned.sample.is_all:
        return sentence(told)
    apart = _apart({cell.cell.setting: cell.speedup.point for cell in measured if cell.speedup}, case.by_setting)
    return sentence(f"{told}; where there are both they lie {percent(median(apart))} apart (median)" if apart else told)


def _apart(measured: Mapping[Setting, float], predicted: Mapping[Setting, Prediction]) -> list[float]:
    return [abs(predicted[one].speedup / point - 1) for one, point in measured.items() if one in predicted]


def _times(one: Prediction) -> str:
    known = isfinite(one.low) and isfinite(one.high)
    return times(Estimate(one.speedup, one.low if known else None, one.high if known else None, 1, "replay"))
