"""A plan's environment on this machine, as tests need it."""

from functools import partial

from lightwork.launch.run import launch
from lightwork.machine.facts import facts
from lightwork.planning.environment import Environment


def environment(workdir, data_dir, *, execute=None, clock_s=lambda: 0.0, say=lambda _: None):
    """Rounds are real unless `execute` runs them; time stands still unless `clock_s` tells it."""
    return Environment(
        workdir, execute or partial(launch, workdir), clock_s, lambda _: None, say, lambda: "now",
        facts(data_dir), data_dir / "calibration",
    )  # fmt: skip
