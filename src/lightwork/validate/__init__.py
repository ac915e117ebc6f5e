"""Predictions checked against measurements on this machine."""
