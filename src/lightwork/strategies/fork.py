"""fork: `os.fork` by hand. Each child inherits its part of the list and sends its results through a pipe."""

import os
import pickle
import traceback
from collections.abc import Sequence
from typing import Any, NoReturn

from lightwork.core.hand_out import Fixed
from lightwork.strategies import strategy

SCRIPT = """\
import os
import pickle
import traceback

if __name__ == "__main__":
    items = $items
    children, answers = [], []
    for worker in range($workers):
        receiver, sender = os.pipe()
        pid = os.fork()
        if pid == 0:  # the child: does its part and leaves, whatever happens
            try:
                with os.fdopen(sender, "wb") as pipe:
                    pickle.dump([$function(item) for item in items[worker::$workers]], pipe)
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(0)
        os.close(sender)
        children.append((pid, receiver))
    for pid, receiver in children:
        with os.fdopen(receiver, "rb") as pipe:
            answers.append(pipe.read())
        os.waitpid(pid, 0)
    results = [result for answer in answers for result in pickle.loads(answer)]
"""
WATCHED = SCRIPT.replace("in children:", "in $bar(children, total=$workers):")


def work(function: Any, part: Sequence[Any], pipe: int) -> NoReturn:
    """Run one part in the child, write what came of it, and leave, whatever happens: the rest is the parent's code."""
    status = 1
    try:
        try:
            message = pickle.dumps([function(item) for item in part])
            status = 0
        except Exception as error:
            error.add_note(traceback.format_exc())
            message = pickle.dumps(error)
        with os.fdopen(pipe, "wb") as file:
            file.write(message)
    finally:
        os._exit(status)


@strategy(
    hand_out=Fixed(striped=True),
    rank=120,
    script=SCRIPT,
    watched=WATCHED,
    call="os.fork",
    start_methods=("fork",),
    inherits=True,
)
def run(function: Any, items: Sequence[Any], workers: int, chunksize: int | None, context: Any) -> list[Any]:
    """`os.fork` one child per part of the list, then read each pipe and `waitpid` for each child."""
    children = []
    for worker in range(workers):
        receiver, sender = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(receiver)
            work(function, items[worker::workers], sender)
        os.close(sender)
        children.append((pid, receiver))
    answers = [collect(pid, receiver) for pid, receiver in children]
    for answer in answers:
        if isinstance(answer, BaseException):
            raise answer
    return [result for part in answers for result in part]


def collect(pid: int, receiver: int) -> Any:
    """One child's results, or the exception that stands for them."""
    with os.fdopen(receiver, "rb") as file:
        message = file.read()
    _, status = os.waitpid(pid, 0)
    if not message:
        code = os.waitstatus_to_exitcode(status)
        return ChildProcessError(f"child {pid} ended with exit code {code} and sent nothing")
    return pickle.loads(message)
