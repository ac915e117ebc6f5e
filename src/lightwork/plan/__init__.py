"""Find a setting for a user's own job, within a time budget."""
