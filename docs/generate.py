"""Write what is generated in README.md and docs/: figures and pictures from docs/example/, lists from the code.

`python docs/generate.py` after a change to the analysis, to a command, a strategy or a workload, or with a newly saved
run in place; a test fails when what stands there is stale. The parts are in docs/generating/.
"""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from generating import (
    commands,
    databases,
    gallery,
    gate,
    house,
    python,
    shapes,
    sharing,
    speedups,
    strategies,
    tables,
    terminal,
    tutorial,
    workloads,
)

from lightwork.planning import saved
from lightwork.storage import schema

DOCS = Path(__file__).parent


def _gallery_page(name: str, _: str) -> str:
    return gallery.page(name)


PAGES: Mapping[Path, Callable[[str], str]] = {  # from what stands there to what should
    DOCS / "validation.md": tables.validation,
    DOCS / "results.md": tables.rounds,
    DOCS / "costs.md": tables.costs,
    DOCS / "faults.md": tables.faults,
    DOCS / "compare.md": gate.page,
    DOCS / "jobs.md": shapes.page,
    DOCS / "python.md": python.page,
    DOCS / "commands.md": commands.page,
    DOCS / "strategies.md": strategies.page,
    DOCS / "workloads.md": workloads.page,
    DOCS / "databases.md": databases.page,
    schema.FILE: lambda _: schema.text(),
    saved.SCHEMA_FILE: lambda _: saved.schema_text(),
    DOCS / "tutorial.md": tutorial.page,
    DOCS / "sharing.md": sharing.page,
    DOCS / "gallery" / "index.md": lambda _: gallery.index(),
    **{DOCS / "gallery" / f"{name}.md": partial(_gallery_page, name) for name in gallery.TITLES},
}
PICTURES: Mapping[Path, Callable[[], bytes]] = {
    DOCS / "speedup.svg": speedups.picture,
    DOCS / "house.svg": house.picture,
    DOCS / "plan.svg": terminal.plan,
    **{DOCS / name: draw for name, draw in tutorial.PICTURES.items()},
}


def main() -> None:
    """Write what is generated."""
    for path, made in PAGES.items():
        path.write_text(made(path.read_text() if path.exists() else ""))
    for path, draw in PICTURES.items():
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(draw())


if __name__ == "__main__":
    main()
