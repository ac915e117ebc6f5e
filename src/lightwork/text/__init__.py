"""Numbers and settings in words, the same everywhere."""
