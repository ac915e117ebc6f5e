"""Large results: little work for each item, and 8 MB that go back to the caller."""

import hashlib


def expand(number):
    block = hashlib.blake2b(number.to_bytes(4, "big")).digest()
    return block * 125_000


NUMBERS = list(range(120))
