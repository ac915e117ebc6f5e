"""Workloads with a known truth in them, to hold the method against."""
