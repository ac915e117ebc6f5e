"""A setting for a function of the user's own: predict all, measure a few, say which and why."""
