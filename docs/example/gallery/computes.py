"""Pure Python computation: each item keeps one core busy for some 10 ms."""


def longest_chain(start):
    """The start below `start`, of the last 2,000, whose Collatz chain is the longest."""
    return max(range(start - 2_000, start), key=chain)


def chain(number):
    steps = 0
    while number > 1:
        number = number // 2 if number % 2 == 0 else 3 * number + 1
        steps += 1
    return steps


STARTS = list(range(10_000, 250_000, 2_000))
