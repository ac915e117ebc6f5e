"""Saved JSON of our own kinds: written with one line an entry, read as data that may be anybody's."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from lightwork.errors import UsageError

Found = TypeVar("Found")


@dataclass(frozen=True)
class Format:
    """kind, schema: as a file says of itself; entries: the name of its list; what, written_by: how errors call it."""

    kind: str
    schema: int
    entries: str
    what: str
    written_by: str
    largest_bytes: int

    def text_of(self, data: Mapping[str, Any]) -> str:
        """The file's content: one line an entry, so that two of them can be told apart by `diff`."""
        shallow = {name: value for name, value in data.items() if name != self.entries}
        entries = ",\n".join(json.dumps(entry, allow_nan=False) for entry in data[self.entries])
        return f'{json.dumps(shallow, allow_nan=False)[:-1]}, "{self.entries}": [\n{entries}\n]}}\n'

    def check(self, data: Mapping[str, Any]) -> None:
        """Raise ValueError for data of another kind or schema, KeyError or TypeError for none of ours."""
        if (data["kind"], data["schema"]) != (self.kind, self.schema):
            expected = f"{self.kind} of schema {self.schema} is read"
            raise ValueError(f"{data['kind']} of schema {data['schema']}, where {expected}")

    def load(self, path: Path, decode: Callable[[Mapping[str, Any]], Found]) -> Found:
        """What `decode` makes of the file. Raises UsageError when there is none, or it is something else."""
        try:
            if path.stat().st_size > self.largest_bytes:
                raise UsageError(
                    f"{path} is larger than {self.largest_bytes >> 20} MiB: too large for a saved {self.what} file"
                )
            return decode(json.loads(path.read_text(encoding="utf-8")))
        except OSError as error:
            raise UsageError(f"{path} can't be read ({error.strerror}): {self._instead}") from None
        except (AttributeError, TypeError, KeyError, ValueError, RecursionError) as error:
            reason = f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"
            raise UsageError(f"{path} is not a saved {self.what} file ({reason}): {self._instead}") from None

    @property
    def _instead(self) -> str:
        return f"name what `{self.written_by}` wrote"
