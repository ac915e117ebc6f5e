"""What is asked for: options replace the profile's axes, and nothing that was asked for is silently left out."""

import os

import pytest

from lightwork import strategies
from lightwork.core.setting import Setting
from lightwork.errors import UsageError
from lightwork.study import bench_request, profiles

pytestmark = pytest.mark.usefixtures("forks")

USABLE = len(os.sched_getaffinity(0))


def read(**options):
    """What these options ask for, of two strategies of one workload unless they say otherwise."""
    return bench_request.read({"workloads": "file_read", "strategies": "map,static", "workers": "2"} | options)


def settings(**options):
    """The settings that these options ask for, the serial reference left out."""
    return [wanted.setting for wanted in read(**options).cells() if wanted.setting.strategy != "serial"]


def test_nothing_asked_for_is_the_quick_profile():
    """Without options every workload of the quick profile is measured, under its own axes."""
    found = bench_request.read({})
    assert [grid.workload for grid in found.grids.values()] == [grid.workload for grid in profiles.QUICK]
    assert (found.timeout_s, found.seed) == (None, 1)
    assert list(found.grids.values()) == list(profiles.QUICK)


@pytest.mark.parametrize("options", [{"workers": "2"}, {"param": ["csv_parse.split=day"]}, {"budget": "5s"}])
def test_what_is_asked_for_is_not_left_out(options):
    """The quick profile ends in time whatever it leaves out; what the options name is measured in every block."""
    grids = bench_request.read({"workloads": "csv_parse"} | options).grids.values()
    assert [(grid.is_limited, grid.blocks) for grid in grids] == [(False, profiles.BLOCKS)]
    (grid,) = bench_request.read({"workloads": "csv_parse"}).grids.values()
    assert grid.is_limited


@pytest.mark.parametrize("name", profiles.PROFILES)
def test_every_profile_can_be_asked_for(name):
    """Every profile holds each cell once, under a test id of its own, the serial reference of each label first."""
    cells = bench_request.read({"profile": name}).cells()
    assert len({cell.id for cell in cells}) == len(set(cells)) == len(cells)
    firsts = {}
    for cell in cells:
        firsts.setdefault(cell.label, cell.setting)
    assert set(firsts.values()) == {Setting("serial")}


def test_options_replace_the_profiles_axes():
    """Each axis that is given stands in the place of the profile's, and they multiply."""
    assert settings(strategies="map", workers="1,2", chunksizes="default,4", orders="given,shuffled") == [
        Setting("map", workers, chunksize, "fork", order)
        for workers in (1, 2)
        for chunksize in (None, 4)
        for order in ("given", "shuffled")
    ]


def test_cores_and_start_methods_are_axes_too():
    """cores=all leaves the cores alone; start methods are taken by those strategies that can."""
    assert settings(cores="all,1", chunksizes="default") == [
        Setting(name, 2, cores=cores) for name in ("map", "static") for cores in (None, 1)
    ]
    assert settings(strategies="map,fork", start_methods="spawn", chunksizes="default") == [
        Setting("map", 2, start_method="spawn")
    ]


def test_all_strategies_are_those_that_the_workload_can_be_run_under():
    """`all` leaves out what needs two halves or a coroutine where there are none; named, it is refused later on."""
    staged = read(workloads="csv_to_db", strategies="all", workers="2").cells()
    assert "single_writer" in {one.setting.strategy for one in staged}
    whole = read(workloads="csv_parse", strategies="all", workers="2").cells()
    assert "single_writer" not in {one.setting.strategy for one in whole}
    assert "map" in {one.setting.strategy for one in whole}
    assert "asyncio" not in {one.setting.strategy for one in whole}
    waits = read(workloads="sleep_io", strategies="all", workers="2").cells()
    assert "asyncio" in {one.setting.strategy for one in waits}
    named = read(workloads="csv_parse", strategies="single_writer", workers="2").cells()
    assert named[-1].setting.strategy == "single_writer"


def test_all_strategies_are_all_but_the_reference():
    """`all` measures every strategy that the workload can be run under, serial as the reference that always comes."""
    found = {one.setting.strategy for one in read(workloads="csv_to_db", strategies="all").cells()}
    assert found == {name for name in strategies.usable() if not strategies.find(name).awaits}


def test_a_chunksize_is_for_those_who_have_one():
    """A strategy without a chunksize is measured once, under its default."""
    assert settings(chunksizes="default,5") == [Setting("map", 2), Setting("map", 2, 5), Setting("static", 2)]


@pytest.mark.parametrize("options", [{"chunksizes": "5"}, {"start_methods": "spawn", "strategies": "fork"}])
def test_refuses_axes_that_leave_nothing_to_measure(options):
    """Axes that none of the strategies can take are refused; a run of serial alone would look like an answer."""
    with pytest.raises(UsageError, match="nothing to measure for file_read: none of"):
        read(**{"strategies": "static"} | options)


def test_serial_alone_may_be_asked_for():
    """Only the reference: a serial run is a wish like any other."""
    assert [cell.setting for cell in read(strategies="serial").cells()] == [Setting("serial")]


def test_parameters_reach_their_workload_and_its_label():
    """A parameter is laid over the profile's; what differs from the default stands in the label and the test's id."""
    found = read(param=["file_read.files=12"])
    assert list(found.grids) == ["file_read files=12"]
    assert found.cells()[1].id == "file_read-files=12-map-w2-fork-given"
    assert found.cells()[0].id == "file_read-files=12-serial"


def test_parameters_that_make_two_grids_one_measure_it_once():
    """Where a parameter makes two grids of the profile the same work, it is measured once."""
    assert list(read(workloads="sleep_io", param=["sleep_io.sizes=uniform"]).grids) == ["sleep_io sizes=uniform"]


def test_a_users_own_module_is_a_workload():
    """A dotted name is a module; its parameters are named after it."""
    found = read(workloads="toys.squares, file_read", param=["toys.squares.items=4"])
    assert set(found.grids) == {"file_read files=256", "toys.squares items=4"}


def test_times_and_blocks():
    """Blocks are a number or the least and the most; budget, timeout and seed are numbers."""
    found = read(blocks="3-5", budget="90s", timeout_s="2.5", seed="7")
    (grid,) = found.grids.values()
    assert (grid.blocks, grid.budget_s, found.timeout_s, found.seed) == ((3, 5), 90.0, 2.5, 7)
    (grid,) = read(blocks="4").grids.values()
    assert grid.blocks == (4, 4)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"profile": "huge"}, "unknown profile 'huge': choose from quick, full"),
        ({"workloads": "nap"}, "unknown workload 'nap': choose from csv_parse, csv_to_db"),
        ({"workloads": "no.such"}, "unknown workload 'no.such': choose from"),
        ({"workloads": ".nap"}, "unknown workload '.nap': choose from"),
        ({"workloads": "file_read,"}, "unknown workload '': choose from"),
        ({"workloads": "os.path"}, "module os.path registers no workload"),
        ({"strategies": "pool"}, "unknown strategy 'pool': choose from apply_async, asyncio, dask, fork"),
        ({"workers": "0"}, "workers can't be '0'"),
        ({"chunksizes": "0"}, "chunksizes can't be '0'"),
        ({"start_methods": "clone"}, "unknown start method 'clone': choose from fork, spawn, forkserver"),
        ({"orders": "random"}, "unknown order 'random': choose from given, shuffled, largest-first"),
        ({"cores": str(USABLE + 1)}, f"cores can't be {USABLE + 1}: this process may use {USABLE}"),
        ({"param": ["files=3"]}, "a parameter can't be 'files=3': write WORKLOAD.NAME=VALUE"),
        ({"param": ["file_read.files"]}, "a parameter can't be 'file_read.files'"),
        ({"param": ["file_read.rows=3"]}, "unknown parameter of workload file_read 'rows': choose from files"),
        ({"param": ["nap.items=3"]}, "unknown workload 'nap'"),
        ({"param": ["file_read.files=0"]}, "file_read.files can't be 0"),
        ({"param": ["sleep_io.items=3"]}, "--param sets workload sleep_io, which is not selected"),
        ({"blocks": "0"}, "blocks can't be '0'"),
        ({"blocks": "5-3"}, "blocks can't be '5-3'"),
        ({"blocks": "3,5"}, "blocks can't be '3,5'"),
        ({"blocks": "1-2-3"}, "blocks can't be '1-2-3'"),
        ({"budget": "0"}, "budget can't be '0'"),
        ({"timeout_s": "never"}, "timeout can't be 'never'"),
        ({"seed": "-1"}, "seed can't be '-1'"),
    ],
)
def test_refuses_what_can_not_be_measured(options, told):
    """Whatever is unknown or out of range is refused in one line that says what, and what is allowed."""
    with pytest.raises(UsageError) as refused:
        read(**options)
    assert str(refused.value).startswith(told)
    assert "\n" not in str(refused.value)


def test_a_parameter_with_choices_is_an_axis():
    """Several choices, or all of them, are a study each; what has no choices takes its commas as they are."""
    found = read(workloads="db_insert", param=["db_insert.method=row,transaction", "db_insert.batches=80"])
    assert list(found.grids) == ["db_insert batches=80 method=row", "db_insert batches=80 method=transaction"]
    assert [len(grid.settings()) for grid in found.grids.values()] == [2, 2]
    found = read(workloads="file_read", param=["file_read.cache=all"])
    assert list(found.grids) == ["file_read files=256", "file_read files=256 cache=cold"]
    with pytest.raises(UsageError, match=r"unknown db_insert.method 'bulk': choose from row, batch"):
        read(workloads="db_insert", param=["db_insert.method=row,bulk"])
    with pytest.raises(UsageError, match=r"db_insert.batches can't be '1,2': it must be one int"):
        read(workloads="db_insert", param=["db_insert.batches=1,2"])


def test_a_database_is_for_every_workload_that_takes_one():
    """One word names the database of all workloads that have one; a parameter of its own goes before it."""
    found = read(workloads="db_insert,csv_to_db,file_read", db="duckdb", param=["csv_to_db.db=sqlite"])
    assert [dict(grid.parameters).get("db") for grid in found.grids.values()] == [None, "duckdb", "sqlite"]
    with pytest.raises(UsageError, match="--db needs a workload that uses a database"):
        read(workloads="file_read", db="duckdb")
