"""The plan's page: one HTML file that needs nothing else, drawn from its result alone in the report's look."""

from dataclasses import dataclass, replace
from fractions import Fraction
from math import isfinite
from pathlib import Path

from markupsafe import Markup

from lightwork.core.causes import Cause
from lightwork.core.verdict import VerdictKind
from lightwork.planning.conclude.result import PlanResult, PredictedSetting
from lightwork.planning.forms import sentences
from lightwork.planning.forms.page.curve import Outlook, outlook
from lightwork.planning.forms.page.curve_figure import outlook_figure
from lightwork.planning.forms.page.tables import (
    BEST_SHOWN,
    interval,
    measured_table,
    name_of,
    predictions_table,
    what_if_table,
)
from lightwork.render import svg
from lightwork.render.templates import rendered
from lightwork.report.charts.waterfall import described, steps_down, waterfall_drawing
from lightwork.report.method import facts_of
from lightwork.text.quantities import counted, duration, number, percent, plain, short, size, times

HERE = Path(__file__).parent
METHOD = (
    (
        "Predicted",
        (
            "One serial run says what every item takes. Each setting is then replayed from it: its own way of handing "
            "out items, its chunks, its start-up and its cost per hand-over, on so many cores, with what measured "
            "rounds showed of the job. The band says how far off such predictions were."
        ),
    ),
    (
        "Measured",
        (
            "The preferred setting, whatever could still beat it, and the next worker counts ran in blocks. "
            "A speedup is what prediction and rounds make believable together, with its 95 % interval."
        ),
    ),
    (
        "Recommended",
        "Of all settings within 5 % of the best: no core oversubscribed, the simplest strategy, the fewest workers.",
    ),
    (
        "Where the speedup goes",
        (
            "Workers times time splits exactly into useful work and named causes. Divided by the time these are "
            "speedups: useful work and all losses add up to the number of workers."
        ),
    ),
    (
        "For reading",
        (
            "The thin dashed curve is the universal scalability law (Gunther 1993), which without mutual delay is "
            "Amdahl's. It says in two figures what the curve is like; no figure here is taken from it, and it is never "
            "drawn past twice what was measured. The serial share is Karp and Flatt's (1990)."
        ),
    ),
    (
        "What if",
        "The recommended setting replayed with one thing changed. A prediction: change it, and measure.",
    ),
)


@dataclass(frozen=True)
class Hero:
    """What to read from across the room, and what stands beside it."""

    figure: str
    note: str
    certain: bool


def page(result: PlanResult) -> str:
    """The whole page as text; no name in it can become markup, and nothing is loaded from outside."""
    seen = outlook(result)
    predicted = predictions_table(result)
    return rendered(
        "plan.html",
        HERE,
        title=f"lightwork plan: {short(result.target, 80)}",
        scripts=("copy", "sort"),
        target=plain(result.target),
        about=_about(result),
        hero=hero(result),
        sentence=sentences.what_to_do(result),
        reasons=sentences.reasons(result),
        facts=_facts(result),
        code="\n".join(plain(line) for line in result.code.split("\n")),
        warnings=sentences.warnings(result),
        speedup=_drawn(seen, result) if seen else None,
        outlook=seen,
        fall=_fall(result),
        measured=measured_table(result),
        what_if=what_if_table(result.what_if),
        best=replace(predicted, rows=predicted.rows[:BEST_SHOWN], title="The best predictions") if predicted else None,
        rest=replace(predicted, rows=predicted.rows[BEST_SHOWN:], title="All other predictions") if predicted else None,
        excluded=len(result.predictions) - len(predicted.rows) if predicted else 0,
        notes=sentences.notes(result),
        method=METHOD,
        machine=facts_of(result.machine),
    )


def hero(result: PlanResult) -> Hero:
    """The speedup with its interval, and whether it was measured; or that there is none to name."""
    chosen = result.recommendation
    if chosen is None:
        stays = result.kind is VerdictKind.STAY_SERIAL
        return Hero("stay serial", "nothing is faster", False) if stays else Hero("cannot tell", "", False)
    between = interval(chosen.speedup)
    how = "measured" if chosen.is_measured else "predicted"
    return Hero(times(chosen.speedup.point), f"{between} over serial, {how}".strip(), True)


def _about(result: PlanResult) -> str:
    run = "all of them run" if result.items_run == result.items else f"{result.items_run:,} of them run"
    return f"{counted(result.items, 'item')}, {run}"


def _facts(result: PlanResult) -> list[tuple[str, str]]:
    """(name, value) of what a reader looks up, where it is known."""
    name, share = result.longest_item
    longest = f"{short(name)}, {percent(share)} of the work: cap {times(1 / share)}" if share > 0 else ""
    floor = result.noise_floor
    facts = [
        ("limited by", sentences.limited_by(result)),
        ("serially", _serial(result)),
        ("chunksize", _chunksize(result)),
        ("memory, all processes", _memory(result)),
        ("longest item", longest),
        ("noise floor", "" if floor is None else f"\N{PLUS-MINUS SIGN} {percent(floor)}"),
    ]
    return [(what, value) for what, value in facts if value]


def _serial(result: PlanResult) -> str:
    estimate = result.serial_s
    if estimate is None or not isfinite(estimate.point):
        return ""
    if estimate.low is None or estimate.high is None:
        return duration(estimate.point)
    return f"{duration(estimate.point)} ({duration(estimate.low)} to {duration(estimate.high)})"


def _chunksize(result: PlanResult) -> str:
    chosen = result.recommendation
    if chosen is None or chosen.chunksize is None:
        return ""
    low, high = chosen.chunksize_band or (chosen.chunksize, chosen.chunksize)
    return f"{chosen.chunksize:,}" + (f"; {low:,} to {high:,} are as good" if low < high else "")


def _memory(result: PlanResult) -> str:
    chosen = result.recommendation
    if chosen is None or chosen.memory_bytes is None:
        return ""
    of = f" of {size(chosen.memory_limit_bytes)}" if chosen.memory_limit_bytes else ""
    return f"{size(chosen.memory_bytes)}{of}"


def _drawn(seen: Outlook, result: PlanResult) -> Markup:
    steps = "; ".join(
        f"{plain(predicted_curve.strategy)} "
        + ", ".join(f"{number(estimate.point)} with {count}" for count, estimate in predicted_curve.points)
        for predicted_curve in seen.predicted
    )
    title = (
        f"Speedup over workers, {plain(result.target)}. Predicted: {steps or 'nothing'}. {sentences.what_to_do(result)}"
    )
    with svg.style():
        return svg.inline(svg.svg_bytes(outlook_figure(seen)), "speedup", title)


@dataclass(frozen=True)
class Fall:
    """The waterfall of a predicted round. part and name: which setting's it is; finding: its times."""

    part: str
    name: str
    finding: str
    markup: Markup


def _fall(result: PlanResult) -> Fall | None:
    """The recommended setting's predicted round by cause, or the best predicted one's; None without predictions."""
    settings = [
        setting
        for setting in result.predictions
        if setting.lost and all(isfinite(lost) for lost in setting.lost.values())
    ]
    if not settings:
        return None
    chosen = result.recommendation
    mine = [setting for setting in settings if chosen is not None and setting.setting == chosen.setting]
    setting = mine[0] if mine else max(settings, key=lambda setting: setting.speedup.point)
    steps = steps_down(setting.setting.workers, {_cause(name): Fraction(lost) for name, lost in setting.lost.items()})
    part = "Recommended" if mine else "Best predicted"
    with svg.style():
        markup = waterfall_drawing(steps).inline("fall", f"{name_of(setting)}: {described(steps)}")
    return Fall(part, name_of(setting), f"{duration(setting.wall_s.point)} predicted{_serially(setting)}", markup)


def _cause(name: str) -> str:
    """A cause as the figure has room for it; what is none stays short."""
    return name if name in tuple(Cause) else short(name, 18)


def _serially(prediction: PredictedSetting) -> str:
    serial_s = prediction.wall_s.point * prediction.speedup.point
    return f", serially {duration(serial_s)}" if isfinite(serial_s) else ""
