"""Option words: values of a Python call as the words that the same option takes on a command line."""

import json
from collections.abc import Iterable

from lightwork.errors import UsageError


def option_word(name: str, value: object) -> str:
    """A number or a word. Raises UsageError for anything else."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise UsageError(f"{name} can't be {value!r:.40}: give a number or a word, as on the command line")
    return str(value)


def axis_words(name: str, value: object) -> str:
    """Counts or names, separated by commas; None is the default. Raises UsageError for what is neither."""
    values = [value] if isinstance(value, str | int) else value
    if not isinstance(values, Iterable):
        raise UsageError(f"{name} can't be {value!r:.40}: give one or a list of them")
    return ",".join("default" if each is None else option_word(name, each) for each in values)


def json_words(name: str, value: object) -> str:
    """Plain values as JSON. Raises UsageError for others, and for those that JSON changes: tuples, number keys."""
    try:
        words = json.dumps(value)
        trouble = "" if json.loads(words) == value else "JSON changes it"
    except (TypeError, ValueError) as error:
        trouble = str(error)
    if trouble:
        raise UsageError(f"{name} can't be {value!r:.40} ({trouble}): pass JSON values or use partial()")
    return words
