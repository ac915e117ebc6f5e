"""The gallery: a page for each kind of job, from its module and what was said of it, kept by docs/record_gallery.py."""

import ast
from pathlib import Path

from generating.blocks import MADE

DOCS = Path(__file__).parent.parent
JOBS, PICTURES = DOCS / "example" / "gallery", DOCS / "gallery"
DETAILS = "\n--details\n"  # between the answer and its details in a saved text
TITLES = {
    "waits": "Items that wait",
    "computes": "Items that compute",
    "giant": "One giant item",
    "lock": "Items that take turns at a lock",
    "results": "Large results",
    "database": "Rows into a database",
}  # in the order of the gallery


def page(name: str) -> str:
    """The page of a job: its module, the answer, why, and the figure."""
    source = (JOBS / f"{name}.py").read_text()
    answer, _, details = (JOBS / f"{name}.txt").read_text().partition(DETAILS)
    command, _, answer = answer.partition("\n")
    sentences, _, script = answer.partition("\n\n")
    said = "\n>\n".join(f"> {line}" for line in sentences.strip().splitlines())
    lines = "\n".join(f"- {line}" for line in details.strip().splitlines())
    picture = f"![Speedup over workers: bands are predicted, points measured]({name}.svg)\n\n"
    picture = picture if (PICTURES / f"{name}.svg").exists() else ""
    code = f"## The code to paste\n\n```python\n{script.strip()}\n```\n\n" if script.strip() else ""
    return (
        f"{MADE.format(source=f'docs/example/gallery/{name}.py')}\n\n# {TITLES[name]}\n\n{_about(source)}\n\n"
        f"## The answer\n\n```console\n{command}\n```\n\n{said}\n\n"
        f"{picture}{code}"
        f"## Why\n\n`--details` says:\n\n{lines}\n\n## The job\n\n`{name}.py`:\n\n```python\n{source.strip()}\n"
        "```\n"
    )


def index() -> str:
    """The gallery's first page: every kind of job with its answer in a line."""
    rows = "\n".join(f"- [{title}]({name}.md): {_first_line(name)}" for name, title in TITLES.items())
    return (
        f"{MADE.format(source='docs/generating/gallery.py')}\n\n# Gallery of answers\n\n"
        "Six kinds of job, and what `lightwork plan` says about each on a machine with 2 cores. Find the one most "
        "like yours.\n\n"
        f"{rows}\n\n"
        "Your figures will differ, so plan your own job.\n\n"
        f"```{{toctree}}\n:hidden:\n\n{chr(10).join(TITLES)}\n```\n"
    )


def _about(source: str) -> str:
    return ast.get_docstring(ast.parse(source)) or ""


def _first_line(name: str) -> str:
    return (JOBS / f"{name}.txt").read_text().splitlines()[1]
