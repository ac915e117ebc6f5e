"""The commands, one small file each: `add_to(commands)` describes it, `run(options)` does it."""

from manyhands.commands import catalogue, costs, doctor, plan, report, trace, validate

COMMANDS = (plan, report, trace, validate, costs, catalogue, doctor)
