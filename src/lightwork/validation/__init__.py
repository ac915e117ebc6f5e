"""Validation: how far predictions lie from what is then measured, on the user's own machine."""
