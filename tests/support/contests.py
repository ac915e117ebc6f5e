"""Contests made by hand: jobs of known items, rounds of known length, and the ledgers that such rounds would leave."""

import numpy as np

from lightwork import strategies
from lightwork.analysis.belief import Wall
from lightwork.core.round import Outcome
from lightwork.core.setting import START_METHODS, Setting
from lightwork.planning.axes import Axes
from lightwork.planning.contest import SERIAL_SETTING, Contest, Measurements
from lightwork.planning.failed_setting import FailedSetting
from lightwork.planning.job_profile import JobProfile
from lightwork.planning.learning import Seen
from lightwork.replay.calibration import Calibration
from lightwork.replay.costs import NO_COSTS
from lightwork.storage.ledgers import ROW

MS, NS_PER_S = 1_000_000, 1_000_000_000
DONE = 2


def calibration(costs=NO_COSTS):
    """Every strategy costs the same; by default nothing."""
    return Calibration({}, {(name, method): costs for name in strategies.names() for method in START_METHODS})


FREE = calibration()


def waits(*lengths_ms):
    """A serial ledger of items that wait so long, one after the other."""
    rows = np.zeros(len(lengths_ms), ROW)
    lengths_ns = np.array([round(length * MS) for length in lengths_ms])
    rows["end_ns"] = np.cumsum(lengths_ns)
    rows["start_ns"] = rows["end_ns"] - lengths_ns
    rows["state"] = DONE
    return rows


def computes(*lengths_ms):
    """The same of items that compute."""
    rows = waits(*lengths_ms)
    rows["cpu_ns"] = rows["end_ns"] - rows["start_ns"]
    return rows


def job(rows, cores=4.0, **more):
    """The job whose items were all run, which the serial ledger shows."""
    weights = [1.0] * len(rows)
    return JobProfile(rows, rows, weights, weights, cores, None, gil=True, **more)


def spread_over(workers, serial, warm_up_ms=0.0, longer=1.0):
    """The ledger of a round in which each item goes to the worker that is free first.

    warm_up_ms: what each worker waits before its first item is done; longer: how many times as long items take.
    """
    rows, free_ns, begun = serial.copy(), np.zeros(workers, np.int64), set()
    for place, length_ns in enumerate(longer * (serial["end_ns"] - serial["start_ns"])):
        worker = int(free_ns.argmin())
        start_ns = free_ns[worker]
        free_ns[worker] += round(length_ns) + (0 if worker in begun else round(warm_up_ms * MS))
        rows["worker"][place], rows["start_ns"][place], rows["end_ns"][place] = worker + 1, start_ns, free_ns[worker]
        begun.add(worker)
    return rows


def measurements(profile, rounds, rows=None, **more):
    """What rounds of these walls in seconds come to, an Outcome for one that failed; the serial one's are its own.

    rounds: by setting, a wall a block, None where a block has none. rows: of a setting's rounds, their ledger.
    """
    once_s = float((profile.sample["end_ns"] - profile.sample["start_ns"]).sum()) / NS_PER_S
    walls, seen, failed = [Wall(SERIAL_SETTING, 0, once_s)], [], []
    for setting, lengths in rounds.items():
        sound = [(block, wall) for block, wall in enumerate(lengths, start=1) if isinstance(wall, float)]
        walls += [Wall(setting, block, wall) for block, wall in sound]
        bad = [wall for wall in lengths if isinstance(wall, Outcome)]
        if bad:
            failed.append(FailedSetting(setting, len(bad), len(lengths), bad[0], "2 items were lost"))
        if setting != SERIAL_SETTING:
            ledger = (rows or {}).get(setting)
            ledger = spread_over(setting.workers, profile.sample) if ledger is None else ledger
            seen += [Seen(setting, wall * NS_PER_S, ledger) for _, wall in sound]
    serial_s = [wall for wall in rounds.get(SERIAL_SETTING, ()) if isinstance(wall, float)] or [once_s]
    blocks = max(map(len, rounds.values()), default=0)
    return Measurements(tuple(walls), tuple(seen), tuple(failed), serial_s[-1] * NS_PER_S, blocks, **more)


def contest(profile, axes=None, rounds=None, rows=None, costs=NO_COSTS, fits=None, **more):
    """The contest after these rounds; see `measurements`."""
    return Contest(
        profile, axes or Axes(), calibration(costs), fits or (lambda _: True),
        measurements(profile, rounds or {}, rows, **more),
    )  # fmt: skip


def pool(workers, chunksize=1, **more):
    """A pool's map."""
    return Setting("map", workers, chunksize, **more)
