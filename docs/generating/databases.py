"""docs/databases.md: the databases that can be loaded into, from what their files declare."""

from generating.blocks import filled, table
from lightwork.workloads._databases import duck, servers, sqlite

HEADS = ("`db`", "library", "a round creates", "methods")


def page(text: str) -> str:
    """The page with its table."""
    rows = [
        ("`sqlite` (the default)", "in Python", "a file", ", ".join(sqlite.METHODS)),
        ("`duckdb`", install(duck.DRIVER.extra), "a file", ", ".join(duck.METHODS)),
        *(row(servers.module_of(name)) for name in servers.names()),
    ]
    return filled(text, {"databases": table(HEADS, rows)})


def row(server: servers.Server) -> tuple[str, ...]:
    """A server's line."""
    usual, *others = dict.fromkeys(server.SCHEMES.values())
    forms = [f"`{usual}://USER:PASSWORD@HOST:PORT/DATABASE`", *(f"`{scheme}://...`" for scheme in others)]
    return " or ".join(forms), install(server.DRIVER.extra), server.OWN, ", ".join(server.METHODS)


def install(extra: str) -> str:
    """What installs the library."""
    return f"`pip install -e '.[{extra}]'`"
