"""Where a database is: the parts of a URL, its password apart, which lies in the environment of this process."""

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from lightwork.errors import UsageError

HIDDEN = "***"
VARIABLE = "LIGHTWORK_PASSWORD_"


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
        password = os.environ.get(variable(self.words))
        if password is None:
            raise UsageError(f"the password of {self.words} is not known here: give the whole URL")
        return password


def unreachable(url: Url, error: Exception, do: str = "start the server, or correct the URL") -> UsageError:
    """The error for a server that can't be had, in one line without a password. do: the next step."""
    message = " ".join(str(error.args[-1] if error.args else error).split())
    password = url.password()
    return UsageError(f"{url.words} can't be used ({message.replace(password, HIDDEN) if password else message}): {do}")


def variable(shown: str) -> str:
    """The name of the environment variable that holds the password of the URL of these words."""
    return VARIABLE + hashlib.blake2b(shown.encode(), digest_size=8).hexdigest().upper()
