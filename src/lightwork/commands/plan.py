"""lightwork plan: a setting for a user's own function and items, with its reason and the code to paste."""

import argparse
from collections.abc import Callable
from functools import partial
from typing import Any

from lightwork.commands import options as shared
from lightwork.planning.forms import forms
from lightwork.render import delivery

STDIN = "-"
EPILOG = """examples:
  lightwork plan load.py:load_file data/*.csv      these files, in a minute
  lightwork plan load.py:load_file @list --quick   a list of items, within 15 s
  lightwork plan load.py:load_file - --cores 16    for a machine with 16 cores
  lightwork plan csv_to_db --param files=30        a built-in workload

The function runs many times on the same items. If it stores something, undo
that by --setup or --cleanup, run in copies by --scratch, or each item --once.
"""


def add_to(commands: Any) -> None:
    """Add the command and its options."""
    command = commands.add_parser(
        "plan",
        help="pick workers, strategy and chunksize for your own function",
        description="Measure a function and pick workers, strategy and chunksize for it.",
        usage="lightwork plan TARGET [ITEM ...] [options]",
        epilog=EPILOG,
        formatter_class=lambda prog: argparse.RawDescriptionHelpFormatter(prog, max_help_position=27),
    )
    add = command.add_argument
    add("target", metavar="TARGET", help="file.py:function, module:function, file.py:OBJECT.method, or built-in")
    add("items", nargs="*", metavar="ITEM", help="items; @FILE or - (stdin): one per line")
    add("--items", dest="maker", metavar="REFERENCE", help="get the items from file.py:function or file.py:LIST")
    add("-0", "--null", action="store_true", help="items of @FILE and - end in NUL (find -print0)")
    add("--starmap", action="store_true", help="spread each item over the function's arguments")
    add("--arguments", metavar="JSON", help="keyword arguments, such as '{\"limit\": 3}'")
    add("--shared", metavar="NAME", help="give each worker this argument of all items once")
    add("--param", action="append", metavar="NAME=VALUE", help="a built-in workload's parameter; repeatable")
    add("--db", metavar="URL", help="its database: sqlite, a URL or '$VARIABLE'")
    _add_axes(command)
    _add_limits(command)
    _add_around(command)
    _add_guards(command)
    delivery.add_options(command, {name: form.help for name, form in forms().items()})
    command.set_defaults(run=run)
    command.parse_known_args = _with_later_items(command.parse_known_args)


def _with_later_items(parse: Callable[..., tuple[Any, list[str]]]) -> Callable[..., tuple[Any, list[str]]]:
    """Parse so that items may stand behind options too: `plan load.py:load_file --workers 4 data/*.csv`."""

    def parsed(*arguments: Any) -> tuple[Any, list[str]]:
        options, left = parse(*arguments)
        later = [word for word in left if word == STDIN or not word.startswith("-")]
        options.items = [*(options.items or []), *later]
        return options, [word for word in left if word not in later]

    return parsed


def _add_axes(command: argparse.ArgumentParser) -> None:
    """What to choose from."""
    add = command.add_argument
    shared.add(add, "--workers", default="auto", default_words="auto, by the job")
    shared.add(add, "--strategies", default="auto")
    add("--executor", metavar="REFERENCE", help="also compare your executor: file.py:factory")
    shared.add(add, "--chunksizes", default="auto")
    shared.add(add, "--orders", default="auto")
    shared.add(add, "--start-methods", default="auto", default_words="auto: Python's own")
    add("--inner-threads", metavar="N", help="OMP_NUM_THREADS of the workers (default: auto)")
    add("--cores", metavar="N", help="predict for a machine with N cores")


def _add_limits(command: argparse.ArgumentParser) -> None:
    """How long it may take, how much memory, how many items at once, and how fast."""
    add = command.add_argument
    shared.add(add, "--budget", default_words="60s")
    add("--quick", action="store_true", help="short for --budget 15s")
    shared.add(add, "--blocks", more=", ignoring the budget")
    shared.add_alias(add, "--rounds", "--blocks")
    shared.add(add, "--timeout", default_words="by the serial time")
    add("--memory-limit", metavar="SIZE", help="limit for all processes together, such as 2GB")
    add("--max-in-flight", metavar="N", help="run at most N items at once")
    add("--rate", metavar="RATE", help="start at most so many items: 20/s, 300/min, 5000/h")


def _add_around(command: argparse.ArgumentParser) -> None:
    """What stands around each round, and how the function is treated."""
    add = command.add_argument
    add("--setup", metavar="REFERENCE", help="call this before each round")
    add("--cleanup", metavar="REFERENCE", help="call this after each round")
    add("--initializer", metavar="REFERENCE", help="call this once in each worker before its first item")
    add("--initargs", metavar="JSON", help="its arguments, such as '[\"model.bin\"]'")
    add("--check", metavar="REFERENCE", help="call this with all results; False fails the round")
    add("--scratch", action="store_true", help="run each round in a copy of the working directory")
    add("--cold", action="store_true", help="evict items' files from memory before each round")
    add("--once", action="store_true", help="run each item once, serially; predict the rest")
    add("--skip-failing", action="store_true", help="plan without the items that fail")
    shared.add(add, "--seed", default="1")
    shared.add(add, "--dry-run")
    add("--details", action="store_true", help="say why, and all that was measured and predicted")


def _add_guards(command: argparse.ArgumentParser) -> None:
    """What the script does so that it survives its items."""
    add = command.add_argument
    add("--on-error", metavar="WHAT", help="raise (default), or collect errors beside results")
    add("--retries", metavar="N", help="try an item that raised N times more")
    add("--item-timeout", metavar="TIME", help="give up an item after 30s or 2m (no threads then)")
    add("--progress", action="store_true", help="show a progress bar in the script")


def run(options: argparse.Namespace) -> int:
    """Plan, and print the answer with the code to paste. Returns 1 where nothing with workers did the work."""
    import time

    began_s = time.monotonic() - time.process_time()
    from lightwork.core.verdict import VerdictKind
    from lightwork.machine.facts import facts as facts_of
    from lightwork.planning.answered import answered, say_aloud, surroundings
    from lightwork.planning.cli_request import dry, request_of
    from lightwork.planning.forms.text import as_text
    from lightwork.storage.paths import ready_data_dir

    places = delivery.places(options, {name: form.mark for name, form in forms().items()})
    facts = facts_of(ready_data_dir())
    with surroundings(facts, began_s, say_aloud) as environment:
        if options.dry_run:
            request = request_of(options, environment.workdir.temporary, facts)
            print(dry(request, facts, environment.calibrations))
            return 0
        result = answered(options, environment).result
    renders = {name: partial(form.render, result) for name, form in forms().items()}
    delivery.deliver(places, renders, lambda: print(as_text(result, details=options.details), end=""))
    return int(result.kind is VerdictKind.CANNOT_TELL)
