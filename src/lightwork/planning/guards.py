"""Guards: what was asked for so that a script survives its items."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Guards:
    """What stands around each item.

    timeout_s: after so long an item is given up; 0 for never. retries: how often an item that raised is tried again.
    collects: whether errors are kept beside results in place of ending the script. bar: what shows how many are done:
    "tqdm", "line" where that library is not there, "" for nothing. tasks: after how many a worker is replaced; None for
    never.
    """

    timeout_s: float = 0.0
    retries: int = 0
    collects: bool = False
    bar: str = ""
    tasks: int | None = None


UNGUARDED = Guards()
