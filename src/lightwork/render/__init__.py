"""The kit for every page, picture and table."""
