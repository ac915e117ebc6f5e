"""The commands, one small file each: `add_to(commands)` describes it, `run(options)` does it."""

from manyhands.commands import catalogue, doctor, report

COMMANDS = (report, catalogue, doctor)
