"""The words for a database on a server, read: a URL whose password is taken out.

    SCHEME://USER:PASSWORD@HOST:PORT/DATABASE?OPTION=VALUE

The password is taken out where the words are read, before anything can keep or show them; `***` stands in its place
from then on. It goes to hosts and workers through the environment of this process, and nowhere else. Words that can't
be read are not repeated in the error, for what they hold may be a password.
"""

import os
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from lightwork.errors import UsageError

from . import servers
from .url import HIDDEN, Url, variable

ESCAPES = "in names and passwords write %40 for @, %3A for :, %2F for /, %3F for ?, %23 for # and %25 for %"


def hide(words: str) -> str:
    """The URL with its password taken out and kept in the environment; `$NAME` is that variable's URL.

    Raises UsageError for anything else.
    """
    words = _from_environment(words)
    _, _, password = _split(words).netloc.rpartition("@")[0].partition(":")
    url = read(words)
    if not password or password == HIDDEN:
        return url.words
    decoded = unquote(password)
    if not decoded.isprintable():
        raise UsageError(f"the password of {url.words} contains unprintable characters: no server accepts them")
    os.environ[variable(url.words)] = decoded
    return url.words


def read(words: str) -> Url:
    """The parts of a URL. Raises UsageError for one that is none."""
    parts = _split(words)
    server = servers.by_scheme().get(parts.scheme)
    if server is None:
        raise UsageError(f"unknown database: choose from sqlite, duckdb, {_forms()}")
    scheme = server.SCHEMES[parts.scheme]
    try:
        port, host = parts.port, parts.hostname
        options = dict(parse_qsl(parts.query, strict_parsing=True)) if parts.query else {}
    except ValueError:
        raise UsageError(f"a database's URL can't be read: write {_forms()}; {ESCAPES}") from None
    database = parts.path.removeprefix("/")
    if parts.fragment or "@" in database or "/" in database:
        raise UsageError(f"a database's URL can't be read: write {_forms()}; {ESCAPES}")
    if not options.keys() <= server.OPTIONS:
        raise UsageError(f"a URL of {scheme} takes only these options: {', '.join(sorted(server.OPTIONS))}")
    login, at, address = parts.netloc.rpartition("@")
    user, _, password = login.partition(":")
    shown = f"{user}:{HIDDEN}" if password else user
    query = f"?{parts.query}" if parts.query else ""
    return Url(
        scheme, f"{scheme}://{shown}{at}{address}{parts.path}{query}", unquote(user) or None,
        unquote(host) if host else None, port, unquote(database) or None, options,
    )  # fmt: skip


def _from_environment(words: str) -> str:
    if not words.startswith("$"):
        return words
    name = words[1:].strip("{}")
    if not name.isidentifier():
        raise UsageError(f"unknown database: after $ write the name of a variable that holds {_forms()}")
    value = os.environ.get(name)
    if not value:
        raise UsageError(f"a database is to be found in the variable {name}, which is not set: export it")
    return value


def _split(words: str) -> SplitResult:
    try:
        return urlsplit(words.strip())
    except ValueError:
        raise UsageError(f"a database's URL can't be read: write {_forms()}; {ESCAPES}") from None


def _forms() -> str:
    """What may stand for a database on a server."""
    return f"{servers.forms()}, or '$NAME' of a variable that holds one"
