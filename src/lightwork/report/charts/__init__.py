"""A study's charts: as plain data, and drawn."""
