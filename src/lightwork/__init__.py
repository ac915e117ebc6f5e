"""Measure how many workers, which strategy and what chunksize a Python job should have.

Importing this package loads nothing heavy: every worker process pays for what stands here.
"""

__version__ = "0.1.0"
