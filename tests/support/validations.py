"""Made-up validations: workloads whose measured and predicted times are known."""

from lightwork.core.setting import Setting
from lightwork.validate.comparison import Choice, Held, MeasuredRound, PredictedWall, SerialRun, Tried
from lightwork.validate.saved import Validation

MACHINE = {"usable_cpus": 2.0, "processor": "Abacus", "python": "3.11.0"}
COSTS = {"machine": {}, "costs": [], "spin_ns": None}
MAP, QUEUE = Setting("map", 2, 4), Setting("queue", 4, 1)


def foretold(wall_s, band=0.15):
    """A prediction with an even band on the speedup."""
    return PredictedWall(wall_s, wall_s / (1 + band), wall_s / (1 - band))


def trial(block, measured_s, plain_s, conditional_s=None, level_s=None):
    """A round with what was predicted for it."""
    said = None if conditional_s is None else foretold(conditional_s)
    return MeasuredRound(block, measured_s, level_s, 1.0, foretold(plain_s), foretold(plain_s), said)


def serial(block, wall_s, again_s=None):
    """A block's serial round and its twin."""
    return SerialRun(block, wall_s, None, again_s, None, None, gil=True, ledger=f"b{block}")


def held(name="sleep_io", cells=None, runs=None, choice=None, **more):
    """A workload of two settings in three blocks, unless told otherwise."""
    runs = runs or tuple(serial(block, 1.0, 1.02) for block in range(3))
    cells = cells or (
        Tried(MAP, 4, tuple(trial(block, 0.50, 0.55, 0.51) for block in range(3))),
        Tried(QUEUE, 1, tuple(trial(block, 0.40, 0.30, 0.41) for block in range(3))),
    )
    known = {"items": 8, "weights": (1.0,) * 8, "spent_s": 10.0, "finished": True, **more}
    return Held(name, name, serial=runs, cells=cells, choice=choice, **known)


def validation(*studies):
    """A validation of these workloads."""
    return Validation(studies, MACHINE, COSTS, 1, "2026-01-01T00:00:00+00:00", "0.1.0")


def planned(setting, spent_s=1.5):
    """A plan that recommended this."""
    return Choice(setting, spent_s)
