"""What each strategy takes to start, hand over and bring back."""
