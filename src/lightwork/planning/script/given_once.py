"""Given once: the part of a script that gives what all items have in common to each worker when it is made; pure.

    def keep(value)                  each worker's initializer: a global of the script, where call_item finds it
    matrix = items[0][1]             taken out of the items, which are sent without it
    initializer=keep, initargs=...   inherited by forked workers, pickled once for each other one

Where it is mapped, workers are given the path of an array's file instead.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from lightwork.planning.script.names import free
from lightwork.workload.shared_part import CommonPart

NAMES = ("folder", "keep", "np", "path", "shared")  # that the lines may bind
KEEP = """\

def keep($value):
    global $variable
    $variable = $value
$begin"""
KEEP_MAPPED = """\
from tempfile import TemporaryDirectory

import numpy as np


def keep(path):
    global $variable
    $variable = np.load(path, mmap_mode="r")
$begin"""


@dataclass(frozen=True)
class GivenOnce:
    """What all items have in common. is_mapped: whether workers map it from a file. variable: its name there."""

    part: CommonPart
    is_mapped: bool = False
    variable: str = ""

    def named_apart_from(self, taken: Collection[str]) -> "GivenOnce":
        """The same, by a name that is not taken."""
        return replace(self, variable=free(self.part.name, taken))

    @property
    def name(self) -> str:
        """Its name in the script."""
        return self.variable or self.part.name

    @property
    def keywords(self) -> str:
        """What hands it to the workers of a pool."""
        return f", initializer=keep, initargs=({'path' if self.is_mapped else self.name},)"

    def code(self, begin: str) -> str:
        """The initializer. begin: what else each worker does first, as a statement; "" for nothing."""
        value = "shared" if self.name == "value" else "value"
        code = (KEEP_MAPPED if self.is_mapped else KEEP).replace("$variable", self.name).replace("$value", value)
        return code.replace("$begin", f"    {begin}\n" if begin else "")

    @property
    def lines(self) -> str:
        """Between the list of items and their order, each after a line break."""
        return "".join(f"\n    {line}" for line in self._lines())

    def _lines(self) -> Iterator[str]:
        part = self.part
        value = f'items[0]["{part.name}"]' if part.place is None else f"items[0][{part.place}]"
        if self.is_mapped:
            yield "folder = TemporaryDirectory()  # gone when the script ends"
            yield f'path = f"{{folder.name}}/{part.name}.npy"'
            yield f"np.save(path, {value})"
        else:
            yield f"{self.name} = {value}"
        yield f"items = [{self._rest} for item in items]"

    @property
    def _rest(self) -> str:
        """An item without it, as Python."""
        part = self.part
        if part.place is None:
            return f'{{key: item[key] for key in item if key != "{part.name}"}}'
        if part.is_of_pair:
            return f"item[{1 - part.place}]"
        return f"(*item[:{part.place}], *item[{part.place + 1}:])" if part.place else "item[1:]"

    @property
    def arguments(self) -> str:
        """The arguments of the function's call for an item, as Python: `*item, matrix`."""
        part = self.part
        if part.place is None:
            return f"**item, {part.name}={self.name}"
        if part.is_of_pair:
            return f"item, {self.name}" if part.place else f"{self.name}, item"
        return f"*item[:{part.place}], {self.name}, *item[{part.place}:]" if part.place else f"{self.name}, *item"
