r"""An origin: where a pasted script gets its items from, as the command line of the plan named them.

    load.py:load_file data/*.csv   ->  sorted(glob("data/*.csv"))
    load.py:load_file @list.txt    ->  Path("list.txt").read_text().splitlines()
    load.py:load_file -            ->  [line.rstrip("\n") for line in sys.stdin]
    load.py:load_file --null -     ->  list(filter(str.strip, sys.stdin.read().split("\0")))
    load.py:f --items load.py:make ->  list(make())

Nothing is run: only names are compared, with those that a pattern matches, and a list is looked through.
"""

import builtins
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from glob import escape, glob
from itertools import takewhile
from pathlib import Path

from lightwork import strategies
from lightwork.errors import UsageError
from lightwork.planning.script import arrangement, given_once, pacing, wrappers
from lightwork.workload.arguments import AS_IT_IS, Passing
from lightwork.workload.item_list import FROM_FILE, FROM_STDIN, matches

NUL = r'"\0"'
MAKER = "make_items"  # what a function is called here whose own name the script needs
NAME = re.compile(r"(?<![$\w.])[A-Za-z_]\w*")


@dataclass(frozen=True)
class Origin:
    """Where a script gets its items from.

    expression: Python for the list of items, as `sorted(glob("data/*.csv"))`.
    imports: the import statements that the expression needs, one a string.
    files: whether an item is a path, so that its file's size can order it.
    Raises UsageError where the expression is no Python expression.
    """

    expression: str
    imports: tuple[str, ...] = ()
    files: bool = False

    def __post_init__(self) -> None:
        try:
            compile(self.expression, "items", "eval")
        except (SyntaxError, ValueError):
            raise UsageError(f"items can't be {self.expression!r}: write a Python expression") from None


ARGUMENTS = Origin("sys.argv[1:]", ("import sys",), files=True)  # the paths on the script's own command line


def matching(pattern: str) -> Origin:
    """The files that match a glob pattern, sorted by name; `**` stands for folders below folders."""
    recursive = ", recursive=True" if "**" in pattern else ""
    return Origin(f"sorted(glob({quoted(pattern)}{recursive}))", ("from glob import glob",), files=True)


def listed_in(path: str, *, files: bool = True, blanks: bool = False, null: bool = False) -> Origin:
    """The lines of a text file, one item each. files: whether they are paths; blanks: whether to pass over empty.

    null: whether an item ends in NUL instead.
    """
    if null:
        text = f"Path({quoted(path)}).read_text()"
        return Origin(f"list(filter(str.strip, {text}.split({NUL})))", ("from pathlib import Path",), files)
    lines = f"Path({quoted(path)}).read_text().splitlines()"
    return Origin(f"list(filter(str.strip, {lines}))" if blanks else lines, ("from pathlib import Path",), files)


def piped(*, files: bool = True, blanks: bool = False, null: bool = False) -> Origin:
    """The lines of standard input, one item each; null: whether an item ends in NUL instead."""
    if null:
        return Origin(f"list(filter(str.strip, sys.stdin.read().split({NUL})))", ("import sys",), files)
    passed_over = " if line.strip()" if blanks else ""
    return Origin(f'[line.rstrip("\\n") for line in sys.stdin{passed_over}]', ("import sys",), files)


def made_by(module: str, function: str, *, files: bool = False, passing: Passing = AS_IT_IS) -> Origin:
    """What a function or a method returns, under another name where the script needs its own one."""
    imported, dot, method = function.partition(".")
    name = MAKER if imported in _taken() else imported
    renamed = f" as {name}" if name != imported else ""
    made = f"{name}{dot}{method}" + "()" * (not passing.is_list)
    items = f'{made}.to_dict("records")' if passing.is_frame else f"list({made})"
    return Origin(items, (f"from {module} import {imported}{renamed}",), files)


def _taken() -> set[str]:
    """The names that scripts use: builtins, what orders and limits them, and every name in a strategy's script."""
    scripts = (re.sub("#.*", "", strategies.find(name).script) for name in strategies.names())
    ours = {
        "Path",
        "get_context",
        "partial",
        "glob",
        "os",
        "random",
        "sys",
        "tqdm",
        *arrangement.NAMES,
        *given_once.NAMES,
        *pacing.NAMES,
        *wrappers.NAMES,
    }
    return {*ours, *dir(builtins), *NAME.findall("\n".join(scripts))}


def origin_of(
    words: Sequence[str], items: Sequence[str], *, files: bool, match: Callable[[str], Sequence[str]] = glob,
    null: bool = False,
) -> Origin:  # fmt: skip
    """The origin of the items that these words of a command line named.

    items: what they came to. files: whether every one is a file. match: the files that a pattern stands for. Items that
    no single word, list or pattern stands for are taken from the script's own command line. null: whether lists end
    their items by NUL.
    """
    if len(words) == 1 and items and list(items) == matches(words[0]):
        return matching(words[0])
    if len(words) == 1 and words[0] == FROM_STDIN:
        return piped(files=files, null=null)
    if len(words) == 1 and words[0].startswith(FROM_FILE):
        path = words[0].removeprefix(FROM_FILE)
        return listed_in(path, files=files, blanks=_has_blanks(path), null=null)
    if all(word != FROM_STDIN and not word.startswith(FROM_FILE) for word in words):
        pattern = pattern_of(items, match) if files else None
        return matching(pattern) if pattern else Origin(ARGUMENTS.expression, ARGUMENTS.imports, files)
    return _joined(words, files, null)


def pattern_of(items: Sequence[str], match: Callable[[str], Sequence[str]] = glob) -> str | None:
    """The pattern whose matches, sorted, are exactly these paths, as `data/*.csv`; None for a single one and for none.

    It has the paths' folder, their suffix and, where it takes that, the beginning that all names share.
    """
    if len(items) < 2:  # noqa: PLR2004  a pattern for one file hides its name
        return None
    folders = {item.rpartition("/")[0] for item in items}
    suffixes = {Path(item).suffix for item in items}
    if len(folders) > 1:
        return None
    folder = items[0][: items[0].rfind("/") + 1]
    suffix = escape(suffixes.pop()) if len(suffixes) == 1 else ""
    prefix = escape(_common_start([item.rpartition("/")[2] for item in items]))
    candidates = [f"{escape(folder)}*{suffix}", f"{escape(folder)}{prefix}*{suffix}"]
    return next((pattern for pattern in candidates if sorted(match(pattern)) == list(items)), None)


def _common_start(names: Sequence[str]) -> str:
    """What all of these names begin with: the first and the last in order differ soonest."""
    first, last = min(names), max(names)
    return "".join(letter for letter, _ in takewhile(lambda pair: pair[0] == pair[1], zip(first, last, strict=False)))


def converted(origin: Origin, converter: str) -> Origin:
    """The same items, each converted from text: `list(map(int, ...))`."""
    if not converter:
        return origin
    imports = ("from pathlib import Path",) if converter == "Path" else ()
    return Origin(f"list(map({converter}, {origin.expression}))", (*origin.imports, *imports), origin.files)


def _joined(words: Sequence[str], files: bool, null: bool) -> Origin:
    """Several lists one after the other; words between them from the script's own command line."""
    parts = [
        listed_in(word.removeprefix(FROM_FILE), blanks=_has_blanks(word.removeprefix(FROM_FILE)), null=null)
        if word.startswith(FROM_FILE)
        else piped(null=null)
        if word == FROM_STDIN
        else ARGUMENTS
        for word in words
    ]
    origins = list(dict.fromkeys(parts))
    imports = dict.fromkeys(statement for part in origins for statement in part.imports)
    return Origin(" + ".join(part.expression for part in origins), tuple(imports), files)


def _has_blanks(path: str) -> bool:
    """Whether a list has lines that name no item."""
    return any(not line.strip() for line in Path(path).read_text(encoding="utf-8").splitlines())


def quoted(text: str) -> str:
    """A string literal, in double quotes where it holds no quotes."""
    return repr(text) if "'" in text or '"' in text else f'"{repr(text)[1:-1]}"'
