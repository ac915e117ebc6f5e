"""Threads with an interpreter each, recorded: `python subinterpreters.py LEDGER ITEMS_A ITEMS_B`, items as 0,1.

A process of its own, because one that has had interpreters can't be forked any more in some versions of Python.
"""

import pickle
import sys
import threading
import time

from lightwork.ledger import recorder
from lightwork.ledger.lifecycle import Slots
from lightwork.ledger.recorder import Detail, Recorder
from lightwork.ledger.table import Ledger

if sys.version_info >= (3, 13):
    import _interpreters

    run_code = _interpreters.exec
else:
    import _xxsubinterpreters as _interpreters

    run_code = _interpreters.run_string

CODE = """
import pickle, sys
sys.path[:] = {path!r}
run = pickle.loads({pickled!r})
for index in ({indices},):
    run((index, 0.05))
"""
path, *shares = sys.argv[1:]
slots = Slots(Ledger(path), path)
slots.hook_threads()
recorder.number_threads(slots.request_thread)
problems = []


def work(indices: str) -> None:
    """Run these items in an interpreter that knows nothing of this one's modules."""
    interpreter = _interpreters.create()
    pickled = pickle.dumps(Recorder(time.sleep, path, Detail()))
    problems.append(run_code(interpreter, CODE.format(path=sys.path, pickled=pickled, indices=indices)))
    _interpreters.destroy(interpreter)


threads = [threading.Thread(target=work, args=(indices,)) for indices in shares]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
sys.exit(repr(problems) if any(problems) or len(problems) < len(shares) else 0)
