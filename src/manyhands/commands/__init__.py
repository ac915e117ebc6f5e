"""The commands, one small file each: `add_to(commands)` describes it, `run(options)` does it."""

from manyhands.commands import catalogue, report

COMMANDS = (report, catalogue)
