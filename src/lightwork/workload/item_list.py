"""A listing: the items that a command line names, one by one, in a file of lines, or on standard input."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TextIO

from lightwork.errors import UsageError

FROM_FILE, FROM_STDIN = "@", "-"


def read(words: Sequence[str], stdin: TextIO) -> list[str]:
    """The items that these words name: themselves, each line of `@FILE`, each line of standard input for `-`.

    Empty lines are no items. Raises UsageError for a file that can't be read, and when nothing was named at all.
    """
    listed = [item for word in words for item in _items(word, stdin)]
    if words and not listed:
        raise UsageError(f"{' '.join(words)} lists no items: add at least one")
    return listed


def _items(word: str, stdin: TextIO) -> Iterator[str]:
    if word == FROM_STDIN:
        yield from _lines(stdin)
    elif word.startswith(FROM_FILE):
        path = Path(word.removeprefix(FROM_FILE))
        try:
            yield from _lines(path.read_text(encoding="utf-8").splitlines())
        except OSError as error:
            raise UsageError(
                f"the list {path} can't be read ({error.strerror}): use a file with one item per line"
            ) from None
        except UnicodeDecodeError:
            raise UsageError(f"the list {path} is not text: use a file with one item per line") from None
    else:
        yield word


def _lines(lines: Iterable[str]) -> Iterator[str]:
    return (line.rstrip("\n") for line in lines if line.strip())
