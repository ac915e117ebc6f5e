"""Shared argument: what all items of a plan have in common, given to each worker once (`--shared NAME`).

    items -> where it is, its value, the items without it -> parameters of rounds whose workers are given it, or map it

Forked workers inherit it; to others it travels with the process, as a pool's initargs do.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from lightwork import strategies
from lightwork.analysis.remedies import BULKY_BYTES
from lightwork.core.setting import Setting
from lightwork.errors import UsageError
from lightwork.launch.workdir import Workdir
from lightwork.planning.request import Request
from lightwork.replay.costs import sent_ns
from lightwork.workload import shared_part, trial, user_function
from lightwork.workload.arguments import Passing
from lightwork.workload.shared_part import ARRAY, CommonPart

HELD = "held"  # by the process that runs a round, in no file


@dataclass(frozen=True, eq=False)
class SharedArgument:
    """The argument. part: where it is in an item; value: itself; folder: for the file that is mapped."""

    part: CommonPart
    value: Any = field(repr=False)
    folder: Path

    @cached_property
    def sent(self) -> trial.Pickled:
        """It as it is sent to another process."""
        return trial.pickled(self.value)

    @property
    def parameters(self) -> Mapping[str, Any]:
        """Of a round whose workers are given it once."""
        return {"shared": self.part.words, "shared_file": HELD}

    @property
    def mapped(self) -> Mapping[str, Any]:
        """Of a round whose workers map it into their memory."""
        return {"shared": self.part.words, "shared_file": str(self._array_file)}

    @property
    def can_be_mapped(self) -> bool:
        """Whether it is an array that can be."""
        return shared_part.can_be_mapped(self.value)

    @property
    def _array_file(self) -> Path:
        return self.folder / f"shared{ARRAY}"

    def write_array(self) -> None:
        """Put the array into a file that is mapped."""
        shared_part.write(self.value, self._array_file)

    def refuse_unsendable(self) -> None:
        """Raise UsageError where it can't be pickled, for workers that don't inherit it."""
        if self.sent.trouble:
            raise UsageError(
                f"--shared {self.part.name}: it can't be sent to a worker ({self.sent.trouble}): create it in the "
                "function, or let forked workers inherit it by --start-methods fork"
            )

    @property
    def given_ns(self) -> float:
        """What it takes to give it to one worker that does not inherit it: sent on one side, taken on the other."""
        return 2 * sent_ns(self.sent.size_bytes, self.sent.took_ns)


def shared_argument(
    request: Request, workdir: Workdir, passing: Passing, items: Sequence[Any]
) -> SharedArgument | None:
    """What the request names in these items; None where it names nothing.

    Raises UsageError where they don't hold it.
    """
    if not request.shared:
        return None
    function = user_function.resolve(request.target)
    part = shared_part.part_in(request.shared, request.name, function, passing.way, items, passing.keywords)
    return SharedArgument(part, part.of(items[0]), workdir.temporary)


def large_in_all(request: Request, passing: Passing, items: Sequence[Any]) -> str:
    """The name of an argument of which all items hold the same large object; "" where they hold none."""
    function = user_function.resolve(request.target)
    for part in shared_part.held_in_all(function, passing.way, items):
        if trial.pickled(part.of(items[0])).size_bytes >= BULKY_BYTES:
            return part.name
    return ""


def sharing(names: Sequence[str], *, are_named: bool) -> list[str]:
    """The strategies whose workers can be given something once. Raises UsageError for another that was named."""
    able = [name for name in names if strategies.find(name).can_be_given]
    if are_named and len(able) < len(names):
        other = next(name for name in names if name not in able)
        raise UsageError(
            f"--shared: workers of {other} take no initializer: choose process_executor, map, imap_unordered or threads"
        )
    return able


def is_given(setting: Setting) -> bool:
    """Whether workers of this setting must be given it: they share no memory with the caller, nor inherit items."""
    strategy = strategies.find(setting.strategy)
    return strategy.parallel and strategy.workers == "processes" and not strategy.has_items(setting.start_method)
