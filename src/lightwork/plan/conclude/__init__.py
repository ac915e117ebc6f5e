"""What a plan concludes from what it measured and predicted; pure."""
