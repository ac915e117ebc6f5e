"""Forms: the ways in which a verdict is written to a file, by the name of the option that asks for one."""

from collections.abc import Callable, Mapping

from lightwork.plan.conclude.result import Verdict
from lightwork.plan.forms.csv import as_csv
from lightwork.plan.forms.json import as_json
from lightwork.plan.forms.markdown import as_markdown


def _as_html(verdict: Verdict) -> str:
    from lightwork.plan.forms.html import page  # draws, and so loads what no other form needs

    return page(verdict)


FORMS: Mapping[str, Callable[[Verdict], str]] = {
    "html": _as_html,
    "json": as_json,
    "md": as_markdown,
    "csv": as_csv,
}
