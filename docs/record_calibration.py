"""Record what the strategies cost on this machine as the calibration that lightwork ships; run it on a quiet machine.

python docs/record_calibration.py
"""

import functools
import json
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from lightwork import strategies
from lightwork.launch.run import launch
from lightwork.launch.workdir import open_workdir
from lightwork.machine.facts import facts
from lightwork.planning.calibrate import SHIPPED, measured
from lightwork.planning.environment import Environment
from lightwork.replay import calibration
from lightwork.replay.hand_out import with_a_rule
from lightwork.storage.paths import data_dir

PLAIN = "processes", "threads"


def main() -> None:
    """Measure every strategy that comes with Python and has a hand-out rule, by every start method that it can take."""
    machine = facts(data_dir())
    names = with_a_rule(strategies.names(), are_named=False)
    kinds = [
        (name, method)
        for name in names
        if not strategies.find(name).extra and strategies.find(name).workers in (*PLAIN, "tasks")
        for method in strategies.find(name).start_methods
    ]
    with TemporaryDirectory() as folder, open_workdir(data_dir()) as workdir:
        environment = Environment(
            workdir, functools.partial(launch, workdir), time.monotonic, lambda _: None, print, lambda: "", machine,
            Path(folder),
        )  # fmt: skip
        costs = measured(environment, kinds)
    SHIPPED.write_text(json.dumps(calibration.encode(costs), indent=1) + "\n")
    print(f"{len(costs.costs)} kinds in {SHIPPED}")


if __name__ == "__main__":
    main()
