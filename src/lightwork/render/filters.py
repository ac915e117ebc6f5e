"""Facets: by what a reader can filter the page. What carries one is hidden while its value is unticked."""

from collections.abc import Iterable
from dataclasses import dataclass

from markupsafe import Markup

from lightwork.core.setting import START_METHODS
from lightwork.core.study import SERIAL, Cell, Study
from lightwork.text.quantities import plain


@dataclass(frozen=True)
class Facets:
    """Of a mark, a row, a column or a figure; "" and None for what it does not belong to."""

    strategy: str = ""
    start_method: str = ""
    workers: int | None = None

    @classmethod
    def of(cls, cell: Cell) -> "Facets":
        """A cell's. The serial reference has none: it is never hidden."""
        setting = cell.setting
        return cls() if setting.strategy == SERIAL else cls(setting.strategy, setting.start_method, setting.workers)

    @property
    def attributes(self) -> Markup:
        """As they stand in a tag, each with a space before it."""
        values = {"strategy": self.strategy, "start": self.start_method, "workers": self.workers or ""}
        return Markup("").join(
            Markup(' data-{}="{}"').format(name, plain(value)) for name, value in values.items() if value != ""
        )


UNFILTERED = Facets()


@dataclass(frozen=True)
class FilterChoice:
    """One facet that can be filtered by: the word for it, its attribute, and the values that the page has."""

    name: str
    attribute: str
    values: tuple[str, ...]


def choices(studies: Iterable[Study]) -> tuple[FilterChoice, ...]:
    """The facets of which the page has more than one value, so that there is something to choose."""
    all_facets = {Facets.of(cell) for study in studies for cell in study.cells} - {UNFILTERED}
    methods = {facets.start_method for facets in all_facets}
    offered = (
        FilterChoice("strategy", "strategy", tuple(sorted({plain(facets.strategy) for facets in all_facets}))),
        FilterChoice("workers", "workers", tuple(map(str, sorted({facets.workers or 0 for facets in all_facets})))),
        FilterChoice("start method", "start", tuple(name for name in START_METHODS if name in methods)),
    )
    return tuple(choice for choice in offered if len(choice.values) > 1)
