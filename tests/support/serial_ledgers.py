"""Made-up serial ledgers: rows whose parts are known."""

import numpy as np

from lightwork.storage.ledgers import ROW

US = 1_000


def ledger(*items_us):
    """A serial ledger of items that compute, wait, wait for a core, spin, and leave a gap: microseconds."""
    rows = np.zeros(len(items_us), ROW)
    cpu, wait, runqueue, spin, gap = (np.array(column, np.int64) * US for column in zip(*items_us, strict=True))
    walls = cpu + wait + runqueue
    rows["start_ns"] = 10**12 + np.concatenate(([0], np.cumsum(walls + spin + gap)[:-1]))
    rows["end_ns"] = rows["start_ns"] + walls
    rows["cpu_ns"], rows["runqueue_ns"], rows["spin_ns"], rows["state"] = cpu, runqueue, spin, 2
    rows["spins"] = spin > 0
    return rows
