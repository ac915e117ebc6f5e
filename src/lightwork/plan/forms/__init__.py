"""A plan as text, Markdown, HTML, CSV and JSON."""
