"""What a round's processes print is caught, and no more of it kept than a cap."""

import os
import threading
import time

import pytest

from lightwork.launch.capture import PIECE_BYTES, TOLD_BYTES, Output


@pytest.fixture
def output():
    """An output that keeps 100 kB."""
    made = Output(kept_bytes=100_000)
    yield made
    made.close()


def test_tells_all_of_a_little(output):
    """A few lines come back as they were written."""
    os.write(output.writer, "first\nsecond, with \N{LATIN SMALL LETTER U WITH DIAERESIS}\n".encode())
    assert output.rest() == "first\nsecond, with \N{LATIN SMALL LETTER U WITH DIAERESIS}\n"


def test_a_flood_is_cut_at_its_beginning(output):
    """Of 10 MB the last bytes are told, with how many are left out; no more than the cap is held meanwhile."""
    line = b"x" * 99 + b"\n"

    def flood():
        for _ in range(100_000):
            os.write(output.writer, line)
        os.write(output.writer, b"the end")

    writer = threading.Thread(target=flood)
    writer.start()
    held = []
    while writer.is_alive():
        output.take()
        held.append(output.held_bytes)
    writer.join()
    told = output.rest()
    assert max(held) <= 100_000 + PIECE_BYTES
    assert told.endswith("the end")
    assert len(told) < TOLD_BYTES + 100
    assert told.startswith(f"[{10_000_007 - TOLD_BYTES:,} bytes of output before this were dropped]")


def test_what_never_ends_is_not_waited_for(output):
    """A writer that goes on writing does not keep the reader forever."""
    over = threading.Event()

    def flood():
        while not over.is_set():
            os.write(output.writer, b"again\n")

    writer = threading.Thread(target=flood)
    writer.start()
    try:
        while not output.take():  # until the thread has begun
            time.sleep(0.001)
        assert "again" in output.rest()
    finally:
        over.set()
        output.take()
        writer.join()


def test_is_a_files_worth_of_nothing_at_first(output):
    """Nothing written is nothing told."""
    assert output.rest() == ""
