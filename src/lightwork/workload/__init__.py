"""What is run: a function, its items, a check that the work was done."""
