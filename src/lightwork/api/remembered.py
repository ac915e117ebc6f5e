"""Remembered plans: `lightwork.run()` plans a job once, and runs it by that plan from then on.

A plan is kept for a function as it is written, a kind of machine, and a kind of items: their type, and their number to
the nearest power of two. Whatever of these changes makes another plan.
"""

import inspect
import json
import math
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, replace
from functools import partial
from hashlib import blake2b
from pathlib import Path
from types import CodeType
from typing import Any

from lightwork.api import where
from lightwork.api.handing import all_of, checked
from lightwork.api.planning import planned_by_options
from lightwork.api.running import COLLECT, RAISE, Chosen, results_of
from lightwork.core.atomic import replacing
from lightwork.core.setting import Setting
from lightwork.workload.shared_part import CommonPart

FOLDER = "plans"
MACHINE = ("processor", "usable_cpus", "logical_cpus", "memory_limit_bytes", "python")  # facts that make another plan


def run(
    function: Callable[..., Any],
    items: Iterable[Any],
    *,
    on_error: str = RAISE,
    progress: bool | None = None,
    quiet: bool = False,
    again: bool = False,
    **options: Any,
) -> list[Any]:
    """Plan a job once, and run it: the results, in the items' order.

    The first call measures, as `lightwork.plan()` does with the same options, and keeps the plan. Later calls, even in
    other programs, reuse it if function, machine, item type and approximate count match. Fewer than two items skip
    planning.

    on_error, progress, quiet: as for Plan.run(). again: plan anew. Raises like `lightwork.plan()`, and what an item
    raised.
    """
    where.refuse_where_nothing_can_be_measured("lightwork.run()")
    everything = all_of(items)
    options = {**options, "on_error": on_error} if on_error == COLLECT else options
    chosen = _chosen(checked(function), everything, options, quiet=quiet, again=again)
    return results_of(function, everything, chosen, on_error, progress=progress)


def _chosen(
    function: Callable[..., Any], items: list[Any], options: Mapping[str, Any], *, quiet: bool, again: bool
) -> Chosen:
    from lightwork.storage.paths import ready_data_dir

    if len(items) < 2:  # noqa: PLR2004  nothing to share
        return Chosen(Setting("serial"))
    path = _path(ready_data_dir(), function, items, options)
    chosen = None if again else _remembered(path)
    if chosen is None:
        chosen = planned_by_options(function, items, options, time.monotonic(), quiet=quiet).chosen
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as file:
            file.write(json.dumps(asdict(replace(chosen, initializer=None, initargs=()))).encode())
    else:
        chosen = replace(chosen, initializer=options.get("initializer"), initargs=tuple(options.get("initargs", ())))
    if not quiet:
        print(f"lightwork: {chosen.words(len(items))}", file=sys.stderr)
    return chosen


def _remembered(path: Path) -> Chosen | None:
    """What was kept there; None where nothing was, or what another version wrote."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        data["setting"] = Setting(**data["setting"])
        data["first"], data["left_out"] = tuple(data["first"]), tuple(data["left_out"])
        data["keywords"] = tuple((name, value) for name, value in data["keywords"])
        data["shared"] = CommonPart(*data["shared"]) if data["shared"] else None
        return Chosen(**data)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _path(data_dir: Path, function: Callable[..., Any], items: list[Any], options: Mapping[str, Any]) -> Path:
    """The file of the plan: named by what function, machine, items and options are."""
    from lightwork.machine.facts import facts

    machine = {name: value for name, value in facts(data_dir).items() if name in MACHINE}
    identity = [
        _as_written(function), sorted(machine.items()), sys.version, type(items[0]).__qualname__,
        round(math.log2(len(items))), sorted((name, _as_written(value)) for name, value in options.items()),
    ]  # fmt: skip
    return data_dir / FOLDER / f"plan-{blake2b(repr(identity).encode(), digest_size=8).hexdigest()}.json"


def _as_written(thing: Any) -> str:
    """A function by what it does and holds, wherever it stands; a partial by its parts; a plain value by its text."""
    if isinstance(thing, partial):
        return repr([_as_written(part) for part in (thing.func, *thing.args, *sorted(thing.keywords.items()))])
    if isinstance(thing, tuple | list):
        return repr([_as_written(part) for part in thing])
    if isinstance(thing, frozenset | set):
        return repr(sorted(map(_as_written, thing)))
    if isinstance(thing, CodeType):
        return repr((thing.co_code, thing.co_names, _as_written(thing.co_consts)))
    function = inspect.unwrap(getattr(thing, "__func__", thing)) if callable(thing) else thing
    if not callable(function):
        words = repr(thing)
        return type(thing).__qualname__ if " object at 0x" in words else words  # an address differs each time
    code = getattr(function, "__code__", None) or getattr(type(function).__call__, "__code__", None)
    cells = [cell.cell_contents for cell in getattr(function, "__closure__", None) or () if _is_filled(cell)]
    return repr((function.__module__, getattr(function, "__qualname__", ""), _as_written(code), _as_written(cells)))


def _is_filled(cell: Any) -> bool:
    try:
        _ = cell.cell_contents
    except ValueError:
        return False
    return True
