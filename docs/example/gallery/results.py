"""Large results: little work per item, and 8 MB to send back."""

import hashlib


def expand(number):
    block = hashlib.blake2b(number.to_bytes(4, "big")).digest()
    return block * 125_000


NUMBERS = list(range(120))
