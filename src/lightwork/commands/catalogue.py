"""lightwork list: the workloads and strategies there are."""

import argparse
from typing import Any

from lightwork.commands import options as shared


def add_to(commands: Any) -> None:
    """Add the command."""
    shared.command(commands, "list", run, "List the built-in workloads with their parameters, and the strategies.")


def run(options: argparse.Namespace) -> int:
    """Print every workload with its parameters' defaults, then every strategy with its line, and what it lacks here."""
    from lightwork import strategies
    from lightwork.workload import parameters, registry

    print("workloads (parameters and their defaults):")
    for name in registry.names():
        defaults = parameters.as_dict(registry.find(name).parameters())
        print(f"  {name:<16}" + " ".join(f"{key}={value}" for key, value in defaults.items()))
    print("strategies:")
    for name in strategies.names():
        missing = strategies.absent(name)
        print(f"  {name:<18}{strategies.find(name).summary}" + f" (absent: {missing})" * bool(missing))
    return 0
