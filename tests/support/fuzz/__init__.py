"""Fuzzing what reads input that may be anybody's: mutation.py, targets.py, campaign.py."""
