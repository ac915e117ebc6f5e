"""One giant item: the last customer in the list has two fifths of all the rows."""

ROWS = [2_000] * 60 + [80_000]  # rows per customer


def invoice(rows):
    total = 0
    for row in range(rows):
        total += sum(row % price for price in range(7, 37))
    return total
