"""What a plan says: its figures, why, and the forms in which all that is told."""
