"""Which cells are measured, in which order, and when to stop."""
