"""Rounds on a Dask cluster: clocks aligned, rows collected."""
