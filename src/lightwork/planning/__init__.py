"""Find the setting for a user's job within a time budget."""
