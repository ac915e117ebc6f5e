"""A plan as Python holds it: the verdict, the code, tables of what was predicted and measured, and the job itself."""

import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lightwork.api.handing import all_of
from lightwork.api.running import Chosen, results_of, stream
from lightwork.core.estimate import Estimate
from lightwork.core.setting import Setting
from lightwork.core.verdict import VerdictKind
from lightwork.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd

    from lightwork.core.study import Study
    from lightwork.planning.conclude.result import PlanResult

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Predictions:
    """What was predicted of every setting that fits the job."""

    result: "PlanResult" = field(repr=False)

    def frame(self) -> "pd.DataFrame":
        """A row a setting, the fastest first: its time and speedup with their bands, and what it loses by cause.

        Units stand in the columns' names, as in `lightwork plan --csv`; an unknown value is NA.
        """
        from lightwork.planning.forms.csv import frame_of

        frame = frame_of(self.result)
        frame = frame[[column for column in frame.columns if not column.startswith(("measured", "rounds", "failed"))]]
        return frame.dropna(subset=["predicted_speedup"]).sort_values("predicted_speedup", ascending=False)


@dataclass(frozen=True)
class Rounds:
    """The rounds that were measured."""

    study: "Study | None" = field(repr=False)

    def frame(self) -> "pd.DataFrame":
        """A row a round, failed ones included; docs/results.md says what each column is. Empty where none was."""
        from lightwork.core.study import Results
        from lightwork.report.rounds import rounds_frame

        return rounds_frame(Results((self.study,) if self.study else (), {}))


@dataclass(frozen=True, eq=False)
class Plan:
    """What a plan came to. print() shows what the terminal would.

    result: the full result, as values. study: its rounds; None if only serial ran. function: the planned function.
    """

    result: "PlanResult" = field(repr=False)
    study: "Study | None" = field(repr=False)
    function: Callable[..., Any]
    chosen: Chosen

    @property
    def kind(self) -> VerdictKind:
        """The verdict: use a setting, stay serial, or cannot tell."""
        return self.result.kind

    @property
    def setting(self) -> Setting | None:
        """The setting to use, its chunksize the one in force; None to stay serial."""
        return self.chosen.setting if self.result.recommendation else None

    @property
    def speedup(self) -> Estimate | None:
        """Speedup of the setting over serial, with its interval; None if no setting."""
        return self.result.recommendation.speedup if self.result.recommendation else None

    @property
    def code(self) -> str:
        """A script that runs exactly this; "" where a plain loop does."""
        return self.result.code

    @property
    def serial_s(self) -> float | None:
        """What all items take one after the other; None where it is not known."""
        return self.result.serial_s.point if self.result.serial_s else None

    @property
    def warnings(self) -> list[str]:
        """What could overturn the answer, in sentences."""
        from lightwork.planning.forms import sentences

        return sentences.warnings(self.result)

    @property
    def predictions(self) -> Predictions:
        """What was predicted, as a table."""
        return Predictions(self.result)

    @property
    def rounds(self) -> Rounds:
        """What was measured, as a table."""
        return Rounds(self.study)

    def details(self) -> str:
        """The answer with why, what else would help, and what it rests on, as `--details` says it."""
        from lightwork.planning.forms.text import as_text

        return as_text(self.result, details=True)

    def to_json(self) -> str:
        """The plan as `lightwork plan --json` writes it."""
        from lightwork.planning.forms import forms

        return forms()["json"].render(self.result)

    def save(self, path: str | Path) -> Path:
        """Write the plan to a file: JSON, or Markdown, CSV or a page by the path's suffix; returns the path.

        Raises UsageError for a suffix that stands for none of them.
        """
        from lightwork.planning.forms import forms

        path, renderers = Path(path), forms()
        suffix = path.suffix.removeprefix(".") or "json"
        if suffix not in renderers:
            raise UsageError(f"can't save a plan as {path.name}: choose a name that ends in .{', .'.join(renderers)}")
        path.write_text(renderers[suffix].render(self.result), encoding="utf-8")
        return path

    def run(
        self, items: Iterable[Any], *, on_error: str | None = None, progress: bool | None = None, quiet: bool = False
    ) -> list[Any]:
        """Run the function on items with the recommended setting; the results in the items' order.

        Of a plan with skip_failing, the items that failed there are left out, an ItemError in the place of each.

        on_error: "raise" the first error, with a note that names its item, or "collect": ItemError in the place of a
        result; None for what the plan was made for. progress: show a bar; None means only on a terminal or in a
        notebook. quiet: don't print the setting used on standard error.
        Raises UsageError for another on_error, where items are no collection, where OMP_NUM_THREADS is not the plan's,
        and for a notebook's own function where workers are not forked.
        """
        everything = self._begun(items, quiet=quiet)
        return results_of(self.function, everything, self.chosen, on_error, progress=progress)

    def stream(
        self, items: Iterable[Any], *, on_error: str | None = None, progress: bool | None = None, quiet: bool = False
    ) -> Iterator[tuple[Any, Any]]:
        """The same as pairs of item and result, as they come."""
        everything = self._begun(items, quiet=quiet)
        return stream(self.function, everything, self.chosen, on_error, progress=progress)

    def _begun(self, items: Iterable[Any], *, quiet: bool) -> list[Any]:
        everything = all_of(items)
        if not quiet:
            print(f"lightwork: {self.chosen.words(len(everything))}", file=sys.stderr)
        return everything

    def __str__(self) -> str:
        """What the terminal says: the answer and the code to paste."""
        from lightwork.planning.forms.text import as_text

        return as_text(self.result).rstrip("\n")

    def __repr__(self) -> str:
        """The answer's first line."""
        from lightwork.planning.forms.text import answer_lines

        return f"<Plan: {answer_lines(self.result)[0]}>"

    def _repr_html_(self) -> str:
        """As HTML for a notebook, with styles of its own."""
        from lightwork.planning.forms.page.tables import measured_table
        from lightwork.planning.forms.text import answer_lines
        from lightwork.render.templates import rendered

        first, *others = answer_lines(self.result)
        return rendered(
            "plan.html", HERE, first=first, others=others, code=self.code, table=measured_table(self.result),
            certain=self.setting is not None,
        )  # fmt: skip
