"""How long plans take against their budget, from docs/example/plan-time.json, which docs/record_plan_time.py writes."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from generating.blocks import table
from generating.examples import EXAMPLE
from lightwork.storage.decode import read_as
from lightwork.text.quantities import counted, duration

PLAN_TIME = EXAMPLE / "plan-time.json"


@dataclass(frozen=True)
class TimedPlan:
    """A plan of so many equal items of so many seconds. took_s: from start to end. answer: its headline."""

    item_s: float
    items: int
    budget_s: float
    took_s: float
    answer: str


def text_of(plans: Iterable[TimedPlan], machine: Mapping[str, Any], saved_at: str) -> str:
    """The file's content: one line a plan."""
    lines = ",\n".join(json.dumps(asdict(plan)) for plan in plans)
    return f'{{"saved_at": {json.dumps(saved_at)}, "machine": {json.dumps(machine)}, "plans": [\n{lines}\n]}}\n'


def block() -> str:
    """A row for each length of an item, a column for each number of them."""
    data = json.loads(PLAN_TIME.read_text())
    plans = [read_as(TimedPlan, plan) for plan in data["plans"]]
    counts = list(dict.fromkeys(plan.items for plan in plans))
    took = {(plan.item_s, plan.items): f"{plan.took_s:.1f} s" for plan in plans}
    rows = [
        (duration(length), *(took.get((length, count), "-") for count in counts))
        for length in dict.fromkeys(plan.item_s for plan in plans)
    ]
    budget_s, worst = plans[0].budget_s, max(plan.took_s / plan.budget_s for plan in plans)
    made = table(("an item", *(counted(count, "item") for count in counts)), rows)
    machine = f"{data['machine']['usable_cpus']:g} cores ({data['machine']['processor']}), {data['saved_at']}"
    return (
        f"{made}\n\n{counted(len(plans), 'plan')}, each with a budget of {duration(budget_s)}; the slowest took "
        f"{worst:.0%} of it. {machine}."
    )
