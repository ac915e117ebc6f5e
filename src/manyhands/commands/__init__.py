"""The commands, one small file each: `add_to(commands)` describes it, `run(options)` does it."""

from manyhands.commands import catalogue, doctor, report, trace

COMMANDS = (report, trace, catalogue, doctor)
