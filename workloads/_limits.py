"""Limits on parameters that a type alone can't state."""

from lightwork.errors import UsageError


def at_least_one(workload: str, **numbers: int | None) -> None:
    """Raise UsageError for the first of these parameters below one; None, "all of them", passes."""
    for name, number in numbers.items():
        if number is not None and number < 1:
            raise UsageError(f"{workload}.{name} can't be {number}: it must be at least 1")
