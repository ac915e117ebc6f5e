"""A plan's result as text, Markdown, a page, CSV and JSON; pure."""
