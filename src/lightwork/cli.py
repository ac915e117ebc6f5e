"""The command line: `lightwork COMMAND`. Nothing heavy is imported before a command needs it."""

import argparse
import difflib
import os
import select
import signal
import sys
from collections.abc import Iterable, Sequence
from typing import Any, NoReturn

from lightwork import __version__
from lightwork.commands import COMMANDS
from lightwork.errors import LightworkError
from lightwork.launch.ending import ended_as_by_ctrl_c

INTERRUPTED = 128 + signal.SIGINT


class Parser(argparse.ArgumentParser):
    """A parser whose errors are one line, with the nearest name for one that is unknown."""

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> tuple[Any, list[str]]:
        """Refuse an unknown option here, where those of this command are at hand."""
        options, unknown = super().parse_known_args(args, namespace)
        for word in unknown:
            if word.startswith("--"):  # others may be items behind options
                name = word.partition("=")[0]
                self.error(f"unknown option {name}{_nearest(name, self._option_string_actions)}")
        return options, unknown

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        """Refuse an unknown command with the nearest, any other value as ever."""
        if isinstance(action, argparse._SubParsersAction) and value not in action.choices:  # noqa: SLF001  no other name
            raise argparse.ArgumentError(None, f"unknown command {value}{_nearest(value, action.choices)}")
        super()._check_value(action, value)

    def error(self, message: str) -> NoReturn:
        """Print the message in one line and exit 2."""
        self.exit(2, f"{self.prog.partition(' ')[0]}: {message} (see {self.prog} --help)\n")


def _nearest(word: str, names: Iterable[str]) -> str:
    near = difflib.get_close_matches(word, names, n=1)
    return f": did you mean {near[0]}?" if near else ""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status: 0 done, 1 failed work, 2 usage, 130 interrupted, 143 SIGTERM."""
    options = parser().parse_args(arguments)
    with ended_as_by_ctrl_c() as came:
        status = _run(options)
    if status == INTERRUPTED and came:
        return 128 + came[0]
    return status


def _run(options: argparse.Namespace) -> int:
    try:
        status: int = options.run(options)
        sys.stdout.flush()
    except LightworkError as error:
        print(f"lightwork: {error}".rstrip(), file=sys.stderr)
        return error.exit_status
    except BrokenPipeError:
        if not _is_cut_off():
            raise
        return 1
    except KeyboardInterrupt:
        print("lightwork: interrupted", file=sys.stderr)
        return INTERRUPTED
    if status == INTERRUPTED:
        print("lightwork: interrupted: the table is incomplete", file=sys.stderr)
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
    made = Parser(
        prog="lightwork",
        description="Find out how many workers, which strategy and what chunksize your Python job should have.",
        epilog="Options that take several values accept the singular too, such as --strategy map.",
    )
    made.add_argument("--version", action="version", version=f"lightwork {__version__}")
    commands = made.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in COMMANDS:
        command.add_to(commands)
    return made


if __name__ == "__main__":
    sys.exit(main())
