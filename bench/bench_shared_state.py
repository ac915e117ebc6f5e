"""Figures of a state that all workers share: that no method loses an update, and that the wrong one is found out."""

import itertools
import re
from dataclasses import replace
from typing import get_args

import pytest
from rounds import job

from lightwork.core.round import Outcome
from lightwork.core.setting import Setting
from lightwork.launch.run import launch
from lightwork.launch.workdir import open_workdir
from lightwork.storage.paths import data_dir
from lightwork.study.design import draw_up
from lightwork.workloads._shared_state.method import Name

pytestmark = [pytest.mark.figures, pytest.mark.timeout(0)]

WORKERS = 8
DEADLINE_S = 300.0
RIGHT = [name for name in get_args(Name) if name != "unlocked"]
ROUNDS_OF_EACH = 200 // len(RIGHT)
STRATEGIES = ("map", "process_executor", "queue", "fork", "threads")


def rounds_of(method, strategies, count, **parameters):
    """So many rounds of this method, under each of the strategies in turn."""
    values = {"method": method, **parameters}
    settings = [Setting(strategy, WORKERS) for strategy in strategies]
    design = draw_up("shared_state", values, settings, data_dir())
    with open_workdir(data_dir()) as workdir:
        for setting in itertools.islice(itertools.cycle(settings), count):
            wanted = job(workdir, setting, "shared_state", **design.parameters)
            yield launch(workdir, replace(wanted, data_dir=str(data_dir())), DEADLINE_S).round


@pytest.mark.parametrize("method", RIGHT)
def test_no_update_is_lost(method):
    """In 200 rounds over all methods with 8 workers the state holds every update once."""
    rounds = list(rounds_of(method, STRATEGIES, ROUNDS_OF_EACH))
    for each in rounds:
        assert each.outcome is Outcome.OK, (each.cell_id, each.outcome, each.reason)
    updates = {each.evidence["updates"] for each in rounds}
    assert len({each.evidence["digest"] for each in rounds}) == len(updates) == 1
    print(f"\n{method}: 0 of {sum(updates) * len(rounds):,} updates lost in {len(rounds)} rounds, {WORKERS} workers")


def test_without_a_lock_every_round_is_found_out():
    """In 20 of 20 rounds of 8 processes without a lock the check says how many updates were lost."""
    rounds = list(rounds_of("unlocked", ("map",), 20, files=None))
    lost = [int(match[1].replace(",", "")) for each in rounds if (match := re.search(r"lost ([\d,]+) of", each.reason))]
    print(f"\nunlocked: found out in {len(lost)} of {len(rounds)} rounds; {min(lost):,} to {max(lost):,} updates lost")
    assert [each.outcome for each in rounds] == [Outcome.WRONG] * 20
    assert len(lost) == 20
