"""What a plan says: its figures, why, the script to paste, and the forms in which all that is told."""
