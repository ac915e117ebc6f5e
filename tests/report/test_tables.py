"""The tables of efficiency factors and of what every setting took."""

import math
import statistics
from dataclasses import replace

import pytest
import report_samples as samples

from lightwork.analysis.judged_study import judge
from lightwork.analysis.scaling import karp_flatt, scale
from lightwork.core.usage import Usage
from lightwork.render.table import UNKNOWN, Entry
from lightwork.report import factors, resources
from lightwork.text.quantities import percent, times
from lightwork.text.variants import cell_name


@pytest.fixture(scope="module")
def judged():
    """The sample's studies, judged."""
    return judge(*samples.sample())


def _row(table, name):
    [found] = [[entry.words for entry in row] for row in table.rows if row[0].words == name]
    return dict(zip([column.name for column in table.columns], found, strict=True))


def test_factors_are_the_losses_own(judged):
    """Every figure is the pooled losses' factor in percent; the serial fraction follows from the speedup."""
    for one in judged:
        table = factors.factors_table(one.scaling, one.losses, {})
        for cell in one.scaling.cells:
            if not cell.parallel or cell.failed:
                continue
            found, row = one.losses[cell.cell.cell_id].factors(), _row(table, cell_name(cell.cell))
            assert row["load balance"] == percent(found.load_balance)
            assert row["communication efficiency"] == percent(found.communication)
            assert row["parallel efficiency"] == percent(found.parallel_efficiency)
            assert row["computation scalability"] == percent(found.computation_scalability)
            assert row["global efficiency"] == percent(found.global_efficiency)
            workers = cell.cell.setting.workers
            fraction = UNKNOWN.words if workers == 1 else percent(karp_flatt(cell.speedup.point, workers))
            assert row["serial fraction"] == fraction


def test_failed_and_serial_cells_have_no_factors(judged):
    """Failing work looks fast, and the reference has nothing to compare with: neither has a row."""
    names = [name.words for name, *_ in factors.factors_table(judged[0].scaling, judged[0].losses, {}).rows]
    assert "queue, 8 workers" not in names
    assert not [name for name in names if name.startswith("serial")]
    assert factors.factors_table(judged[0].scaling, {}, {}) is None


def test_every_quantity_says_how_to_read_it(judged):
    """Each column has a line of its own that says how to read it."""
    tables = [
        factors.factors_table(judged[0].scaling, judged[0].losses, {}),
        resources.resources_table(judged[0].scaling, {}),
    ]
    assert all(len(column.meaning) > 20 for table in tables for column in table.columns[1:])


def test_figures_sort_by_the_number_that_they_tell(judged):
    """Each figure that is known carries its number; what is unknown or unbounded carries none."""
    for table in (
        factors.factors_table(judged[0].scaling, judged[0].losses, {}),
        resources.resources_table(judged[0].scaling, {}),
    ):
        told = [entry for _, *entries in table.rows for entry in entries]
        assert all((entry.value is None) == (entry.words.split()[0] in {"n/a", "unknown"}) for entry in told)
    assert [Entry.of(value, times).value for value in (None, math.inf, math.nan, 2.5)] == [None, None, None, 2.5]


def test_usage_is_the_median_over_undisturbed_rounds(judged):
    """Entrys are medians over the rounds that verdicts rest on; a disturbed round does not move them."""
    study = judged[1].study
    cell_id = "map-w2-c80-fork-given"
    cells = []
    for cell in study.cells:
        rounds = [found for found in cell.rounds if found.block in {1, 2, 3}]  # the third was spoiled
        if cell.cell_id == cell_id:
            used = [replace(found.usage, minor_faults=10**found.block) for found in rounds]
            rounds = [replace(found, usage=usage) for found, usage in zip(rounds, used, strict=True)]
        cells.append(replace(cell, rounds=tuple(rounds)))
    scaling = scale(replace(study, cells=tuple(cells)), 4)
    [cell] = [cell for cell in scaling.cells if cell.disturbed]
    assert (cell.cell.cell_id, list(cell.disturbed)) == (cell_id, [3])
    row = _row(resources.resources_table(scaling, {}), cell_name(cell.cell))
    assert row["page faults, minor / major"] == "55 / 0"
    assert row["CPU time of others / stolen"] == "2.0 ms / 0 s"


def test_pickled_bytes_are_per_item(judged):
    """The probing round's bytes are divided by the items; a cell without such a round has none."""
    scaling = judged[0].scaling
    assert _row(resources.resources_table(scaling, {}), "queue, 4 workers")["pickled per item, sent / returned"] == (
        "120 B / 80 B"
    )
    cells = tuple(
        replace(cell, probe=None) if cell.cell_id == "queue-w4-fork-given" else cell for cell in scaling.study.cells
    )
    without = scale(replace(scaling.study, cells=cells), 4)
    assert _row(resources.resources_table(without, {}), "queue, 4 workers")["pickled per item, sent / returned"] == (
        UNKNOWN.words
    )


def test_sampling_cost_is_shown(judged):
    """The sampler's own CPU time is told as a share of one core, per setting and at its worst."""
    one = judged[2].scaling
    row = _row(resources.resources_table(one, {}), "map, 2 workers, chunksize 1")
    rounds = [found for cell in one.study.cells if cell.cell_id == "map-w2-c1-fork-given" for found in cell.rounds]
    assert row["sampling, share of a core"] == percent(statistics.median(1_200_000 / found.wall_ns for found in rounds))
    worst = max(1_200_000 / found.wall_ns for cell in one.study.cells for found in cell.rounds if found.ok)
    assert percent(worst) in resources.sampling_words(one)


def test_columns_without_a_figure_are_left_out():
    """What no round knows has no column; where nothing was counted there is no table."""
    maker = samples.Maker()
    study = samples.study(maker, "s", [samples.MS] * 8, samples.settings((2,), {"strategy": "map"}))
    known = [column.name for column in resources.resources_table(scale(study, 4), {}).columns]
    assert "throttled" not in known
    assert "files in the page cache" not in known
    forgotten = samples.old(samples.results(study)).studies[0]
    assert resources.resources_table(scale(forgotten, 4), {}) is None
    warm = replace(
        study.cells[2], rounds=tuple(replace(one, facts={"resident_fraction": 0.5}) for one in study.cells[2].rounds)
    )
    table = resources.resources_table(scale(replace(study, cells=(*study.cells[:2], warm)), 4), {})
    assert _row(table, "map, 2 workers")["files in the page cache"] == "50 %"
    assert _row(table, "serial")["files in the page cache"] == UNKNOWN.words


def test_unknown_fields_of_a_pair_are_said(judged):
    """Where the kernel tells one of a pair and not the other, the other is marked as unknown."""
    study = judged[2].study
    cells = [
        replace(cell, rounds=tuple(replace(found, usage=Usage(minor_faults=7)) for found in cell.rounds))
        for cell in study.cells
    ]
    table = resources.resources_table(scale(replace(study, cells=tuple(cells)), 4), {})
    assert _row(table, "serial")["page faults, minor / major"] == "7 / n/a"


def test_memory_is_the_largest_of_all_rounds_the_untimed_one_included(judged):
    """Peaks that only the probing round saw are told, for all processes and for the largest worker; else unknown."""
    one = judged[0]
    cell = one.scaling.cells[2].cell
    seen = replace(cell.rounds[0].memory, peak_pss_bytes=900 << 20, peak_uss_bytes=700 << 20)
    worker = replace(cell.rounds[0].workers[0], peak_pss_bytes=90 << 20, peak_uss_bytes=80 << 20)
    unseen = tuple(replace(found, memory=None, workers=()) for found in cell.rounds)
    probe = replace(cell.rounds[0], memory=seen, workers=(worker,))
    peaks = resources.memory_peaks(replace(cell, rounds=unseen, probe=probe))
    assert peaks == (Entry("900 MiB / 700 MiB", 900 << 20), Entry("90.0 MiB / 80.0 MiB", 90 << 20))
    assert resources.memory_peaks(replace(cell, rounds=unseen, probe=None)) == (UNKNOWN, UNKNOWN)
