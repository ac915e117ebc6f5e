"""Axes: the words in which people name several values at once, `1,2,4`, `1-8`, `default,1,64`."""

from collections.abc import Mapping, Sequence

from lightwork import strategies
from lightwork.core.rate import StartRate
from lightwork.core.setting import START_METHODS
from lightwork.errors import UsageError, unknown
from lightwork.launch import executor
from lightwork.machine import start_method

LONGEST_RANGE = 1_000
TIMES: Mapping[str, float] = {"": 1.0, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0}
RATES: Mapping[str, tuple[str, ...]] = {
    "s": ("sec", "second"), "min": ("m", "minute"), "h": ("hour",), "day": ("d",)
}  # fmt: skip
SIZES: Mapping[str, float] = {
    "": 1.0,
    "b": 1.0,
    **{f"{letter}{more}": 1000.0**power for power, letter in enumerate("kmgt", 1) for more in ("", "b")},
    **{f"{letter}i{more}": 1024.0**power for power, letter in enumerate("kmgt", 1) for more in ("", "b")},
}


def names(what: str, words: str, allowed: Sequence[str]) -> tuple[str, ...]:
    """Comma-separated names, each one of `allowed`; "all" for all of them.

    Raises UsageError naming the allowed ones.
    """
    if words == "all":
        return tuple(allowed)
    given = tuple(word.strip() for word in words.split(","))
    for name in given:
        if name not in allowed:
            raise unknown(what, name, allowed)
    return tuple(dict.fromkeys(given))


def start_methods(words: str | None) -> tuple[str, ...]:
    """Those that are named, this Python's own where nothing is said. Raises UsageError for an unknown one."""
    return names("start method", words or start_method.default(), START_METHODS)


def is_retry(word: str) -> bool:
    """Whether a round that did not end well is to be retried, by the word for --on-crash: retry or report.

    Raises UsageError for another word.
    """
    if word not in ("report", "retry"):
        raise UsageError(f"on-crash can't be {word!r}: choose report or retry")
    return word == "retry"


def strategy_names(words: str, beside: str = "") -> tuple[str, ...]:
    """Comma-separated names of strategies; "usual" among them stands for the usual ones, "all" for all usable here.

    `module:factory` is an executor of the user's own. beside: a reference whose folder is looked through for it.
    Raises UsageError for an unknown one, for one that needs what is absent, saying what, and for an executor that does
    not work.
    """
    if words == "all":
        return tuple(strategies.usable())
    given = [name for word in words.split(",") for name in (strategies.USUAL if word.strip() == "usual" else [word])]
    executors = {name: executor.strategy_of(name.strip(), beside) for name in given if strategies.is_executor(name)}
    ours = [name for name in given if name not in executors]
    for name in names("strategy", ",".join(ours), strategies.names()) if ours else ():
        strategies.require(name)
    return tuple(dict.fromkeys(executors.get(name, name.strip()) for name in given))


def executor_names(words: str, beside: str) -> tuple[str, ...]:
    """Comma-separated executors of the user's own, `module:factory`, as names of strategies.

    beside: a reference whose folder is looked through too. Raises UsageError for one that does not work.
    """
    return tuple(executor.strategy_of(word.strip(), beside) for word in words.split(","))


def counts(what: str, words: str) -> tuple[int, ...]:
    """Whole numbers of at least 1, comma-separated, ranges like 1-8 among them."""
    numbers = [number for word in words.split(",") for number in _range(what, word.strip())]
    return tuple(dict.fromkeys(numbers))


def counts_or(what: str, words: str, none: str) -> tuple[int | None, ...]:
    """Like `counts`, with one more word that stands for None: "default" or "all"."""
    numbers: list[int | None] = []
    for word in words.split(","):
        numbers += [None] if word.strip() == none else _range(what, word.strip())
    return tuple(dict.fromkeys(numbers))


def seconds(what: str, word: str) -> float:
    """A positive number of seconds, with or without its unit: 30, 1.5, 60s, 2m, 1h."""
    return _amount(what, word, TIMES, "seconds, such as 90, 60s or 2m")


def rate(what: str, word: str) -> StartRate:
    """A number of items in a unit of time: 20/s, 300/min, 5000/h."""
    count, _, unit = (part.strip().lower() for part in word.partition("/"))
    named = next((name for name, others in RATES.items() if unit in (name, *others)), "")
    try:
        items = float(count)
    except ValueError:
        items = 0.0
    if not named or not 0 < items < float("inf"):
        raise UsageError(f"{what} can't be {word!r}: give items in a unit of time, such as 20/s, 300/min or 5000/h")
    return StartRate(items, named)


def number(what: str, word: str, of: str) -> float:
    """A positive number of something, whole or not; "of" what, for who gives something else."""
    return _amount(what, word, {"": 1.0}, of)


def size_bytes(what: str, word: str) -> float:
    """A positive number of bytes: 2GB, 500M, 1.5GiB, 800000. Decimal prefixes are powers of 1000."""
    return _amount(what, word, SIZES, "bytes, such as 500MB, 2GB or 1.5GiB")


def _amount(what: str, word: str, units: Mapping[str, float], of: str) -> float:
    bare = word.strip().lower()
    unit = max((unit for unit in units if bare.endswith(unit)), key=len, default="")
    try:
        number = float(bare.removesuffix(unit)) * units.get(unit, 1.0)
    except ValueError:
        number = 0.0
    if not 0 < number < float("inf"):
        raise UsageError(f"{what} can't be {word!r}: it must be a positive number of {of}")
    return number


def whole_number(what: str, word: str) -> int:
    """A whole number of at least 0."""
    if not (word.isascii() and word.isdigit()):
        raise UsageError(f"{what} can't be {word!r}: it must be a whole number")
    return int(word)


def _range(what: str, word: str) -> Sequence[int]:
    low, dash, high = word.partition("-")
    try:
        first, last = int(low), int(high if dash else low)
    except ValueError:
        raise UsageError(f"{what} can't be {word!r}: use numbers like 1,2,4 or 1-8") from None
    if first < 1 or last < first:
        raise UsageError(f"{what} can't be {word!r}: it must be at least 1, the smaller number first")
    if last - first >= LONGEST_RANGE:
        raise UsageError(f"{what} can't be {word!r}: a range holds at most {LONGEST_RANGE} numbers")
    return range(first, last + 1)
