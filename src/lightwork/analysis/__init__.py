"""What the recorded rounds mean: pure functions."""
