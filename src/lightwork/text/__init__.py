"""Quantities and settings in words: one formatter for the terminal, Markdown, HTML and JSON."""
