"""docs/sharing.md: the text of docs/generating/sharing.md, with the methods' code and the saved run's figures."""

import importlib
import inspect
import textwrap
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import jinja2

from generating.blocks import MADE, wrapped
from generating.examples import SHARING
from generating.story import sure
from lightwork.analysis.judged_study import block_count, judge
from lightwork.analysis.methods import CLEAR, MethodComparison, MethodScaling, compare
from lightwork.core.study import Results
from lightwork.render.table import markdown
from lightwork.report.methods import methods_table
from lightwork.storage import results_json
from lightwork.text.quantities import counted, duration, size, times
from lightwork.workloads import _shared_state

HERE = Path(__file__).parent
TEMPLATE = "sharing.md"
STATE, INPUT = "shared_state", "shared_input"
FILES = 48
COMMAND = f"""\
python -m pytest bench/ --workloads shared_state,shared_input --strategies map --workers 2 --blocks 6 \\
    --param shared_state.method=unlocked,value_lock,manager,queue_to_owner,merge --param shared_state.files={FILES} \\
    --param shared_input.method=pickled,initializer,inherited,shared_memory,mmap --benchmark-save=sharing
"""


@dataclass(frozen=True)
class Methods:
    """One job's methods in words. loop: the serial run of the method that shares nothing."""

    comparison: MethodComparison
    loop: str = ""

    def of(self, name: str) -> MethodScaling:
        """The method of this name. Raises KeyError where it was not measured."""
        return {method.method: method for method in self.comparison.methods}[name]

    @property
    def items(self) -> int:
        """How many items the job has."""
        return len(self.comparison.methods[0].study.item_names)

    @property
    def fastest(self) -> str:
        """The method that makes most updates a second."""
        return self.comparison.methods[0].method

    @property
    def table(self) -> str:
        """All methods, as Markdown."""
        return markdown(methods_table(self.comparison))

    def lost(self, name: str) -> int:
        """How many updates the worst round lost."""
        lost = self.of(name).lost
        return lost.lost if lost else 0

    def words_lost(self, name: str) -> str:
        """As "1,204 of 336,776 updates"."""
        lost = self.of(name).lost
        assert lost is not None
        return f"{lost.lost:,} of {lost.sent:,} updates"

    def rate(self, name: str) -> str:
        """Updates a second."""
        method = self.of(name)
        assert method.best is not None
        return f"{method.rate(method.best).point:,.0f}"

    def against(self, fast: str, slow: str) -> str:
        """How many times as fast, where the intervals allow to say so; else the other way round, or neither."""
        ratio = self.comparison.ratio(self.of(fast), self.of(slow))
        if ratio.low is not None and ratio.low > CLEAR:
            return f"`{fast}` is {times(ratio)} as fast as `{slow}`"
        if ratio.high is not None and ratio.high < 1 / CLEAR:
            return self.against(slow, fast)
        return f"`{fast}` and `{slow}` can't be told apart"

    def against_loop(self, name: str) -> str:
        """How fast it is beside a loop that shares nothing."""
        method, loop = self.of(name), self.of(self.loop).study.serial
        assert method.best is not None
        assert method.best.wall_s is not None
        loop_s = sorted(round_.wall_ns / 1e9 for round_ in loop.rounds if round_.ok)
        ratio = loop_s[len(loop_s) // 2] / method.best.wall_s.point
        return f"{times(ratio)} the speed of the loop that shares nothing"


def page(_: str) -> str:
    """All of docs/sharing.md."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE), trim_blocks=True, undefined=jinja2.StrictUndefined,
        autoescape=False,  # noqa: S701  Markdown, from our own code and a run of our own
    )  # fmt: skip
    environment.filters["capitalize_first"] = lambda words: words[:1].upper() + words[1:]
    text = environment.get_template(TEMPLATE).render(parts())
    return f"{MADE.format(source='docs/generating/sharing.md')}\n\n{wrapped(text)}\n"


@cache
def saved() -> Results:
    """The saved run."""
    return results_json.load(SHARING)


def methods_of(workload: str, loop: str = "") -> Methods:
    """The methods of this workload in the saved run."""
    judged = judge(saved(), {})
    scalings = [each.scaling for each in judged if each.scaling and each.study.workload == workload]
    (comparison,) = compare(scalings)
    return Methods(comparison, loop)


def parts() -> dict[str, Any]:
    """What the text asks for."""
    state, table = methods_of(STATE, "merge"), methods_of(INPUT)
    merge = state.of("merge").study
    walls_s = sorted(round_.wall_ns / 1e9 for round_ in merge.serial.rounds if round_.ok)
    machine = saved().machine
    sizes = [round_.facts.get("table_bytes") for round_ in table.of("mmap").study.serial.rounds]
    return {
        "files": FILES,
        "updates": f"{state.of('merge').updates:,}",
        "workers": 2,
        "blocks": counted(block_count(merge), "block"),
        "machine": f"{machine['usable_cpus']:g} cores ({machine['processor']}), Python {machine['python']}",
        "loop": duration(walls_s[len(walls_s) // 2]),
        "command": COMMAND.rstrip(),
        "table": size(float(sizes[0] or 0)),
        "state": state,
        "input": table,
        "code": code,
        "sure": sure,
    }


def code(module: str, *names: str) -> str:
    """These methods of a class in a file of workloads/_shared_state/, as a block of code."""
    file = importlib.import_module(f"{_shared_state.__name__}.{module}")
    sources = []
    for name in names:
        kind, _, method = name.partition(".")
        sources.append(textwrap.dedent(inspect.getsource(getattr(getattr(file, kind), method))).rstrip())
    return "```python\n" + "\n\n\n".join(sources) + "\n```"
