"""A plan's result as one HTML file. The folder page/ draws it, and is loaded only when a page is wanted."""

from typing import TYPE_CHECKING

from lightwork.planning.forms import form

if TYPE_CHECKING:
    from lightwork.planning.conclude.result import PlanResult


@form("html", help="a page with charts", mark=b"lightwork")
def as_html(result: "PlanResult") -> str:
    """The whole page; nothing is loaded from outside."""
    from lightwork.planning.forms.page.page import page

    return page(result)
