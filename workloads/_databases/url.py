"""Where a database is, in the words of a URL without its password.

    SCHEME://USER:PASSWORD@HOST:PORT/DATABASE?OPTION=VALUE

The password is taken out where the words are read, before anything can keep or show them; `***` stands in its place
from then on. It goes to hosts and workers through the environment of this process, and nowhere else. Words that can't
be read are not repeated in the error, for what they hold may be a password.
"""

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from lightwork.errors import UsageError

HIDDEN = "***"
VARIABLE = "LIGHTWORK_PASSWORD_"
FORMS = "postgresql://USER@HOST/DATABASE, mariadb://USER@HOST/DATABASE, or '$NAME' of a variable that holds one"
ESCAPES = "in names and passwords %40 stands for @, %3A for :, %2F for /, %3F for ?, %23 for #, and %25 for %"


@dataclass(frozen=True)
class Url:
    """A server's database as its driver is told of it; None where the driver's own default holds."""

    scheme: str
    words: str  # the whole URL, its password hidden
    user: str | None
    host: str | None
    port: int | None
    database: str | None
    options: Mapping[str, str] = field(default_factory=dict)

    def password(self) -> str | None:
        """The password that was taken out of these words, by this process or by one that it descends from.

        Raises UsageError when there was one that is not known here.
        """
        if f":{HIDDEN}@" not in self.words:
            return None
        found = os.environ.get(_variable(self.words))
        if found is None:
            raise UsageError(f"the password of {self.words} is not known here: give the whole URL")
        return found


def hide(words: str, schemes: Mapping[str, frozenset[str]]) -> str:
    """The URL with its password taken out and kept in the environment; `$NAME` is that variable's URL.

    schemes: the options that a URL of each scheme may have. Raises UsageError for anything else.
    """
    words = _from_environment(words)
    _, _, password = _split(words).netloc.rpartition("@")[0].partition(":")
    url = read(words, schemes)
    if not password or password == HIDDEN:
        return url.words
    decoded = unquote(password)
    if not decoded.isprintable():
        raise UsageError(f"the password of {url.words} holds characters that don't print: no server takes them")
    os.environ[_variable(url.words)] = decoded
    return url.words


def read(words: str, schemes: Mapping[str, frozenset[str]]) -> Url:
    """The parts of a URL. Raises UsageError for one that is none."""
    parts = _split(words)
    scheme = {"postgres": "postgresql"}.get(parts.scheme, parts.scheme)
    if scheme not in schemes:
        raise UsageError(f"a database can't be that: choose from sqlite, duckdb, {FORMS}")
    try:
        port, host = parts.port, parts.hostname
        options = dict(parse_qsl(parts.query, strict_parsing=True)) if parts.query else {}
    except ValueError:
        raise UsageError(f"a database's URL can't be read: write {FORMS}; {ESCAPES}") from None
    database = parts.path.removeprefix("/")
    if parts.fragment or "@" in database or "/" in database:
        raise UsageError(f"a database's URL can't be read: write {FORMS}; {ESCAPES}")
    if not options.keys() <= schemes[scheme]:
        raise UsageError(f"a URL of {scheme} takes no other options than {', '.join(sorted(schemes[scheme]))}")
    login, at, address = parts.netloc.rpartition("@")
    user, _, password = login.partition(":")
    shown = f"{user}:{HIDDEN}" if password else user
    query = f"?{parts.query}" if parts.query else ""
    return Url(
        scheme, f"{scheme}://{shown}{at}{address}{parts.path}{query}", unquote(user) or None,
        unquote(host) if host else None, port, unquote(database) or None, options,
    )  # fmt: skip


def unreachable(url: Url, error: Exception, do: str = "start the server, or correct the URL") -> UsageError:
    """The error for a server that can't be had, in one line without a password. do: the next step."""
    told = " ".join(str(error.args[-1] if error.args else error).split())
    password = url.password()
    return UsageError(f"{url.words} can't be used ({told.replace(password, HIDDEN) if password else told}): {do}")


def _from_environment(words: str) -> str:
    if not words.startswith("$"):
        return words
    name = words[1:].strip("{}")
    if not name.isidentifier():
        raise UsageError(f"a database can't be that: after $ comes the name of a variable that holds {FORMS}")
    found = os.environ.get(name)
    if not found:
        raise UsageError(f"a database is to be found in the variable {name}, which is not set: export it")
    return found


def _split(words: str) -> SplitResult:
    try:
        return urlsplit(words.strip())
    except ValueError:
        raise UsageError(f"a database's URL can't be read: write {FORMS}; {ESCAPES}") from None


def _variable(shown: str) -> str:
    return VARIABLE + hashlib.blake2b(shown.encode(), digest_size=8).hexdigest().upper()
