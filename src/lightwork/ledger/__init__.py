"""Record what happened: a row per item and per worker."""
