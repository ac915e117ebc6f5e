"""The words that all rooms share: setting, round, usage, estimate, losses, study; data only, standard library only."""
