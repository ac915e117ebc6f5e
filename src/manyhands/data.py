"""Where prepared data lies: outside of any repository, shared by all runs."""

import os
from pathlib import Path


def data_dir() -> Path:
    """`$MANYHANDS_DATA`, or `manyhands` in the user's cache directory (XDG base directory specification)."""
    named = os.environ.get("MANYHANDS_DATA")
    if named:
        return Path(named).expanduser().absolute()
    cache = os.environ.get("XDG_CACHE_HOME")
    return (Path(cache) if cache else Path.home() / ".cache") / "manyhands"
