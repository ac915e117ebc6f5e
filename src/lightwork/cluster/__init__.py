"""Rounds whose workers are a cluster's: a visit to its scheduler, whose clock is whose, which rows travel."""
