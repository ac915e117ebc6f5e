"""The database servers: a file for each, found by listing this folder. What a file declares is in `Server`.

A round's address on a server is `URL#NAME`; it makes what it needs under that name, and drops it.
"""

import functools
import importlib
import pkgutil
from collections.abc import Callable, Mapping
from typing import Any, Protocol, cast

from ..capacity import Capacity
from ..drivers import Driver
from ..url import Url


class Server(Protocol):
    """The module of a server.

    SCHEMES: the scheme of a URL as it may be written -> as it is kept; the first is the usual one. OPTIONS: the names
    that may stand behind the ? of a URL. METHODS: the methods of `..table` that it knows. OWN: what a round makes
    there, as "a schema".
    Database: (url, name, address) -> the `.Database` of a round, its things on the server under this name.
    capacity: how many connections the server takes; raises UsageError when it can't be reached.
    """

    SCHEMES: Mapping[str, str]
    OPTIONS: frozenset[str]
    METHODS: tuple[str, ...]
    DRIVER: Driver
    OWN: str
    Database: Callable[[Callable[[], Url], str, str], Any]
    capacity: Callable[[Url], Capacity]


def names() -> list[str]:
    """The servers' names, which are those of their files, sorted."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__))


def module_of(name: str) -> Server:
    """The module of the server of this name, imported now; its driver is not."""
    return cast("Server", importlib.import_module(f"{__name__}.{name}"))


@functools.cache  # every item asks
def by_scheme() -> dict[str, Server]:
    """The servers by every scheme that a URL of theirs may be written with."""
    servers = map(module_of, names())
    return {scheme: server for server in servers for scheme in server.SCHEMES}


def forms() -> str:
    """What a URL of each server looks like, in words."""
    return ", ".join(f"{next(iter(module_of(name).SCHEMES))}://USER@HOST/DATABASE" for name in names())
