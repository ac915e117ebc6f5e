"""Measuring: the few settings that are worth it, in interleaved blocks, until one is settled or the budget is over."""

from collections.abc import Sequence
from dataclasses import dataclass

from lightwork.analysis.study_losses import with_losses
from lightwork.core.study import Study
from lightwork.plan.environment import Environment
from lightwork.plan.items import JobItems, parameters_for
from lightwork.plan.racing import contenders
from lightwork.plan.request import Request
from lightwork.plan.serial_run import ITEM_S, Serial
from lightwork.replay.prediction import Prediction, shortlist
from lightwork.text.quantities import duration
from lightwork.workload import target

SHORTLISTED = 6
BLOCKS = (3, 30)
ROUND_S = 0.15  # to start a host and to end it


@dataclass(frozen=True)
class Race:
    """What is measured: the predictions of its settings, and how long its least number of blocks will take."""

    predictions: tuple[Prediction, ...]
    probe: bool
    least_s: float


def race_for(request: Request, predictions: Sequence[Prediction], serial_s: float, items: int, left_s: float) -> Race:
    """As many of the shortlisted settings as the time that is left allows; none where it allows not even one.

    serial_s: of a serial round of the items that would be run; items: how many. All, where blocks were asked for.
    """
    listed = shortlist(predictions, SHORTLISTED)
    blocks = request.blocks or BLOCKS[0]
    for count, probe in [*((count, True) for count in range(len(listed), 0, -1)), (1, False)]:
        entered = tuple(listed[:count])
        needed_s = _needed_s(entered, probe, blocks, serial_s, ROUND_S + items * ITEM_S)
        if request.blocks or needed_s <= left_s:
            return Race(entered, probe, needed_s)
    return Race((), False, _needed_s(tuple(listed[:1]), False, blocks, serial_s, ROUND_S + items * ITEM_S))


def _needed_s(predictions: Sequence[Prediction], probe: bool, blocks: int, serial_s: float, beside_s: float) -> float:
    """A warm-up, a probing round of each cell where wanted, and the blocks, the serial reference twice in each."""
    settings_s = sum(serial_s / prediction.speedup.point + beside_s for prediction in predictions)
    round_s = serial_s + beside_s
    return round_s + (round_s + settings_s if probe else 0.0) + blocks * (2 * round_s + settings_s)


def measure(
    request: Request, environment: Environment, items: JobItems, serial: Serial, race: Race, left_s: float
) -> Study | None:
    """What was measured; None where there is nothing to measure. Raises KeyboardInterrupt at a Ctrl-C."""
    if not race.predictions:
        return None
    settings = [prediction.setting for prediction in race.predictions]
    environment.say(f"measuring {len(settings)} of {len(request.settings)} settings beside the serial run")
    exactly = (request.blocks, request.blocks) if request.blocks else BLOCKS
    design = environment.design(
        request.target, parameters_for(request, environment.workdir, items, serial.run), settings, blocks=exactly,
        budget_s=max(left_s, 1.0), timeout_s=request.timeout_s, seed=request.seed, probe=race.probe,
        compare_results=not target.is_reference(request.target),
    )  # fmt: skip
    judge = None if request.blocks else lambda so_far: contenders(so_far, request.usable_cpus)
    return with_losses(*environment.measure(design, judge))


def too_long(race: Race, request: Request) -> str:
    """That not even one setting could be measured within the budget; "" where some were."""
    if race.predictions:
        return ""
    return (
        f"nothing was measured in parallel, all of it is predicted: one setting would take "
        f"{duration(race.least_s)}, beyond the budget of {duration(request.budget_s)}"
    )
