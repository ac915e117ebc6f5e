"""Wrappers: functions of an item that a script puts around the user's own, at its top level, where spawn finds them.

    attempt(item)             errors beside results
      initialized_item(item)  the initializer first, for strategies that take none
        retry(item)           again after an error
          paced_item(item)    not before its turn, each try
            limited(item)       a time-out
              await_item(item)  a coroutine function, in a worker that calls plain ones
              call_item(item)   another way to pass an item; the innermost of all does that itself

Pure: text in, text out.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lightwork.planning.script import pacing
from lightwork.strategies import Strategy

if TYPE_CHECKING:
    from lightwork.planning.script.source import Source

# $call is the call of what stands inside; $def and $sleep differ for coroutine functions.
ATTEMPT = """\
import traceback


$def attempt(item):
    try:
        return item, $call, None
    except Exception:
        return item, None, traceback.format_exc()
"""
RETRY = """\
$import_sleep
import random


$def retry(item):
    for tries in range($retries):
        try:
            return $call
        except Exception:
            $sleep(2**tries * random.uniform(0.5, 1.5))  # 1, 2, 4, ...
    return $call
"""
LIMITED = """\
import signal


def stop(signum, frame):
    raise TimeoutError("an item took longer than $timeout s")


def limited(item):
    signal.signal(signal.SIGALRM, stop)  # ends Python code and waits, no long C call
    signal.setitimer(signal.ITIMER_REAL, $timeout)
    try:
        return $call
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
"""
LIMITED_AWAITED = """\
import asyncio


async def limited(item):
    return await asyncio.wait_for($bare, timeout=$timeout)
"""
# In its place where items run in threads.
UNLIMITED = "# No time-out: Python can't stop a thread. Give one to what $function calls.\n"

# An item of a coroutine function to its end, in a loop that its process or thread keeps.
AWAIT_IN_PROCESSES = """\
import asyncio

runner = asyncio.Runner()


def await_item(item):
    return runner.run($bare)
"""
AWAIT_IN_THREADS = """\
import asyncio
import threading

local = threading.local()


def await_item(item):
    if not hasattr(local, "runner"):
        local.runner = asyncio.Runner()
    return local.runner.run($bare)
"""
INITIALIZED = """\

$def initialized_item(item):
    if not hasattr($keeper, "is_called"):
        $keeper.is_called = True  # in this worker
        $initialize
    return $call
"""
CALL = """\

$def call_item(item):
    return $call
"""
PARTIAL = """\
from functools import partial

call_item = partial($function, $keywords)
"""
# A bar where the library for it is not there.
SHOWN = """\
import sys


def shown(answers, total):
    for done, answer in enumerate(answers, 1):
        yield answer
        print(f"\\r{done} of {total}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
"""
CALLED = "$function(item)"  # how a strategy's script calls the function by itself, where it does
# After the work, where errors stand beside results.
ERRORS = """\
    errors = [(item, error) for item, _, error in results if error]
    print(f"{len(errors)} of {len(results)} items failed", file=sys.stderr)
"""
NAMES = (
    "attempt",
    "retry",
    "stop",
    "limited",
    "await_item",
    "runner",
    "local",
    "initialized_item",
    "call_item",
    "shown",
)


def wrapped(source: "Source", strategy: Strategy) -> str:
    """The script of a strategy, with blanks, that calls the source's wrappers in the place of its function."""
    script = _with_bar(source, strategy) + ERRORS * source.guards.collects
    inward = [*_outer(source, strategy), *_inner(source, strategy)]
    if not inward and source.shared:
        inward = [("call_item", CALL)]
    if not inward and source.passing.keywords and not source.passing.way:
        return _around(script, "call_item", PARTIAL)
    if not inward and source.passing.way:
        if script.count("$function") == script.count(CALLED):
            return script.replace(CALLED, f"$function({source.passing.call})")
        inward = [("call_item", CALL)]
    for place, (name, code) in enumerate(inward):
        script = _around(script, name, _filled(code, source, strategy, is_innermost=place == len(inward) - 1))
    if source.shared:
        begin = source.initializer.call if source.initializer else ""
        script = _around(script, "", source.shared.code(begin))
    return _with_remark(script, source, strategy)


def _with_bar(source: "Source", strategy: Strategy) -> str:
    """The script of a strategy, with a bar where one is asked for."""
    watched = strategy.watched if source.guards.bar else ""
    if source.guards.bar == "tqdm" or "$bar" not in watched:
        return (watched or strategy.script).replace("$bar", "tqdm")
    return _around(watched.replace("$bar", "shown"), "", SHOWN)


def _outer(source: "Source", strategy: Strategy) -> Iterator[tuple[str, str]]:
    """The names and codes of those that are asked for, from outside."""
    if source.guards.collects:
        yield "attempt", ATTEMPT
    if source.initializer and not strategy.takes_initializer:
        yield "initialized_item", INITIALIZED
    if source.guards.retries:
        yield "retry", RETRY
    if source.rate:
        yield pacing.NAME, pacing.code_for(strategy)


def _inner(source: "Source", strategy: Strategy) -> Iterator[tuple[str, str]]:
    """The names and codes of those that depend on where an item runs, from outside."""
    if source.is_coroutine and not strategy.awaits:
        yield "await_item", AWAIT_IN_THREADS if strategy.workers == "threads" else AWAIT_IN_PROCESSES
    if source.guards.timeout_s and source.is_coroutine:
        yield "limited", LIMITED_AWAITED
    elif source.guards.timeout_s and strategy.ends_items:
        yield "limited", LIMITED


def _filled(code: str, source: "Source", strategy: Strategy, *, is_innermost: bool) -> str:
    """The code with the blanks filled that depend on the place and the kind of function."""
    awaits = source.is_coroutine and strategy.awaits
    bare = f"$function({source.arguments if is_innermost else 'item'})"
    blanks = {
        "def": "async def" if awaits else "def",
        "call": f"await {bare}" if awaits else bare,
        "bare": bare,
        "import_sleep": "import asyncio" if awaits else "import time",
        "sleep": "await asyncio.sleep" if awaits else "time.sleep",
        "retries": str(source.guards.retries),
        "timeout": f"{source.guards.timeout_s:g}",
    }
    for name, words in blanks.items():
        code = code.replace(f"${name}", words)
    return code


def _with_remark(script: str, source: "Source", strategy: Strategy) -> str:
    """Say where a time-out was asked for that can't be had."""
    if not source.guards.timeout_s or source.is_coroutine or strategy.ends_items:
        return script
    before, main, after = script.partition('if __name__ == "__main__":')
    return f"{before}{UNLIMITED}{main}{after}"


def _around(script: str, name: str, wrapper: str) -> str:
    """The script that calls this function of an item, by its name and code, in the place of the user's.

    Without a name the code is only put before it.
    """
    more, function = split(wrapper)
    imports, body = split(script)
    body = body.lstrip("\n").replace("$function", name or "$function")
    head = "\n".join(filter(None, (more, imports)))
    return f"{head}\n\n{function}\n\n{body}" if head else f"{function}\n\n{body}"


def split(script: str) -> tuple[str, str]:
    """The import statements that a script opens with, and what follows the blank line below them."""
    if not script.startswith(("from ", "import ")):
        return "", script
    imports, _, body = script.partition("\n\n")
    return imports, body
