"""Which cells are measured, when, and in what order."""
