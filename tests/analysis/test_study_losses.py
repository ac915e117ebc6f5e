"""The losses of a study: each round against the serial round of its own block, pooled over the rounds that count."""

from dataclasses import replace

import pytest
import report_samples as samples

from lightwork.analysis.losses import losses_of
from lightwork.analysis.study_losses import losses_over, with_losses
from lightwork.core.causes import Cause

MAP = "map-w4-c6-fork-given"


@pytest.fixture(scope="module")
def study():
    """A study with a failing cell, and its ledgers."""
    maker = samples.Maker()
    found = samples.long_tail(maker)
    return replace(found, cells=tuple(replace(cell, losses={}) for cell in found.cells)), maker.ledgers


def test_each_round_is_split_against_its_own_block(study):
    """A round's useful work is what the serial round of the same block took, not that of another."""
    found, ledgers = study
    cell = with_losses(found, ledgers).cell(MAP)
    serial = {one.block: one for one in found.serial.rounds}
    assert [cell.losses[one.block].useful_ns for one in cell.rounds] == [
        serial[one.block].item_wall_ns for one in cell.rounds
    ]
    one = cell.rounds[2]
    assert cell.losses[2] == losses_of(one, ledgers[one.ledger], 4, ledgers[serial[2].ledger])


def test_what_has_no_time_or_no_ledger_has_no_losses(study):
    """Failed rounds and rounds whose ledger was not kept are left out; the others keep theirs."""
    found, ledgers = study
    kept = {name: rows for name, rows in ledgers.items() if not name.endswith(f"{MAP}/3")}
    split = with_losses(found, kept)
    assert sorted(split.cell(MAP).losses) == [0, 1, 2, 4, 5]
    assert sorted(split.cell("queue-w8-fork-given").losses) == [0, 2, 3, 5]
    assert all(not cell.losses for cell in with_losses(found, {}).cells)


def test_serial_rounds_lose_nothing_against_themselves(study):
    """The reference split against itself has no inflation of any kind, and its useful work is its item time."""
    whole = losses_over(with_losses(*study).serial)
    assert whole.useful_ns == whole.item_ns
    assert whole.by_cause()[Cause.CPU_INFLATION] == whole.by_cause()[Cause.CORE_WAIT] == 0


def test_pooling_leaves_disturbed_rounds_out(study):
    """The losses of a cell are those of all its rounds but the disturbed ones; none are left of none."""
    cell = with_losses(*study).cell(MAP)
    assert losses_over(cell).rounds == 6
    assert losses_over(cell, frozenset({0, 4})).wall_ns == sum(
        one.wall_ns for one in cell.rounds if one.block not in {0, 4}
    )
    assert losses_over(cell, frozenset(range(6))) is None


def test_rounds_without_a_reference_do_not_spoil_the_others(study):
    """A block whose serial round is missing gives no useful work: it is pooled only where there is nothing better."""
    found, ledgers = study
    kept = {name: rows for name, rows in ledgers.items() if not name.endswith("/serial/1")}
    cell = with_losses(found, kept).cell(MAP)
    assert cell.losses[1].useful_ns is None
    assert losses_over(cell).rounds == 5
    assert losses_over(replace(cell, losses={1: cell.losses[1]})).rounds == 1
