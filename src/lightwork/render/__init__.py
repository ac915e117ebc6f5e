"""The kit for pages, charts and tables."""
