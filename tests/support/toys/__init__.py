"""Workloads made to be tested with: small, exact, and able to fail in every way that a worker can."""
