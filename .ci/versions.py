"""Print which installed versions differ from the tested ones, in constraints/, a line each."""

import sys
from importlib import metadata
from pathlib import Path


def normalised(name: str) -> str:
    """The name as the constraints spell it."""
    return name.lower().replace("_", "-").replace(".", "-")


constraints = Path(__file__).parents[1] / "constraints" / "py{}.{}.txt".format(*sys.version_info)
tested = dict(line.split("==") for line in constraints.read_text().splitlines())
installed = {normalised(each.name): each.version for each in metadata.distributions()}
changed = [name for name in sorted(installed) if tested.get(name, installed[name]) != installed[name]]
for name in changed:
    print(f"{name} {tested[name]} -> {installed[name]}")
print(f"{len(changed)} of {len(tested)} versions differ from the tested ones in {constraints.name}")
