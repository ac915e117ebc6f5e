"""Power: what of two runs a gate could not have failed, however much slower it were; pure.

A gate that passes says something only of what it could have failed. That takes a ratio with an interval, and a known
noise floor; one below 1 where something has to be slower, for nothing is slower than by all of its speed.
"""

from collections.abc import Sequence
from math import isfinite

from lightwork.comparison.comparing import Compared, Comparison, StudyCompared, changed_by
from lightwork.comparison.gate import RECOMMENDED, Condition, cells_asked, chosen_id
from lightwork.core.estimate import Estimate
from lightwork.core.study import SERIAL
from lightwork.text.quantities import counted, plain


def powerless(comparison: Comparison, conditions: Sequence[Condition]) -> str:
    """What these conditions could not have failed, in words; "" where they could have failed everything they ask."""
    asked = [(compared, condition) for condition in conditions for compared in cells_asked(comparison, condition)]
    unable = {(compared.label, compared.cell_id) for compared, condition in asked if not _can_fail(compared, condition)}
    serials = sum(cell_id == SERIAL for _, cell_id in unable)
    advice = sum(
        any(not _advice_can_fail(study, asked_for) for asked_for in conditions) for study in comparison.studies
    )
    counts = (
        [f"{len(unable) - serials} of {counted(len(comparison.cells), 'setting')}"] if len(unable) > serials else []
    )
    counts += [f"serial in {_of_studies(serials, len(comparison.serials))}"] if serials else []
    counts += [f"the advice in {_of_studies(advice, len(comparison.studies))}"] if advice else []
    words = [f"{' and '.join(counts)} could not have failed"] if counts else []
    empty = [plain(asked_for.text) for asked_for in conditions if not _compares(comparison, asked_for)]
    return ", and ".join(words + ([f"nothing was compared for {', '.join(empty)}"] if empty else []))


def _compares(comparison: Comparison, condition: Condition) -> bool:
    """Whether both runs have anything that the condition asks about."""
    return bool(comparison.studies if condition.bound is None else cells_asked(comparison, condition))


def _can_fail(compared: Compared, condition: Condition) -> bool:
    return _tells(compared.speedup if condition.name == "speedup" else compared.speed) and compared.noise_floor < 1


def _advice_can_fail(study: StudyCompared, condition: Condition) -> bool:
    """Whether the condition, if it asks for a recommendation, could tell that this study has another.

    Where both runs recommend the same, any setting's ratio will do; else the ratio of the two has to be known, or NEW
    alone tells them apart.
    """
    if condition.bound is not None:
        return True
    base, new = study.pair.base.recommendation, study.pair.new.recommendation
    if base is None or new is None or not isfinite(study.noise_floor):
        return False
    if RECOMMENDED[condition.name](base) == RECOMMENDED[condition.name](new):
        return any(_tells(compared.speedup) for compared in study.cells)
    chosen = {chosen_id(base), chosen_id(new)}
    if not chosen <= {compared.cell_id for compared in study.cells} | {SERIAL}:
        return True
    return _tells(changed_by(study, chosen_id(new), chosen_id(base)))


def _tells(estimate: Estimate | None) -> bool:
    return estimate is not None and estimate.low is not None


def _of_studies(count: int, of: int) -> str:
    return f"{count} of {of} {'study' if of == 1 else 'studies'}"
