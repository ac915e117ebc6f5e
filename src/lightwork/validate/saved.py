"""A saved validation: everything that was measured and predicted, as plain data; JSON out and in.

The tables are made from it, and predictions can be made again from it, without measuring. `schema` counts the format.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from math import isfinite
from pathlib import Path
from typing import Any

from lightwork.errors import UsageError
from lightwork.replay import calibration as calibrations
from lightwork.storage import ledgers
from lightwork.storage.decode import check_machine, read_as
from lightwork.storage.document import Format
from lightwork.storage.results_json import beside
from lightwork.validate.comparison import Held
from lightwork.validate.predicting import with_predictions

FORMAT = Format("lightwork validation", 3, "studies", "validation", "validate --json", 1 << 28)
FIGURES = 7  # of a number of seconds: far more than a clock tells of rounds this long


@dataclass(frozen=True)
class Validation:
    """One run of `lightwork validate`.

    studies: what came of each workload. machine: its facts; calibration: what strategies cost on it. seed: of all
    chance. saved_at: when; version: of lightwork that made the predictions. ledgers: name of the file beside it that
    holds the ledgers, "" where there is none.
    """

    studies: tuple[Held, ...]
    machine: Mapping[str, Any]
    calibration: Mapping[str, Any]
    seed: int
    saved_at: str
    version: str
    ledgers: str = ""

    @property
    def cores(self) -> float:
        """The CPUs that could be used."""
        return float(self.machine["usable_cpus"])


def predicted_again(validation: Validation, path: Path, version: str) -> Validation:
    """The same measurements, saved at `path`, with what this version predicts for them.

    Raises UsageError where the ledgers are not beside it.
    """
    if not validation.ledgers:
        raise UsageError(f"{path} was saved without ledgers: measure again with --json FILE, which keeps them")
    tables = ledgers.load(beside(path, validation.ledgers))
    try:
        costs = calibrations.decode(validation.calibration)
    except (TypeError, KeyError, ValueError) as error:
        reason = f"{type(error).__name__}: {error}"
        raise UsageError(f"{path} has a calibration of another version ({reason}): measure again") from None
    studies = tuple(
        with_predictions(held, tables, validation.cores, costs, validation.seed) for held in validation.studies
    )
    return replace(validation, studies=studies, version=version)


def encode(validation: Validation) -> dict[str, Any]:
    """The validation as plain JSON types."""
    data = asdict(validation)
    return {"kind": FORMAT.kind, "schema": FORMAT.schema, **data, "studies": _rounded(data["studies"])}


def decode(data: Mapping[str, Any]) -> Validation:
    """The validation that `encode` wrote. Raises KeyError or ValueError for anything else."""
    FORMAT.check(data)
    validation = read_as(Validation, data)
    check_machine(validation.machine)
    for seconds in _walls_s(validation):
        if not (isfinite(seconds) and seconds > 0):
            raise ValueError(f"a round that took {seconds:g} s")
    return validation


def _walls_s(validation: Validation) -> Iterator[float]:
    for held in validation.studies:
        yield from (run.wall_s for run in held.serial)
        for trial in (trial for cell in held.cells for trial in cell.trials):
            yield trial.wall_s
            yield from (wall.wall_s for wall in (trial.plain, trial.learned, trial.conditional) if wall)


def text_of(validation: Validation) -> str:
    """The file's content: one line a workload."""
    return FORMAT.text_of(encode(validation))


def load(path: Path) -> Validation:
    """The validation saved at `path`. Raises UsageError when there is none, or it is something else."""
    return FORMAT.load(path, decode)


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return float(f"{value:.{FIGURES}g}")
    if isinstance(value, dict):
        return {name: _rounded(part) for name, part in value.items()}
    return [_rounded(part) for part in value] if isinstance(value, list | tuple) else value
