"""The commands, one small file each: `add_to(commands)` describes it, `run(options)` does it."""

from manyhands.commands import list as list_command
from manyhands.commands import report

COMMANDS = (report, list_command)
