"""One giant item: a customer with two fifths of all the rows comes last in the list."""

ROWS = [2_000] * 60 + [80_000]  # of each customer


def invoice(rows):
    total = 0
    for row in range(rows):
        total += sum(row % price for price in range(7, 37))
    return total
