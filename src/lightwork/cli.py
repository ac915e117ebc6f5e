"""The command line: `lightwork COMMAND`. Nothing heavy is imported before a command needs it."""

import argparse
import os
import select
import sys
from collections.abc import Sequence

from lightwork import __version__
from lightwork.commands import COMMANDS
from lightwork.errors import LightworkError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status: 0 done, 1 failed work, 2 usage, 130 interrupted."""
    options = parser().parse_args(arguments)
    try:
        status: int = options.run(options)
        sys.stdout.flush()
    except LightworkError as error:
        print(f"lightwork: {error}", file=sys.stderr)
        return error.exit_status
    except BrokenPipeError:
        if not _is_cut_off():
            raise
        return 1
    except KeyboardInterrupt:
        print("lightwork: interrupted", file=sys.stderr)
        return 130
    return status


def _is_cut_off() -> bool:
    """Whether whoever read standard output has left, as `head` does; then nothing more is written to it."""
    looked_at = select.poll()
    looked_at.register(sys.stdout.fileno(), 0)
    if not any(event & select.POLLERR for _, event in looked_at.poll(0)):
        return False
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for what is flushed at exit
    return True


def parser() -> argparse.ArgumentParser:
    """The parser of all commands."""
    made = argparse.ArgumentParser(
        prog="lightwork",
        description="Find out how many workers, which strategy and what chunksize your Python job should have.",
    )
    made.add_argument("--version", action="version", version=f"lightwork {__version__}")
    commands = made.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in COMMANDS:
        command.add_to(commands)
    return made


if __name__ == "__main__":
    sys.exit(main())
