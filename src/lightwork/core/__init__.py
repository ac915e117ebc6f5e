"""The data that all rooms share."""
