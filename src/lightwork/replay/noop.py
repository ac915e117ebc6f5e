"""Items that do next to nothing, to find out what a strategy itself costs; every worker may import it."""


def turn(turns: int) -> int:
    """Do so many empty loop turns; 0 is a no-op."""
    for _ in range(turns):
        pass
    return turns


async def turn_async(turns: int) -> int:
    """The same as a coroutine that waits for nothing."""
    return turn(turns)
