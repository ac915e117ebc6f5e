"""The commands, one small file each: `add_to(commands)` describes it, `run(options)` does it."""

from manyhands.commands import catalogue, doctor, plan, report, trace, validate

COMMANDS = (plan, report, trace, validate, catalogue, doctor)
