"""Saved files: written whole or not at all, read strictly."""
