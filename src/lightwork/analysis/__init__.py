"""What the rounds mean: pure functions from recorded rounds to figures and decisions."""
