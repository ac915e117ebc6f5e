"""The commands, one small file each."""

from lightwork.commands import catalogue, compare, costs, doctor, faults, plan, report, trace, validate

COMMANDS = (plan, report, compare, faults, trace, validate, costs, catalogue, doctor)
