"""What the measurements and predictions of a plan come to."""
