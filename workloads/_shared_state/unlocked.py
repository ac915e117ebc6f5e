"""unlocked: shared memory without a lock. Wrong: shown because it is what many begin with."""

from .block import Block, clear
from .method import Method

METHOD = Method(make=Block, clear=clear, block=True)
