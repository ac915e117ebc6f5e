"""A study's charts, as data and drawn."""
