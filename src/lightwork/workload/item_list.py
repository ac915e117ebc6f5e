"""A listing: the items that a command line names, one by one, by a pattern, in a file, or on standard input."""

from collections.abc import Iterator, Sequence
from glob import glob, has_magic
from os.path import exists
from pathlib import Path
from typing import TextIO

from lightwork.errors import UsageError

FROM_FILE, FROM_STDIN = "@", "-"


def read(words: Sequence[str], stdin: TextIO, *, null: bool = False) -> list[str]:
    """The items that these words name: themselves, each line of `@FILE`, each line of standard input for `-`.

    A pattern that matches files stands for these, sorted. null: whether lists end their items by NUL, not by a line
    break. Empty ones are no items. Raises UsageError for a file that can't be read, and when nothing was named at all.
    """
    listed = [item for word in words for item in _items(word, stdin, null=null)]
    if words and not listed:
        raise UsageError(f"{' '.join(words)} lists no items: add at least one")
    return listed


def _items(word: str, stdin: TextIO, *, null: bool) -> Iterator[str]:
    if word == FROM_STDIN:
        yield from _filled(stdin.read().split("\0" if null else "\n"))
    elif word.startswith(FROM_FILE):
        path = Path(word.removeprefix(FROM_FILE))
        try:
            text = path.read_text(encoding="utf-8")
            yield from _filled(text.split("\0") if null else text.splitlines())
        except OSError as error:
            raise UsageError(
                f"the list {path} can't be read ({error.strerror}): use a file with one item per line"
            ) from None
        except UnicodeDecodeError:
            raise UsageError(f"the list {path} is not text: use a file with one item per line") from None
    else:
        yield from matches(word) or [word]


def matches(word: str) -> list[str]:
    """The files that a pattern stands for, as a shell would put them; none for a word that is no pattern."""
    if not has_magic(word) or exists(word):  # noqa: PTH110  a word may be longer than any path
        return []
    return sorted(glob(word, recursive=True))  # noqa: PTH207  relative, as it was given


def _filled(parts: Sequence[str]) -> Iterator[str]:
    return (part for part in parts if part.strip())
