"""Forms: the ways in which a verdict is written to a file, by the name of the option that asks for one."""

from collections.abc import Callable, Mapping

from lightwork.verdict.contract import as_json
from lightwork.verdict.memo import as_markdown
from lightwork.verdict.sheet import as_csv
from lightwork.verdict.verdict import Verdict


def _as_html(verdict: Verdict) -> str:
    from lightwork.verdict.page import page  # draws, and so loads what no other form needs

    return page(verdict)


FORMS: Mapping[str, Callable[[Verdict], str]] = {
    "html": _as_html,
    "json": as_json,
    "md": as_markdown,
    "csv": as_csv,
}
