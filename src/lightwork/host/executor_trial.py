"""Executor trial: some calls by an executor of the user's own.

    python -m lightwork.host.executor_trial REFERENCE BESIDE ANSWER

REFERENCE is `module:factory` or `file.py:factory`; BESIDE is that of the function, whose folder is looked through too,
"" for none. The answer is a JSON object: "trouble", a line that says what is wrong with the executor, "" for nothing;
"in_threads", whether the calls were made in this process.
"""

import json
import os
import sys
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from lightwork.errors import UsageError, text_of
from lightwork.host import lifeline
from lightwork.host.noted_call import noted
from lightwork.workload.user_function import referred

CALLS, WORKERS = 40, 2
PATIENCE_S = 30.0  # MPI and clusters take seconds to start
RETURNS = "return a concurrent.futures.Executor, or what a with statement gets one from"


def main(arguments: Sequence[str]) -> None:
    """Try the executor, write the answer, and end at once: an executor that hangs would not let us."""
    reference, beside, answer_path = arguments
    lifeline.tie(os.environ)
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
    os._exit(0)


def _tried(reference: str, notes: Path) -> bool:
    """Whether calls are made in this process. Raises UsageError for an executor that is none, or a wrong one."""
    make = referred(reference)
    if not callable(make):
        raise UsageError(f"{reference} can't be called: name a function or class that takes max_workers")
    manager = _called(f"{reference}(max_workers={WORKERS})", partial(make, max_workers=WORKERS))
    if not hasattr(manager, "__enter__"):
        raise UsageError(f"{reference} returned an object of type {type(manager).__name__}: {RETURNS}")
    executor = _called(f"{reference}: its __enter__()", manager.__enter__)
    if not all(hasattr(executor, name) for name in ("submit", "map")):
        raise UsageError(f"{reference} makes an object of type {type(executor).__name__}: {RETURNS}")
    function = partial(noted, str(notes))
    answers = _called(f"{reference}: its map()", lambda: list(executor.map(function, range(CALLS))))
    _refuse_wrong(reference, [number for number, _ in answers], notes)
    return {pid for _, pid in answers} == {os.getpid()}


def _refuse_wrong(reference: str, numbers: Sequence[int], notes: Path) -> None:
    """Raise UsageError where calls were lost, returned or made more than once. Notes of other hosts don't come here."""
    if Counter(numbers) != Counter(range(CALLS)):
        missing = len({*range(CALLS)} - {*numbers})
        raise UsageError(f"{reference} returned {len(numbers)} results for {CALLS} calls, {missing} of them missing")
    made = Counter(notes.read_text(encoding="utf-8").split() if notes.exists() else ())
    if again := [number for number, times in made.items() if times > 1]:
        raise UsageError(f"{reference} made {len(again)} of {CALLS} calls more than once")


def _called(what: str, call: Callable[[], Any]) -> Any:
    """What the call returns. Raises UsageError where it raises, or takes too long."""
    results: list[Any] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            results.append(call())
        except BaseException as error:  # noqa: BLE001  whatever the user's code raises
            errors.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(PATIENCE_S)
    if errors:
        raise UsageError(f"{what} raised {' '.join(text_of(errors[0]).split())}")
    if not results:
        raise UsageError(f"{what} did not return within {PATIENCE_S:g} s")
    return results[0]


if __name__ == "__main__":
    main(sys.argv[1:])
