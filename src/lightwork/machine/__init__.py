"""What the kernel says about CPUs, memory and load.

The host imports cgroup, load and pressure, so these keep to the standard library.
"""
