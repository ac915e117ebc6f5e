"""The commands, one small file each: `add_to(commands)` describes it, `run(options)` does it."""

from manyhands.commands import catalogue, costs, doctor, faults, plan, report, trace, validate

COMMANDS = (plan, report, faults, trace, validate, costs, catalogue, doctor)
