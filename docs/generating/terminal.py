"""What a command printed, as a picture of a terminal."""

import textwrap
from collections.abc import Iterator
from pathlib import Path

import jinja2

from generating.examples import PLAN

HERE = Path(__file__).parent
COLUMNS = 110
TOP, LINE_HEIGHT, LETTER_WIDTH, MARGIN = 50, 18, 7.83, 16  # SVG units


def plan() -> bytes:
    """The saved plan: the command, its answer and the code to paste."""
    lines = list(_wrapped(PLAN.read_text()))
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE), autoescape=True, trim_blocks=True, undefined=jinja2.StrictUndefined
    )
    size = {"width": round(COLUMNS * LETTER_WIDTH + 2 * MARGIN), "height": TOP + LINE_HEIGHT * len(lines)}
    made = environment.get_template("terminal.svg").render(
        lines=lines, title=lines[0].removeprefix("$ "), top=TOP, line_height=LINE_HEIGHT, **size
    )
    return made.encode()


def _wrapped(text: str) -> Iterator[str]:
    """The lines as a terminal of COLUMNS shows them."""
    for line in text.rstrip().splitlines():
        yield from textwrap.wrap(line, COLUMNS, subsequent_indent="  ", drop_whitespace=False) or [""]
