"""Executor trial: some calls by an executor of the user's own.

    python -m lightwork.host.executor_trial REFERENCE BESIDE ANSWER

REFERENCE is `module:factory` or `file.py:factory`; BESIDE is that of the function, whose folder is looked through too,
"" for none. The answer is a JSON object: "trouble", a line that says what is wrong with the executor, "" for nothing;
"in_threads", whether the calls were made in this process. An executor that hangs is ended by whoever started this.
"""

import json
import os
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from lightwork.errors import UsageError, text_of
from lightwork.host import lifeline
from lightwork.host.noted_call import noted
from lightwork.host.semaphores import sign_semaphores
from lightwork.workload.user_function import referred

CALLS, WORKERS, CHUNKED = 40, 2, 4
RETURNS = "return a concurrent.futures.Executor, or a context manager that yields one"


def main(arguments: Sequence[str]) -> None:
    """Try the executor and write the answer."""
    reference, beside, answer_path = arguments
    lifeline.tie(os.environ)
    sign_semaphores()
    answer: dict[str, Any] = {"trouble": "", "in_threads": False}
    try:
        if beside:
            referred(beside)
        answer["in_threads"] = _tried(reference, Path(answer_path).with_name("calls"))
    except UsageError as error:
        answer["trouble"] = str(error)
    Path(answer_path).write_text(json.dumps(answer), encoding="utf-8")
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)  # an orderly exit would wait for threads that an executor has left


def _tried(reference: str, notes: Path) -> bool:
    """Whether calls are made in this process. Raises UsageError for an executor that is none, or a wrong one."""
    make = referred(reference)
    if not callable(make):
        raise UsageError(f"{reference} can't be called: name a function or class that takes max_workers")
    manager = _called(f"{reference}(max_workers={WORKERS})", partial(make, max_workers=WORKERS))
    if not hasattr(manager, "__enter__"):
        raise UsageError(f"{reference} returned a {type(manager).__name__}, no executor: {RETURNS}")
    executor = _called(f"{reference}: __enter__()", manager.__enter__)
    try:
        return _used(reference, executor, notes)
    finally:
        _called(f"{reference}: __exit__()", lambda: manager.__exit__(None, None, None))


def _used(reference: str, executor: Any, notes: Path) -> bool:
    """The same of the executor itself, by mapping calls in the two ways in which a strategy does."""
    if not all(hasattr(executor, name) for name in ("submit", "map")):
        raise UsageError(f"{reference} yields a {type(executor).__name__}, which has no submit() and map(): {RETURNS}")
    function = partial(noted, str(notes))
    answers = _called(f"{reference}: map()", lambda: list(executor.map(function, range(CALLS))))
    if not all(isinstance(answer, tuple) and len(answer) == 2 for answer in answers):  # noqa: PLR2004  number and pid
        raise UsageError(f"{reference}: map() returned {type(answers[0]).__name__} objects: let it return the results")
    _refuse_wrong(reference, [number for number, _ in answers], notes)
    in_threads = {pid for _, pid in answers} == {os.getpid()}
    if not in_threads:
        chunked = lambda: list(executor.map(abs, range(CHUNKED), chunksize=2))  # noqa: E731
        _called(f"{reference}: map(..., chunksize=2)", chunked)
    return in_threads


def _refuse_wrong(reference: str, numbers: Sequence[int], notes: Path) -> None:
    """Raise UsageError where calls were lost, mixed up, or made more than once."""
    expected = list(range(CALLS))
    if lost := len({*expected} - {*numbers}):
        raise UsageError(f"{reference} lost {lost} of {CALLS} calls: map() must return one result for each item")
    if len(numbers) > CALLS:
        raise UsageError(f"{reference}: map() returned {len(numbers)} results for {CALLS} items: return one for each")
    if list(numbers) != expected:
        raise UsageError(f"{reference}: map() mixed up its results: return them in the order of the items")
    made = Counter(notes.read_text(encoding="utf-8").split() if notes.exists() else ())  # none by another host
    if again := [number for number, times in made.items() if times > 1]:
        raise UsageError(f"{reference} ran {len(again)} of {CALLS} calls more than once: run each once")


def _called(what: str, call: Callable[[], Any]) -> Any:
    """What the call returns. Raises UsageError where it raises."""
    try:
        return call()
    except Exception as error:  # noqa: BLE001  whatever the user's code raises
        raise UsageError(f"{what} raised {' '.join(text_of(error).split())}") from None


if __name__ == "__main__":
    main(sys.argv[1:])
