"""The reference: the run and the setting of it that later runs of a line are compared with; pure.

Both runs' recommended settings are compared with each other where both runs measured both; else the reference's setting
is compared with itself, so that a grid which was asked for differently is no change, and a collapse is one.
"""

from dataclasses import dataclass
from math import isfinite

from lightwork.core.estimate import Estimate
from lightwork.history.line import Line, Point
from lightwork.history.run import SettingFigures, Standing


@dataclass(frozen=True)
class Reference:
    """A run against which later ones are held, and the setting of it that is."""

    point: Point
    cell_id: str

    @property
    def figures(self) -> SettingFigures | None:
        """Of the setting; None where the run did not measure it."""
        return self.point.standing.cells.get(self.cell_id) if self.point.standing else None

    @property
    def recommended(self) -> bool:
        """Whether its run recommends the setting itself."""
        chosen = self.point.standing.chosen if self.point.standing else None
        return chosen is not None and chosen.cell.cell_id == self.cell_id


def still_measured(standing: Standing, reference: Reference | None, latest: Reference | None) -> Reference | None:
    """The reference, or the latest run that recommended, if the new run has measured only that one's setting."""
    if reference and latest and reference.cell_id not in standing.cells and latest.cell_id in standing.cells:
        return latest
    return reference


def can_be_held(line: Line, reference: Reference, point: Point) -> bool:
    """Whether both runs have an interval of the setting, and a noise floor."""
    both = pair(line, reference, point)
    floors = isfinite(line.noise_floor(reference.point)) and isfinite(line.noise_floor(point))
    return floors and all(estimate is not None and estimate.low is not None for estimate in both)


def following(reference: Reference | None, point: Point, *, changed: bool) -> Reference | None:
    """Against what the runs after this one are held."""
    recommended = recommended_in(point)
    if reference is None or (recommended and not (reference.recommended and _knows(reference, recommended.cell_id))):
        return recommended or reference
    return (recommended or Reference(point, reference.cell_id)) if changed else reference


def recommended_in(point: Point) -> Reference | None:
    """The run with the setting that it recommends; None in a gap."""
    chosen = point.standing.chosen if point.standing else None
    return Reference(point, chosen.cell.cell_id) if chosen else None


def _knows(reference: Reference, cell_id: str) -> bool:
    return reference.point.standing is not None and cell_id in reference.point.standing.cells


def ours(reference: Reference, point: Point) -> str:
    """The id of the cell of the new run to hold against the reference: what it recommends, where both runs know it."""
    recommended = recommended_in(point)
    if recommended is None or not reference.recommended or not _knows(recommended, reference.cell_id):
        return reference.cell_id
    return recommended.cell_id if _knows(reference, recommended.cell_id) else reference.cell_id


def pair(line: Line, reference: Reference, point: Point) -> tuple[Estimate | None, Estimate | None]:
    """The setting's speedup in the reference, and the one to hold against it; None where a run has no such figure."""
    return line.speedup_of(reference.point, reference.cell_id), line.speedup_of(point, ours(reference, point))
