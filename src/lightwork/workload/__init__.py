"""What an item is: a workload, its parameters, a function of the user's own, and the items named for it."""
