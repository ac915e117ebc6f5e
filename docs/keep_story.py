"""Keep a saved run as the tutorial's or the walk's of sharing: `python docs/keep_story.py RUN [story|sharing]`.

`generate.py` comes after it. What they do not show is left out: the machine's name, the commit, pytest-benchmark's own
summary, and the ledgers and workers of all rounds but those that are drawn. Every round keeps its times, losses and
counters; sharing its probing rounds too, which count bytes.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from generating.examples import SHARING, STORY
from generating.story import Story
from generating.tutorial import DRAWN

from lightwork.storage import results_json

NAMED = ("processor", "machine", "python_implementation", "python_version", "system")


def keep(path: Path) -> None:
    """Write the run at `path`, shortened, and its ledgers to where the tutorial takes them from."""
    story = Story.load(path)
    kept = sorted(drawn(story))
    with np.load(results_json.beside(path, story.found.ledgers)) as tables:
        np.savez_compressed(STORY.with_suffix(".npz"), **{name: tables[name] for name in kept})
    saved = shortened(json.loads(path.read_text()), kept)
    saved["lightwork"]["ledgers"] = STORY.with_suffix(".npz").name
    write(STORY, saved)


def keep_sharing(path: Path) -> None:
    """Write the run at `path`, shortened, to where the walk of sharing takes it from."""
    saved = shortened(json.loads(path.read_text()), [], probes=True)
    saved["lightwork"]["ledgers"] = ""
    write(SHARING, saved)


def write(path: Path, saved: dict[str, Any]) -> None:
    """Write it in one line."""
    path.write_text(json.dumps(saved, separators=(",", ":")) + "\n")


def drawn(story: Story) -> Iterator[str]:
    """The ledgers' names of the rounds that the tutorial draws."""
    for which, (workers, steps) in DRAWN.items():
        for step in steps:
            yield getattr(story, which).typical(step, workers).ledger


def shortened(saved: dict[str, Any], kept: list[str], *, probes: bool = False) -> dict[str, Any]:
    """The saved run without what is not shown."""
    machine = {name: saved["machine_info"].get(name) for name in NAMED}
    for study in saved["lightwork"]["studies"]:
        for cell in study["cells"]:
            cell["probe"] = cell["probe"] if probes else None
            for found in cell["rounds"]:
                if found["ledger"] not in kept:
                    found.update(ledger="", workers=[])
    facts = saved["lightwork"]["machine"]
    facts["kernel"] = ".".join(facts["kernel"].split(".")[:2])
    return {**saved, "machine_info": {"node": "example", **machine}, "commit_info": {}, "benchmarks": []}


if __name__ == "__main__":
    (keep_sharing if "sharing" in sys.argv[2:] else keep)(Path(sys.argv[1]))
