"""Items that do next to nothing, to find out what a strategy itself costs; every worker may import it."""

import time

TURN_S = 20e-9  # an empty loop turn, about


def turn(turns: int) -> int:
    """Do so many empty loop turns; 0 is a no-op."""
    for _ in range(turns):
        pass
    return turns


def nap(turns: int) -> int:
    """Wait for about as long as so many turns take; 0 is a no-op."""
    if turns:
        time.sleep(turns * TURN_S)
    return turns


async def turn_async(turns: int) -> int:
    """The same as a coroutine that waits for nothing."""
    return turn(turns)
