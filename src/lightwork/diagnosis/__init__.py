"""What this machine gives to workers, and what to change."""
