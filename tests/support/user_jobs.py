"""User jobs: a user's module with kinds of work that a script must take as they come. Tests copy it beside one."""

import hashlib
import time
from multiprocessing import Pipe, Process

HEAVY_BYTES, LARGE_BYTES = 8_000_000, 3_000_000
FAILING = (1, 4)  # the places, among seven, of items that hang


def small_items():
    """Numbers."""
    return list(range(7))


def square(number):
    """A number's square."""
    return number * number


def many_items():
    """Numbers, enough of them for the work to take some tenths of a second."""
    return list(range(60))


def compute(number):
    """Plain Python, for some 10 ms."""
    return sum(turn * number for turn in range(200_000))


def heavy_items(count=7):
    """8 MB each."""
    return [bytes([number]) * HEAVY_BYTES for number in range(count)]


def many_heavy_items():
    """The same, enough of them for some tenths of a second."""
    return heavy_items(24)


def digest(content):
    """A few characters for many."""
    return hashlib.blake2b(content, digest_size=8).hexdigest()


def large(number):
    """3 MB for a number."""
    return bytes([number]) * LARGE_BYTES


def square_or_hang(number):
    """The square, but of some numbers, which never end."""
    if number in FAILING:
        time.sleep(100_000)
    return number * number


def turned_or_hang(content):
    """The end of a content, the other way round, but of some contents, which never end."""
    if content[0] in FAILING:
        time.sleep(100_000)
    return content[: -LARGE_BYTES - 1 : -1]


def answer(number, sender):
    """Send the square."""
    sender.send(number * number)


def square_elsewhere(number):
    """The square, from a process that is started for it."""
    receiver, sender = Pipe(duplex=False)
    process = Process(target=answer, args=(number, sender))
    process.start()
    try:
        return receiver.recv()
    finally:
        process.join()


def summary(results):
    """What the results are, in few characters, whatever their order."""
    return sorted(digest(result) if isinstance(result, bytes) else repr(result) for result in results)
