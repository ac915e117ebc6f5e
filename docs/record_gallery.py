"""Plan the jobs of the gallery and keep what was said of each: `python docs/record_gallery.py [NAME ...]`.

docs/example/gallery/NAME.py is a job; NAME.txt beside it is what `lightwork plan` says of it, with its details, and
docs/gallery/NAME.svg its figure. generate.py then writes the pages. Run it on an idle machine: about three minutes.
"""

import argparse
import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from generating.gallery import DETAILS, JOBS, PICTURES

from lightwork.commands import plan as command
from lightwork.machine.facts import facts
from lightwork.planning.answered import answered, say_aloud, surroundings
from lightwork.planning.conclude.result import PlanResult
from lightwork.planning.forms.page.curve import outlook
from lightwork.planning.forms.page.curve_figure import outlook_figure
from lightwork.planning.forms.text import as_text
from lightwork.render import svg
from lightwork.storage.paths import ready_data_dir

PLANNED: Mapping[str, str] = {
    "waits": "waits.py:fetch --items waits.py:ORDERS",
    "computes": "computes.py:longest_chain --items computes.py:STARTS",
    "giant": "giant.py:invoice --items giant.py:ROWS",
    "lock": "lock.py:book --items lock.py:PAYMENTS",
    "results": "results.py:expand --items results.py:NUMBERS",
    "database": "database.py:load --items database.py:BATCHES --setup database.py:create --cleanup database.py:remove",
}


def main(names: list[str]) -> None:
    """Plan these jobs, or all of them."""
    os.chdir(JOBS)
    for name in names or PLANNED:
        result = planned(PLANNED[name].split())
        details = as_text(result, details=True).removesuffix(result.code).strip()
        (JOBS / f"{name}.txt").write_text(f"$ lightwork plan {PLANNED[name]}\n{as_text(result)}{DETAILS}{details}\n")
        draw(result, PICTURES / f"{name}.svg")


def planned(words: list[str]) -> PlanResult:
    """What the command comes to with these words."""
    began_s = time.monotonic()
    parser = argparse.ArgumentParser()
    command.add_to(parser.add_subparsers())
    with surroundings(facts(ready_data_dir()), began_s, say_aloud) as environment:
        return answered(parser.parse_args(["plan", *words]), environment).result


def draw(result: PlanResult, path: Path) -> None:
    """Predicted bands and measured points over the number of workers; none where no setting has a speedup."""
    path.unlink(missing_ok=True)
    if seen := outlook(result):
        with svg.style():
            path.write_bytes(svg.svg_bytes(outlook_figure(seen)))


if __name__ == "__main__":
    main(sys.argv[1:])
