"""The faults, one file each; faults/fault.py says what a file holds."""
