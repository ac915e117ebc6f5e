"""Strategies as parameters of tests over the registry."""

from typing import Any

import pytest

from lightwork import strategies


def unless_absent(name: str, *more: str) -> Any:
    """A strategy, and what else a test takes, as its parameters; skipped where it needs what is not here."""
    missing = strategies.absent(name)
    skipped = pytest.mark.skipif(bool(missing), reason=f"{name} {missing}")
    return pytest.param(name, *more, id="-".join((name, *more)), marks=skipped)
