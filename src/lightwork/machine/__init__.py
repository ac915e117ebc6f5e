"""The machine: what it really gives to workers, one kind of fact a file; light to import.

The host imports cgroup, load and pressure, so these keep to the standard library.
"""
