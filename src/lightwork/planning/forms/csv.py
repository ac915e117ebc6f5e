"""A plan as CSV, one tidy row a setting, what was measured of it beside what was predicted; pure."""

from math import isfinite
from typing import TYPE_CHECKING

from lightwork.core.causes import Cause
from lightwork.planning.forms import form
from lightwork.render.csv import csv_text

if TYPE_CHECKING:
    import pandas as pd

    from lightwork.core.estimate import Estimate
    from lightwork.core.setting import Setting
    from lightwork.planning.conclude.result import MeasuredSetting, PlanResult, PredictedSetting

ENDS = ("", "_low", "_high")
LOST = {str(cause): f"predicted_lost_{str(cause).lower().replace(' ', '_').replace('-', '_')}" for cause in Cause}
COLUMNS = (
    "target", "strategy", "workers", "chunksize", "requested_chunksize", "order", "start_method", "cores", "judged",
    *(f"measured_wall_s{end}" for end in ENDS), *(f"measured_speedup{end}" for end in ENDS),
    "rounds", "failed_rounds", "memory_bytes",
    *(f"predicted_wall_s{end}" for end in ENDS), *(f"predicted_speedup{end}" for end in ENDS), *LOST.values(),
)  # fmt: skip


@form("csv", help="all settings, measured and predicted, as CSV", mark=b"target,strategy,workers,")
def as_csv(result: "PlanResult") -> str:
    """The whole file: measured settings first. Text that a spreadsheet would run as a formula gets an apostrophe."""
    return csv_text(frame_of(result))


def frame_of(result: "PlanResult") -> "pd.DataFrame":
    """A row a setting, measured ones first; what is not known is None."""
    import pandas as pd

    cells = {cell.setting: cell for cell in result.cells}
    predictions = {prediction.setting: prediction for prediction in result.predictions}
    rows = [
        [result.target, *_row(setting, cells.get(setting), predictions.get(setting), result)]
        for setting in dict.fromkeys([*cells, *predictions])
    ]
    return pd.DataFrame(rows, columns=COLUMNS, dtype=object)


def _row(
    setting: "Setting",
    cell: "MeasuredSetting | None",
    prediction: "PredictedSetting | None",
    result: "PlanResult",
) -> list[object]:
    described = cell or prediction
    chosen = result.recommendation
    judged = cell.judged if cell else "recommended" if chosen and chosen.setting == setting else None
    lost = prediction.lost if prediction else {}
    return [
        setting.strategy, setting.workers, described.chunksize if described else None, setting.chunksize, setting.order,
        setting.start_method, setting.cores, judged,
        *_ends(cell.wall_s if cell else None), *_ends(cell.speedup if cell else None),
        *([cell.rounds, cell.failed, cell.memory_bytes] if cell else [None] * 3),
        *_ends(prediction.wall_s if prediction else None), *_ends(prediction.speedup if prediction else None),
        *(_finite(lost.get(cause)) for cause in LOST),
    ]  # fmt: skip


def _ends(estimate: "Estimate | None") -> list[float | None]:
    return (
        [_finite(value) for value in (estimate.point, estimate.low, estimate.high)] if estimate else [None] * len(ENDS)
    )


def _finite(value: float | None) -> float | None:
    return value if value is not None and isfinite(value) else None
