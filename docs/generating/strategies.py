"""docs/strategies.md: every strategy from its docstrings and from what is registered of it."""

import importlib
from types import ModuleType

from generating.blocks import MADE, table, told, untitled
from lightwork import strategies
from lightwork.core.setting import START_METHODS
from lightwork.strategies import Strategy

HEADS = ("name", "what it is", "chunksize", "start methods", "warm pool", "needs")
OPENING = """
# The strategies

Each is a short file in `src/lightwork/strategies`, meant to be copied.
"""
READING = """
Chunksize: how many items are handed over together by default; "-" means no chunks. Start methods: "all" means fork,
spawn and forkserver; threads have none, and joblib starts processes its own way. Warm pool: whether it keeps its pool
between rounds (`--pool warm`). Needs: what you must install.
"""


def page(_: str) -> str:
    """All of docs/strategies.md."""
    found = [strategies.find(name) for name in strategies.names()]
    head = f"{MADE.format(source='the docstrings of the strategy')}\n{OPENING}"
    usual = ", ".join(f"`{name}`" for name in strategies.USUAL)
    named = f"`--strategies usual` selects {usual}; `all` selects every strategy available here."
    return "\n".join([head, table(HEADS, [row(one) for one in found]), READING, f"{named}\n", *map(section, found)])


def row(one: Strategy) -> tuple[str, ...]:
    """Its line of the table."""
    chunks = chunksize(one) if one.default_chunksize else "-"
    return f"[`{one.name}`](#{one.name})", one.summary.rstrip("."), chunks, methods(one), kept(one), needs(one)


def chunksize(one: Strategy) -> str:
    """Its own chunksize: what its function says of itself."""
    return told(one.default_chunksize).partition("\n")[0].rstrip(".")


def methods(one: Strategy) -> str:
    """The start methods that it can take; one that starts no processes of a chosen kind claims the first alone."""
    if one.start_methods == START_METHODS:
        return "all"
    return "-" if one.in_caller else ", ".join(one.start_methods)


def kept(one: Strategy) -> str:
    """Whether it can keep its pool."""
    return "yes" if one.opened else "no"


def needs(one: Strategy) -> str:
    """What must be installed for it."""
    return f"`pip install -e '.[{one.extra}]'`" if one.extra else "-"


def section(one: Strategy) -> str:
    """What its file says of itself."""
    module = importlib.import_module(one.run.__module__)
    return f"## {one.name}\n\n{untitled(told(module), one.name)}\n\n{source(module)}\n"


def source(module: ModuleType) -> str:
    """Where the code is."""
    name = module.__name__.rpartition(".")[2]
    return f"The code: [{name}.py](../src/lightwork/strategies/{name}.py)."
