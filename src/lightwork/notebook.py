"""A notebook: saved results that show themselves where a cell ends with them, as verdicts and tables.

    from lightwork.notebook import load
    load("results/.../0001_nightly.json")            # verdicts and tables
    load("results/.../0001_nightly.json").frame()    # every round as a row of a pandas.DataFrame

The results stay what they are, and can be given to every function that takes some.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from lightwork import report
from lightwork.core.study import Results, Study
from lightwork.report import fragment
from lightwork.report.rounds import rounds_frame
from lightwork.storage import results_json
from lightwork.text.quantities import plain

if TYPE_CHECKING:
    import pandas as pd


class ShownStudy(Study):
    """A study with its verdict and table."""

    def frame(self) -> "pd.DataFrame":
        """Its rounds, a row each; columns as of ShownResults.frame."""
        return rounds_frame(Results((self,), {}))

    def _repr_html_(self) -> str:
        """As HTML, with styles of its own."""
        return fragment.study_fragment(self)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """The verdict, where there is text alone."""
        printer.text(_verdict_lines(Results((self,), {})))


class ShownResults(Results):
    """Results with a verdict and a table for every study; each study shows itself, too."""

    def frame(self) -> "pd.DataFrame":
        """All rounds of all studies, failed ones included, a row each; an unknown value is NA.

        Units stand in the columns' names: `_s` seconds, `_ns` nanoseconds, `_bytes` bytes. docs/results.md says what
        each column is.
        """
        return rounds_frame(self)

    def _repr_html_(self) -> str:
        """As HTML, with styles of its own."""
        return fragment.fragment(self)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """The verdicts, where there is text alone."""
        printer.text(_verdict_lines(self))


def load(path: str | Path) -> ShownResults:
    """The results saved at `path`. Raises UsageError when there are none, or they are not lightwork' own."""
    return shown(results_json.load(Path(path)))


def shown(results: Results) -> ShownResults:
    """The same results, which show themselves."""
    studies = tuple(ShownStudy(**vars(study)) for study in results.studies)
    return ShownResults(**{**vars(results), "studies": studies})


def _verdict_lines(results: Results) -> str:
    return "\n".join(map(plain, report.verdicts(results)))
