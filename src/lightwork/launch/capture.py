"""What a round's processes print: caught through a pipe, and no more of it kept than a cap.

A pipe rather than a file: workers that print without end would fill a disk.
"""

import os
from collections import deque

KEPT_BYTES = 1 << 20  # of the last output of a round
PIECE_BYTES = 65_536  # what a pipe holds
TOLD_BYTES = 20_000  # of it, in a failed round's record


class Output:
    """The read end of the pipe, with what has come through; `writer` is for the round's processes.

    kept_bytes: the last so many are kept. held_bytes: how many are, a pipe's content more at most. came_bytes: through
    the pipe in all.
    """

    def __init__(self, kept_bytes: int = KEPT_BYTES) -> None:
        self.reader, self.writer = os.pipe()
        os.set_blocking(self.reader, False)
        self._kept_bytes = kept_bytes
        self._pieces: deque[bytes] = deque()
        self.held_bytes = self.came_bytes = self._dropped_bytes = 0

    def take(self) -> int:
        """Take what is there, a pipe's content at most; returns how many bytes that were."""
        try:
            piece = os.read(self.reader, PIECE_BYTES)
        except BlockingIOError:
            return 0
        self.came_bytes += len(piece)
        self.add(piece)
        return len(piece)

    def add(self, piece: bytes) -> None:
        """Keep a piece; the oldest go where there are too many."""
        self._pieces.append(piece)
        self.held_bytes += len(piece)
        while self.held_bytes - len(self._pieces[0]) >= self._kept_bytes:
            gone = len(self._pieces.popleft())
            self.held_bytes -= gone
            self._dropped_bytes += gone

    def rest(self) -> str:
        """Take what is still there, but not forever, then tell the end of all that came."""
        for _ in range(self._kept_bytes // PIECE_BYTES + 1):
            if not self.take():
                break
        held = b"".join(self._pieces)
        dropped_bytes = self._dropped_bytes + max(0, len(held) - TOLD_BYTES)
        text = held[-TOLD_BYTES:].decode("utf-8", "replace")
        return f"[{dropped_bytes:,} bytes of output before this were dropped]\n{text}" if dropped_bytes else text

    def close(self) -> None:
        """Give both ends back."""
        os.close(self.reader)
        os.close(self.writer)
