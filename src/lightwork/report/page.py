"""The report's page: every part put together, and all files written."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from lightwork.analysis.judged_study import Judged, judge
from lightwork.core.study import Results
from lightwork.errors import UsageError
from lightwork.faults.saved import Faults
from lightwork.planning.saved import SavedPlan
from lightwork.render import svg
from lightwork.render.filters import choices
from lightwork.render.palette import keys
from lightwork.render.templates import rendered
from lightwork.report.answer import comparisons
from lightwork.report.charts import timeline
from lightwork.report.charts.album import album
from lightwork.report.faults import fault_section
from lightwork.report.method import gaps, machine_facts, method
from lightwork.report.methods import method_sections
from lightwork.report.predicted import is_of, not_found
from lightwork.report.rounds import rounds_csv
from lightwork.report.section import Section, sections_of
from lightwork.report.summary import summary
from lightwork.storage.atomic import replace_all
from lightwork.text.quantities import moment

HERE = Path(__file__).parent

SCRIPTS = ("theme", "copy", "filter", "sort", "hover", "zoom", "unfold")


def write_report(
    results: Results,
    ledgers: Mapping[str, Any],
    out: Path,
    faults: Faults | None = None,
    *,
    plans: Sequence[SavedPlan] = (),
    figures: bool = False,
) -> Path:
    """Write index.html, summary.md, rounds.csv and each study's speedup chart into `out`; by `figures` all charts."""
    for plan in plans:
        if not any(is_of(plan, study) for study in results.studies):
            raise UsageError(f"{not_found(plan, results.studies)}: name a plan of the same work, or omit it")
    judged = judge(results, ledgers)
    out.mkdir(parents=True, exist_ok=True)
    with svg.style():
        sections = sections_of(judged, ledgers, plans)
        text = page(results, judged, sections, ledgers, faults)
        files = album(sections, every=figures)
    files |= {"rounds.csv": rounds_csv(results).encode(), "summary.md": summary(judged).encode()}
    replace_all(out, files | {"index.html": text.encode()})
    return out / "index.html"


def page(
    results: Results,
    judged: list[Judged],
    sections: list[Section],
    ledgers: Mapping[str, Any],
    faults: Faults | None = None,
) -> str:
    """The whole page as text."""
    return rendered(
        "page.html",
        HERE,
        timeline=timeline,
        sections=sections,
        compared=comparisons(judged),
        methods=method_sections(judged),
        saved_at=moment(results.saved_at),
        facts=machine_facts(results),
        faults=fault_section(faults) if faults else None,
        method=method(judged),
        gaps=gaps(judged, results, ledgers),
        study_count="1 study" if len(sections) == 1 else f"{len(sections)} studies",
        choices=choices(results.studies),
        keys=keys(results.studies),
        scripts=SCRIPTS,
    )
