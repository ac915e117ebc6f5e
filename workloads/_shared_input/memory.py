"""Memory: whether there is enough for every process's own copy of the table, before any is made."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from lightwork.errors import UsageError

from .stored import MIB

if TYPE_CHECKING:
    from lightwork.core.setting import Setting


def refuse_beyond_memory(
    method: str, size_bytes: int, settings: "Sequence[Setting]", copies_of: Callable[[int], int]
) -> None:
    """Raise UsageError for a setting whose copies of the table don't fit into the memory available.

    copies_of: worker processes -> copies that exist at the same time; threads of the caller are no processes.
    """
    from lightwork.strategies import find

    available_bytes = _available_bytes()
    for setting in settings:
        processes = 0 if find(setting.strategy).in_caller else setting.workers
        copies = copies_of(processes)
        if copies * size_bytes > available_bytes:
            raise UsageError(
                f"shared_input: method={method} with {setting.strategy} and workers={setting.workers} needs "
                f"{copies * size_bytes // MIB:,} MiB of memory for copies of the table, and {available_bytes // MIB:,} "
                "MiB are available: use method=mmap, fewer workers or a smaller table_mib"
            )


def _available_bytes() -> int:
    """What processes may take: what the machine has left, within the control group's limit."""
    import psutil

    from lightwork.machine.cgroup import read_limits

    available_bytes, limit_bytes = int(psutil.virtual_memory().available), read_limits().memory_bytes
    return available_bytes if limit_bytes is None else min(available_bytes, limit_bytes)
