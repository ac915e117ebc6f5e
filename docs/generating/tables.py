"""Pages with tables of saved runs."""

from collections.abc import Iterator, Sequence
from dataclasses import fields, replace

from generating import plan_time, speedups
from generating.blocks import filled, table
from generating.examples import COSTS, FAULTS, VALIDATION
from lightwork.core.losses import Losses
from lightwork.core.usage import Usage
from lightwork.costs import saved as saved_costs
from lightwork.costs import table as costs_table
from lightwork.faults import saved as saved_faults
from lightwork.faults import table as faults_table
from lightwork.faults.sharing.table import shared_table
from lightwork.render.table import markdown
from lightwork.report.rounds import COLUMNS, COUNT
from lightwork.validate import saved as saved_validation
from lightwork.validate import table as validation_table


def validation(text: str) -> str:
    """docs/validation.md with its tables made again."""
    tables = validation_table.markdown(saved_validation.load(VALIDATION))
    return filled(text, {"tables": tables, "plan-time": plan_time.block()})


def rounds(text: str) -> str:
    """docs/results.md with its table of the tidy rounds made again."""
    return filled(text, {"rounds": table(("column", "type", "what it is"), list(_columns()))})


def _columns() -> Iterator[tuple[str, str, str]]:
    yield from ((f"`{name}`", kind, meaning) for name, kind, meaning in COLUMNS)
    for data in (Usage, Losses):
        names = ", ".join(f"`{field.name}`" for field in fields(data))
        yield names, COUNT, f"[{data.__name__.lower()}](#{data.__name__.lower()})"


def costs(text: str) -> str:
    """docs/costs.md with its tables made again."""
    return filled(text, {"costs": markdown(costs_table.table(saved_costs.load(COSTS))), "many": speedups.many_items()})


def faults(text: str) -> str:
    """docs/faults.md with its tables made again."""
    recorded = saved_faults.load(FAULTS)
    made = {"faults": faults_table.table(recorded), "shared": shared_table(recorded)}
    return filled(text, {name: markdown(table) for name, table in made.items()})


def when_it_dies(faults_wanted: Sequence[str], strategies_wanted: Sequence[str] = ()) -> str:
    """What strategies do under some faults: these strategies, or all of the saved run."""
    found = saved_faults.load(FAULTS)
    kept = tuple(
        case
        for case in found.cases
        if case.fault in faults_wanted and case.strategy in (strategies_wanted or (case.strategy,))
    )
    made = faults_table.table(replace(found, cases=kept), brief=not strategies_wanted)
    machine = f"Python {found.machine['python']}; from the fault until the caller knew."
    return markdown(replace(made, notes=())).rstrip() + f"\n\n{machine}"
