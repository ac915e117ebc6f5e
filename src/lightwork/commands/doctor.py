"""lightwork doctor: what the machine really gives to workers, and what to do about it."""

import argparse
import math
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lightwork.commands import options as shared
from lightwork.errors import UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from lightwork.diagnosis.advice import Advice
    from lightwork.diagnosis.findings import Finding

LONGEST_WINDOW_S = 60.0
NARROWEST = 20  # columns for the words, on however narrow a terminal
HELP = """Show what CPU, memory and disk workers really get, with advice if something limits them.

examples:
  lightwork doctor                                    the facts, and advice if something limits workers
  lightwork doctor --workload csv_parse               thread pools of that workload's workers
  lightwork doctor --data /mnt/disk --json            another data folder, as JSON
"""


def add_to(commands: Any) -> None:
    """Add the command and its options."""
    command = shared.command(commands, "doctor", run, HELP)
    add = command.add_argument
    add("--json", action="store_true", help="print one JSON object: all facts and the advice")
    add("--data", type=Path, metavar="DIR", help="data folder (default: that of the workloads)")
    add("--seconds", type=_window_s, default=0.5, metavar="S", help="seconds to measure the load for (default: 0.5)")
    add("--workload", metavar="NAME", help="inspect a worker of this workload (default: numpy)")


def run(options: argparse.Namespace) -> int:
    """Ask the machine and print what it tells."""
    from lightwork.diagnosis.advice import advice
    from lightwork.diagnosis.checkup import check_up
    from lightwork.diagnosis.findings import findings
    from lightwork.storage.paths import data_dir

    folder = options.data.absolute() if options.data else data_dir()
    if os.path.isfile(folder):  # noqa: PTH113  Path.is_file raises where a parent may not be searched
        raise UsageError(f"{str(folder)!r} is a file: name a folder with --data")
    checkup = check_up(folder, options.seconds, options.workload)
    if options.json:
        _print_json(checkup, advice(checkup))
    else:
        _print(findings(checkup), advice(checkup))
    return 0


def _window_s(word: str) -> float:
    """The length of the look; argparse tells the user what was wrong with it."""
    try:
        window_s = float(word)
    except ValueError:
        window_s = math.nan
    if not 0 < window_s <= LONGEST_WINDOW_S:
        raise argparse.ArgumentTypeError(f"{word!r} is not a number of seconds up to {LONGEST_WINDOW_S:g}")
    return window_s


def _print_json(checkup: Any, advised: list["Advice"]) -> None:
    import json
    from dataclasses import asdict

    from lightwork.diagnosis.checkup import as_json

    print(json.dumps({**as_json(checkup), "advice": [asdict(advice) for advice in advised]}, indent=2, allow_nan=False))


def _print(findings: list["Finding"], advised: list["Advice"]) -> None:
    """Facts under their headings; folded to the terminal's width, one line each where there is no terminal."""
    from rich.console import Console

    console, texts = Console(highlight=False, soft_wrap=True), {advice.topic: advice.text for advice in advised}
    indent = max(len(each.topic) for each in findings) + 4
    heading = ""
    for finding in findings:
        if finding.heading != heading:
            heading = finding.heading
            console.print(heading, style="bold")
        _print_folded(console, f"  {finding.topic}".ljust(indent), finding.words)
        if finding.topic in texts:
            _print_folded(console, " " * indent, f"-> {texts[finding.topic]}", style="bold yellow", hanging=3)


def _print_folded(console: "Console", start: str, words: str, style: str = "", hanging: int = 0) -> None:
    """The words after `start`, further lines below the first, `hanging` further in; too long a word is broken."""
    import textwrap

    from rich.text import Text

    width = console.width - len(start) if console.is_terminal else len(words)
    lines = textwrap.wrap(words, max(width, NARROWEST), subsequent_indent=" " * hanging, break_on_hyphens=False)
    for line in lines:
        console.print(Text(start) + Text(line, style=style))
        start = " " * len(start)
