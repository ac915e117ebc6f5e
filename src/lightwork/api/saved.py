"""Saved runs and plans: read again, and compared."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lightwork.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd

    from lightwork.comparison.comparing import Comparison
    from lightwork.core.study import Results
    from lightwork.notebook import ShownResults
    from lightwork.planning.saved import SavedPlan

COLUMNS = (
    "study", "setting", "base", "new", "speedup_ratio", "speedup_ratio_low", "speedup_ratio_high",
    "speed_ratio", "speed_ratio_low", "speed_ratio_high", "noise_floor", "word", "trouble",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class ComparedRuns:
    """Two runs set against each other; print() shows what `lightwork compare` says. comparison: all of it as values."""

    comparison: "Comparison" = field(repr=False)

    def frame(self) -> "pd.DataFrame":
        """A row a setting, NEW over BASE; an unknown value is NA.

        base, new: speedups (seconds for the serial reference). speedup_ratio, speed_ratio: NEW/BASE in speedup over
        serial and in raw speed, with 95 % intervals. word: faster, slower or undecided.
        """
        import pandas as pd

        rows = [
            [
                each.label, each.cell_id, each.base, each.new, *_ends(each.speedup), *_ends(each.speed),
                each.noise_floor, each.word, each.trouble or None,
            ]
            for study in self.comparison.studies
            for each in study.cells
        ]  # fmt: skip
        return pd.DataFrame(rows, columns=list(COLUMNS))

    def __str__(self) -> str:
        """The headline, and the table of all settings."""
        from lightwork.comparison.table import headline, table
        from lightwork.render.table import terminal

        shown = f"\n\n{terminal(table(self.comparison))}" if self.comparison.studies else ""
        return f"{headline(self.comparison, [], [])}{shown}".rstrip()


def load(path: "str | Path") -> "ShownResults | SavedPlan":
    """What is saved at the path: a run's results, or a plan.

    Raises UsageError if the path is missing or holds neither.
    """
    path = Path(path)
    if _is_plan(path):
        from lightwork.planning import saved

        return saved.load(path)
    from lightwork import notebook

    return notebook.load(path)


def _is_plan(path: Path) -> bool:
    from lightwork.planning.forms import forms

    try:
        with path.open("rb") as file:
            head = file.read(4096)
    except OSError:
        return False  # the other reader says what is wrong with it
    return head.startswith(forms()["json"].mark) and b'"target"' in head


def compare(base: "str | Path | Results", new: "str | Path | Results", *, force: bool = False) -> ComparedRuns:
    """Two saved runs, or results, compared setting by setting, as by `lightwork compare`.

    force: although machines or work differ. Raises UsageError for runs that can't be compared.
    """
    from lightwork.comparison.comparing import compare as compared
    from lightwork.comparison.comparing import refuse_unlike

    comparison = compared(_results(base), _results(new))
    if not force:
        refuse_unlike(comparison, "force=True")
    return ComparedRuns(comparison)


def _results(run: "str | Path | Results") -> "Results":
    from lightwork.core.study import Results
    from lightwork.storage.results_json import latest
    from lightwork.storage.results_json import load as load_results

    if isinstance(run, Results):
        return run
    if not isinstance(run, str | Path):
        raise UsageError(f"{run!r:.40} is not a run: pass a file, a folder or loaded results")
    path = Path(run)
    return load_results(latest(path) if path.is_dir() else path)


def _ends(estimate: Any) -> tuple[float | None, ...]:
    return (estimate.point, estimate.low, estimate.high) if estimate else (None,) * 3
