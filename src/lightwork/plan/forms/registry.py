"""Forms: the ways in which a plan is written to a file, by the name of the option that asks for one."""

from collections.abc import Callable, Mapping

from lightwork.plan.conclude.result import PlanResult
from lightwork.plan.forms.csv import as_csv
from lightwork.plan.forms.json import as_json
from lightwork.plan.forms.markdown import as_markdown


def _as_html(result: PlanResult) -> str:
    from lightwork.plan.forms.html import page  # draws, and so loads what no other form needs

    return page(result)


FORMS: Mapping[str, Callable[[PlanResult], str]] = {
    "html": _as_html,
    "json": as_json,
    "md": as_markdown,
    "csv": as_csv,
}
