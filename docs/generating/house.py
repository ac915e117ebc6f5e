"""The drawn house: rooms in their layers and the imports between them, read from the code as it stands."""

import ast
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import grimp
import jinja2

HERE = Path(__file__).parent
REPOSITORY = HERE.parent.parent
SOURCES = REPOSITORY / "src" / "lightwork"
FORMS = "planning.forms"  # above the report, whose pages and charts it uses; so it has a row of its own
DOORS = ("__main__", "cli", "pytest_plugin", "pytest_study", "notebook")
ROW, LEFT, WIDTH, BULGE = 24.0, 90.0, 720.0, 6.5  # SVG units
HUES = ("#2f86d1", "#c2571a", "#3a8f5c", "#8a5bb0", "#b0413e", "#5c7a89")


@dataclass(frozen=True)
class Room:
    """A folder or module of the top folder, and what it is for."""

    name: str
    purpose: str


@dataclass(frozen=True)
class Row:
    """A room as it is drawn; `y` is the middle of its row, `band` whether its layer is tinted."""

    room: Room
    y: float
    band: bool


@dataclass(frozen=True)
class Arrow:
    """An import that no chain of other imports implies."""

    importer: str
    imported: str
    path: str
    hue: str


def picture() -> bytes:
    """All rooms from top to bottom, each with its purpose, and arrows from rooms to the rooms that they need."""
    rows = _rows()
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE), autoescape=True, trim_blocks=True, undefined=jinja2.StrictUndefined
    )
    return (
        environment.get_template("house.svg")
        .render(rows=rows, arrows=_arrows(rows), row=ROW, left=LEFT, width=WIDTH, height=(len(rows) + 1) * ROW)
        .encode()
    )


def layers() -> list[list[str]]:
    """The rooms of each layer, top layer first, as import-linter's contract in pyproject.toml has them."""
    settings = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["tool"]["importlinter"]
    contract = next(each for each in settings["contracts"] if each["id"] == "layers")
    found = [re.split(r"\s*[|:]\s*", layer) for layer in contract["layers"]]
    above_report = next(place for place, names in enumerate(found) if "report" in names)
    found.insert(above_report, [FORMS])
    return [names for layer in found if (names := [name for name in layer if name not in DOORS])]


def imports() -> dict[str, set[str]]:
    """Room -> the rooms that it imports from; what imports nothing is there, too."""
    rooms = [name for layer in layers() for name in layer]
    graph = _graph()
    needed: dict[str, set[str]] = {name: set() for name in rooms}
    for module in graph.modules:
        importer = _room_of(module, rooms)
        for target in graph.find_modules_directly_imported_by(module):
            imported = _room_of(target, rooms)
            if importer and imported and importer != imported:
                needed[importer].add(imported)
    return needed


def reduced(needed: Mapping[str, Iterable[str]]) -> dict[str, set[str]]:
    """The imports that no chain of other imports implies (the transitive reduction); `needed` has no circle."""

    @cache
    def reached(room: str) -> frozenset[str]:
        return frozenset(needed[room]).union(*(reached(other) for other in needed[room]))

    return {
        room: {other for other in direct if not any(other in reached(third) for third in direct if third != other)}
        for room, direct in needed.items()
    }


@cache
def _graph() -> grimp.ImportGraph:
    return grimp.build_graph("lightwork", cache_dir=None)


def _room_of(module: str, rooms: Iterable[str]) -> str:
    inside = module.removeprefix("lightwork.")
    fitting = [room for room in rooms if inside == room or inside.startswith(f"{room}.")]
    return max(fitting, key=len, default="")


def _rows() -> list[Row]:
    placed: list[Row] = []
    for number, names in enumerate(layers()):
        placed += [
            Row(_room(name), (len(placed) + place + 1) * ROW, number % 2 == 0) for place, name in enumerate(names)
        ]
    return placed


def _room(name: str) -> Room:
    path = SOURCES / name.replace(".", "/")
    source = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    docstring = ast.get_docstring(ast.parse(source.read_text())) or ""
    return Room(name.replace(".", "/"), docstring.partition("\n")[0])


def _arrows(rows: list[Row]) -> list[Arrow]:
    heights = {row.room.name.replace("/", "."): row.y for row in rows}
    return [
        Arrow(importer, imported, _arc(heights[importer], heights[imported]), HUES[number % len(HUES)])
        for number, (importer, direct) in enumerate(reduced(imports()).items())
        for imported in sorted(direct, key=heights.__getitem__)
    ]


def _arc(start_y: float, end_y: float) -> str:
    """A bow on the left of the names: the farther, the wider."""
    top, bottom = start_y + 3, end_y - 3
    bow = LEFT - min(LEFT - 12, BULGE * (end_y - start_y) / ROW + 10)
    return f"M{LEFT:g} {top:g}C{bow:g} {top:g} {bow:g} {bottom:g} {LEFT:g} {bottom:g}"
