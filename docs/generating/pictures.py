"""The pictures, by the report's own code: speedup curves, and what every worker did in one round."""

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2

from lightwork import report
from lightwork.core.causes import Cause
from lightwork.core.round import Round
from lightwork.core.study import Cell, Results, Study
from lightwork.render.palette import CAUSES, INK, MUTED, PAPER, USEFUL
from lightwork.report.charts.timeline import LEFT, WIDTH, timeline
from lightwork.text.variants import cell_name

HERE = Path(__file__).parent
KEY_HEIGHT, LETTER_WIDTH, KEY_GAP = 14.0, 4.1, 16.0  # SVG units
LOOKS = {  # kind of mark -> colour, how opaque, colour of its edge
    "lane": (CAUSES[Cause.DISPATCH][0], 0.22, "none"),
    "startup": (CAUSES[Cause.START_UP][0], 1, "none"),
    "tail": (CAUSES[Cause.TAIL][0], 1, "none"),
    "teardown": (CAUSES[Cause.TEARDOWN][0], 1, "none"),
    "done": (CAUSES[USEFUL][0], 1, PAPER),
    "longest": ("none", 1, INK),
}
KEYS = {
    "startup": "start-up",
    "done": "file",
    "longest": "the longest",
    "lane": "gap",
    "tail": "waiting for the last",
    "teardown": "closing",
}


@dataclass(frozen=True)
class Key:
    """What a colour means, and where its square stands."""

    kind: str
    words: str
    x: float


def speedup_curve(found: Results, study: Study) -> bytes:
    """The report's speedup curve of one study of the run."""
    with tempfile.TemporaryDirectory() as folder:
        report.render(Results((study,), found.machine), {}, Path(folder))
        (path,) = Path(folder).glob("speedup-*.svg")
        return path.read_bytes()


def worker_timeline(study: Study, cell: Cell, found: Round, rows: Any, span_ns: int) -> bytes:
    """One round of the cell, worker by worker, over so much time, as a picture that stands alone."""
    made = timeline(study, cell, found, rows, span_ns=span_ns, words=cell_name(cell))
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE), autoescape=True, trim_blocks=True, undefined=jinja2.StrictUndefined
    )
    template = environment.get_template("timeline.svg")
    size = {"width": WIDTH, "height": made.height + KEY_HEIGHT}
    return template.render(drawn=made, looks=LOOKS, keys=_keys(), paper=PAPER, muted=MUTED, **size).encode()


def _keys() -> list[Key]:
    """The key below a timeline, one after the other."""
    placed, x = [], LEFT
    for kind, words in KEYS.items():
        placed.append(Key(kind, words, x))
        x += LETTER_WIDTH * len(words) + KEY_GAP
    return placed
