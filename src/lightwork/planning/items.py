"""The items of a plan, and how the sampled ones reach a round."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from lightwork.analysis.remedies import BULKY_BYTES
from lightwork.errors import LightworkError, UsageError, WorkError
from lightwork.launch.workdir import Workdir
from lightwork.planning.request import Request
from lightwork.planning.shared_argument import SharedArgument, large_in_all, shared_argument
from lightwork.workload import arguments, item_text, making, registry, target, trial, user_function
from lightwork.workload.api import Place, Workload
from lightwork.workload.arguments import AS_IT_IS, Passing
from lightwork.workload.parameters import as_dict, build

MANY, ASKED_FIRST = 20_000, 500  # items
PICKLED_BYTES = 64 << 20  # of items: with so many the mean is known, and more would take seconds


@dataclass(frozen=True)
class JobItems:
    """All items that a plan is about. workload: what they are items of; weights: of each, in given order.

    bundle: how many of the user's items make one of these. passing: how one reaches the user's function. item_bytes: of
    a pickled one, the mean of some; 0 for texts, which are short. shared: what all have in common and these are
    without, as it was asked for; None for nothing. in_all: the name of a large argument that all of them hold; ""
    for none.
    """

    workload: Workload
    all: Sequence[Any]
    weights: Sequence[float]
    bundle: int = 1
    passing: Passing = AS_IT_IS
    item_bytes: float = 0.0
    pickling_ns: float = 0.0
    shared: SharedArgument | None = None
    in_all: str = ""

    def __len__(self) -> int:
        return len(self.all)

    def name(self, place: int) -> str:
        """The name a person knows the item by."""
        if self.bundle > 1:
            first = place * self.bundle + 1
            return f"items {first:,} to {first + len(self.all[place]) - 1:,}"
        return self.workload.name_of(self.all[place])

    def numbered_name(self, place: int) -> str:
        """The name, its number before it where the name alone does not tell which item it is."""
        name = self.name(place)
        return f"item {place + 1:,}, {name}" if name.endswith(item_text.CUT) else name

    def bundled(self, size: int) -> "JobItems":
        """The same in bundles of so many neighbours."""
        if size <= 1:
            return self
        weights = [float(sum(some)) for some in target.bundled(self.weights, size)]
        return replace(
            self, all=target.bundled(self.all, size), weights=weights, bundle=size, item_bytes=self.item_bytes * size,
            pickling_ns=self.pickling_ns * size,
        )  # fmt: skip

    @property
    def of_user(self) -> int:
        """How many items the user has."""
        return sum(map(len, self.all)) if self.bundle > 1 else len(self.all)

    def files(self, places: Sequence[int]) -> list[Path]:
        """The files among the items at these places."""
        return [Path(self.all[place]) for place in places if target.is_file(self.all[place])]


def items_of(request: Request, workdir: Workdir) -> JobItems:
    """The items that the request names.

    Raises UsageError where there are none, one only, or one that can't be sent to a worker; WorkError where the
    function that is to return them raises.
    """
    workload = registry.find(request.target)
    parameters = build(workload.name, workload.parameters, request.parameters)
    workload.prepare(parameters, workdir.data_dir)
    try:
        all_items = workload.items(parameters, Place(workdir.data_dir, workdir.data_dir / "no-round"))
    except LightworkError:
        raise
    except (Exception, SystemExit) as error:
        raise WorkError(f"{request.name}: creating its items failed, {type(error).__name__}: {error}") from error
    _refuse_too_few(request, all_items)
    passing, shared, in_all = AS_IT_IS, None, ""
    if user_function.is_reference(request.target):
        passing = _passing(request, parameters, all_items)
        if getattr(parameters, "cold", False) and not any(map(target.is_file, all_items)):
            raise UsageError("--cold evicts the items' files, but no item is a file: omit it")
        shared = shared_argument(request, workdir, passing, all_items)
        all_items = [shared.part.without(item) for item in all_items] if shared else all_items
    sent = _sent(request, all_items)
    if sent.size_bytes >= BULKY_BYTES and user_function.is_reference(request.target):
        in_all = large_in_all(request, passing, all_items)
    weights = _weights(workload, all_items)
    return JobItems(workload, all_items, weights, 1, passing, sent.size_bytes, sent.took_ns, shared, in_all)


def _passing(request: Request, parameters: Any, items: Sequence[Any]) -> Passing:
    """How items reach the function; of very many a few are looked at."""
    spread = items if len(items) <= MANY else items[:: len(items) // ASKED_FIRST]
    keywords = arguments.keywords_of(parameters.arguments)
    function = user_function.resolve(request.target)
    way = arguments.way_of(request.name, function, spread, keywords, starmap=bool(parameters.way))
    maker = parameters.source.removeprefix(target.CALL)
    is_list = maker != parameters.source and not callable(user_function.maker_of(maker))
    return Passing(way, keywords, parameters.converter, isinstance(items, making.FrameRows), is_list)


def _weights(workload: Workload, items: Sequence[Any]) -> list[float]:
    """Of all items. Of very many a few are asked first whether they are files: a million questions take seconds."""
    spread = items[:: max(1, len(items) // ASKED_FIRST)]
    if len(items) > MANY and user_function.is_reference(workload.name) and not any(map(target.is_file, spread)):
        return [1.0] * len(items)
    return [workload.weight_of(item) for item in items]


def _refuse_too_few(request: Request, items: Sequence[Any]) -> None:
    if not items:
        raise UsageError(f"{request.name} has no items: give it at least two")
    if len(items) == 1:
        raise UsageError(f"{request.name} has one item, so there is nothing to parallelise: give it at least two")


def _sent(request: Request, items: Sequence[Any]) -> trial.Pickled:
    """The mean item as it is sent to a worker. Raises UsageError for one that can't be pickled.

    Items of a list are plain data and short; those that a function or a workload made may be anything.
    """
    if str(request.parameters.get("source", "")).startswith(target.LIST):
        return trial.Pickled(0, 0)
    places = range(0, len(items), max(1, len(items) // ASKED_FIRST)) if len(items) > MANY else range(len(items))
    size_bytes = took_ns = pickled = 0
    for place in places:
        each = trial.pickled(items[place])
        if each.trouble:
            name = target.name_of(items[place])
            raise UsageError(
                f"item {place + 1} of {len(items)}, {name}, can't be sent to a worker ({each.trouble}): "
                "pass what it is made from, such as a path, and create it in the function"
            )
        size_bytes, took_ns, pickled = size_bytes + each.size_bytes, took_ns + each.took_ns, pickled + 1
        if size_bytes > PICKLED_BYTES:
            break
    return trial.Pickled(size_bytes // pickled, took_ns // pickled)


def parameters_for(request: Request, workdir: Workdir, items: JobItems, places: Sequence[int]) -> Mapping[str, Any]:
    """The parameters with which a round runs the items at these places only."""
    whole = as_dict(build(items.workload.name, items.workload.parameters, request.parameters))
    whole |= {"way": items.passing.way} if user_function.is_reference(request.target) else {}
    whole |= items.shared.parameters if items.shared else {}
    if items.bundle > 1:
        return {**whole, "bundle": items.bundle, "sample": str(_written(workdir, "places", list(places)))}
    if len(places) == len(items) or not user_function.is_reference(request.target):
        return whole
    if whole["source"].startswith(target.LIST):  # short, so that no round has to read a million items
        return {**whole, "source": f"{target.LIST}{_written(workdir, 'items', [items.all[place] for place in places])}"}
    return {**whole, "sample": str(_written(workdir, "places", list(places)))}


def _written(workdir: Workdir, name: str, content: list[Any]) -> Path:
    number = sum(1 for _ in workdir.temporary.glob(f"{name}-*.json"))
    path = workdir.temporary / f"{name}-{number}.json"
    path.write_text(json.dumps(content, default=str), encoding="utf-8")  # a Path is converted again when it is read
    return path
