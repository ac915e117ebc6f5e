"""The commands, one small file each."""

from lightwork.commands import catalogue, compare, costs, doctor, faults, init, plan, report, trace, validate

COMMANDS = (plan, init, report, compare, faults, trace, validate, costs, catalogue, doctor)
