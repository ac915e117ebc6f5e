"""Drivers: the libraries through which databases are talked to, imported when a round first needs one."""

import importlib
from dataclasses import dataclass
from typing import Any

from lightwork.errors import UsageError
from lightwork.machine import extras


@dataclass(frozen=True)
class Driver:
    """A library: the module to import, whose databases it talks to, and the extra of lightwork that installs it."""

    module: str
    database: str
    extra: str

    def load(self) -> Any:
        """The module. Raises UsageError, saying how to install it, where it is absent."""
        try:
            return importlib.import_module(self.module)
        except ImportError as error:  # absent, or without the C library it needs
            reason = " ".join(str(error).split())
            hint = extras.install_hint(self.extra)
            raise UsageError(f"{self.database} needs the library {self.module} ({reason}){hint}") from None
