"""The code to paste for a setting."""
