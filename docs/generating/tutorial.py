"""docs/tutorial.md: the text of docs/generating/tutorial.md, with the strategies' code and the saved run's figures."""

from collections.abc import Callable, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any

import jinja2

from generating.blocks import MADE, wrapped
from generating.examples import STORY, STORY_PLAN
from generating.pictures import speedup_curve, worker_timeline
from generating.story import STEPS, Story, code, sure
from generating.tables import when_it_dies

HERE = Path(__file__).parent
TEMPLATE = "tutorial.md"
WAITED_BY, LOADED_BY = 8, 4  # workers of the rounds that are looked at
DRAWN = {  # study -> workers and steps of the rounds that are drawn
    "waiting": (WAITED_BY, ("static", "map", "imap_unordered", "queue")),
    "loading": (LOADED_BY, ("queue", "single_writer")),
}
COMMAND = """\
python -m pytest bench/ --workloads csv_to_db,sleep_io --param sleep_io.sizes=csv_parse --param csv_to_db.files=61 \\
    --strategies static,map,imap_unordered,queue,single_writer --workers 2,4,8 --blocks 7 --benchmark-save=story \\
    -k "(csv_to_db and not w8) or (sleep_io and not single_writer)"
"""


def page(_: str) -> str:
    """All of docs/tutorial.md."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE), trim_blocks=True, undefined=jinja2.StrictUndefined,
        autoescape=False,  # noqa: S701  Markdown, from our own code and a run of our own
    )  # fmt: skip
    text = environment.get_template(TEMPLATE).render(parts())
    return f"{MADE.format(source='docs/generating/tutorial.md')}\n\n{wrapped(text)}\n"


def parts() -> dict[str, Any]:
    """What the text asks for."""
    told = story()
    return {
        "story": told,
        "waiting": told.waiting,
        "loading": told.loading,
        "many": WAITED_BY,
        "few": LOADED_BY,
        "code": code,
        "sure": sure,
        "command": COMMAND.rstrip(),
        "plan": STORY_PLAN.read_text().rstrip(),
        "faults": when_it_dies(("raise", "kill"), tuple(STEPS)),
    }


@cache
def story() -> Story:
    """The saved run."""
    return Story.load(STORY)


def curve(which: str) -> bytes:
    """The speedup curve of one of the two studies."""
    told = story()
    return speedup_curve(told.found, getattr(told, which).study)


def drawn(which: str, step: str) -> bytes:
    """The typical round of a step, over the span of the longest that is drawn of its study."""
    told, (workers, steps) = getattr(story(), which), DRAWN[which]
    span_ns = max(told.typical(other, workers).wall_ns for other in steps)
    found = told.typical(step, workers)
    return worker_timeline(told.study, told.cell(step, workers), found, told.ledgers[found.ledger], span_ns)


PICTURES: Mapping[str, Callable[[], bytes]] = {
    **{f"story/{which}-speedup.svg": partial(curve, which) for which in DRAWN},
    **{
        f"story/{which}-{step}.svg": partial(drawn, which, step)
        for which, (_, steps) in DRAWN.items()
        for step in steps
    },
}
