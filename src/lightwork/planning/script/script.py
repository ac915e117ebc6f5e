"""A script: the code for a plan's setting, with the function and the items as the command line named them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from lightwork.core.rate import StartRate
from lightwork.core.setting import Setting
from lightwork.planning.guards import UNGUARDED, Guards
from lightwork.planning.script.given_once import GivenOnce
from lightwork.planning.script.items_source import Origin, converted, made_by, origin_of
from lightwork.planning.script.source import InitializerCall, Source
from lightwork.planning.script.templates import recipe
from lightwork.workload import target, user_function
from lightwork.workload.arguments import AS_IT_IS, Passing
from lightwork.workload.item_list import FROM_FILE, FROM_STDIN, matches


@dataclass(frozen=True)
class Named:
    """How a script names function and items that no command line named.

    module: that it imports the function from, "" where it stands in the script already. function: its name there.
    bound: an expression that makes the function, where no name stands for it. items: an expression. initializer:
    module and name of what each worker calls first; None for nothing.
    """

    module: str
    function: str
    items: str
    initializer: tuple[str, str] | None = None
    bound: str = ""


class Code(Protocol):
    """Writes the script for a setting and the chunksize in force; first, most_items: see recipe()."""

    def __call__(
        self, setting: Setting, chunksize: int | None, *, first: Sequence[int] = (), most_items: int | None = None
    ) -> str:
        """The script; see the class."""


def script_for(
    reference: str, words: Sequence[str], maker: str | None, weights: Sequence[float],
    left_out: Collection[int] = (), *, is_coroutine: bool = False, passing: Passing = AS_IT_IS, null: bool = False,
    initializer: str | None = None, initargs: Sequence[object] = (), names_method: bool = False,
    inner_threads: int | None = None,
    guards: Guards = UNGUARDED,
    rate: StartRate | None = None,
    named: Named | None = None,
    shared: GivenOnce | None = None,
) -> Code:  # fmt: skip
    """How to write the script for a setting and the chunksize in force; "" for a built-in workload.

    reference, words, maker: the function, its items and `--items` as they were given, relative to the working
    directory. weights: of all items; a file's is its size. left_out: the places, among all items, of those that are
    not run. is_coroutine: whether the function is a coroutine function. passing: how items reach it. null: whether
    lists end their items by NUL. initializer, initargs: what each worker calls first, as given, and its arguments.
    inner_threads: how many a BLAS or OpenMP library may have in a process; None for as many as it likes.
    names_method: whether the start method is named even where it is this Python's default. guards: what stands around
    each item. rate: how many items may start in a unit of time; None for any number. named: what function, items and
    initializer are called in Python, in place of their references; None to name them by these. shared: what each worker
    is given once; None for nothing.
    """
    if not user_function.is_reference(reference):
        return lambda *_, **__: ""
    module, function, folder = (named.module, named.function, "") if named else _parts(reference)
    folders = [folder]
    if named:
        items = Origin(named.items, files=_are_files(weights))
    elif maker:
        made_in, name, other = _parts(maker)
        items = made_by(made_in, name, files=_are_files(weights), passing=passing)
        folders.append(other)
    else:
        items = converted(_origin(words, weights, null), passing.converter)
    begin = None
    if initializer:
        begun_in, name, other = (*named.initializer, "") if named and named.initializer else _parts(initializer)
        begin = InitializerCall(begun_in, name, tuple(initargs))
        folders.append(other)
    folders = list(dict.fromkeys(filter(None, folders)))
    usual = "none" if names_method else None
    source = Source(
        module,
        function,
        items,
        tuple(folders),
        is_coroutine,
        passing,
        begin,
        inner_threads=inner_threads,
        guards=guards,
        rate=rate,
        bound=named.bound if named else "",
        shared=shared,
    )

    def code(
        setting: Setting, chunksize: int | None, *, first: Sequence[int] = (), most_items: int | None = None
    ) -> str:
        return recipe(
            source, setting, chunksize, left_out=left_out, first=first, usual_method=usual, most_items=most_items
        )

    return code


def _parts(reference: str) -> tuple[str, str, str]:
    """Module, function, and the folder in which a script must look for the module; "" for its own."""
    place, _, function = reference.rpartition(user_function.SEPARATOR)
    if not place.endswith(".py"):
        return place, function, ""
    folder = str(Path(place).parent)
    return Path(place).stem, function, "" if folder == "." else folder


def _origin(words: Sequence[str], weights: Sequence[float], null: bool) -> Origin:
    is_named = not any(word == FROM_STDIN or word.startswith(FROM_FILE) for word in words)
    named = [item for word in words for item in (matches(word) or [word])] if is_named else []
    files = all(map(target.is_file, named)) if is_named else _are_files(weights)
    return origin_of(words, named, files=files, null=null)


def _are_files(weights: Sequence[float]) -> bool:
    """Whether the items have sizes, which only files do."""
    return any(weight != 1 for weight in weights)
