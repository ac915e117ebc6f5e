"""Predictions compared with measurements on the user's own machine. `lightwork validate`."""
