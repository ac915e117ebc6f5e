"""A plan as JSON that others build on: lightwork.planning.forms.contract, loaded only when it is asked for."""

import json
from typing import TYPE_CHECKING

from lightwork.planning.forms import form

if TYPE_CHECKING:
    from lightwork.planning.conclude.result import PlanResult


@form("json", help="the plan as JSON (docs/reference.md has its schema)", mark=b'{\n  "schema": ')
def as_json(result: "PlanResult") -> str:
    """The contract as text, in ASCII, with a newline at its end."""
    from lightwork.planning.forms.contract import contract_of

    return json.dumps(contract_of(result), indent=2, allow_nan=False) + "\n"
