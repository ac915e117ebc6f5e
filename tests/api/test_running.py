"""Running a job by a setting: every strategy's results in order, errors with their items, nothing left behind."""

import multiprocessing
import time

import pytest
from programs import program
from registered import in_matrix

from lightwork import ItemError, strategies
from lightwork.api.running import LEFT_OUT, Chosen, results_of, stream
from lightwork.core.setting import Setting
from lightwork.errors import UsageError
from lightwork.workload import shared_part
from lightwork.workload.shared_part import CommonPart

USUAL = ("serial", "threads", "process_executor", "map", "imap_unordered")
SYNC = [name for name in strategies.usable() if not strategies.find(name).staged and not strategies.find(name).awaits]
NAMES = [name for name in SYNC if name in USUAL] + in_matrix(
    *((name,) for name in SYNC if name not in (*USUAL, "dask"))
)


def chosen(name, **more):
    """Two workers of this strategy."""
    return Chosen(Setting(name, 1 if name == "serial" else 2), **more)


@pytest.mark.parametrize("name", NAMES)
def test_results_come_in_the_items_order(name):
    """Whatever order a strategy returns them in, and however it cuts the list."""
    items = [str(number) for number in range(40)]
    assert results_of(int, items, chosen(name), "raise") == list(range(40))


@pytest.mark.parametrize("name", [name for name in strategies.names() if strategies.find(name).in_order])
def test_what_says_that_it_keeps_the_order_does(name):
    """Its results are in the order of the items, as long as the items are handed out in chunks of one or of several."""
    strategy, context = strategies.find(name), multiprocessing.get_context("fork")
    for chunksize in (1, 3):
        assert list(strategy.run(int, list("76543210"), 2, chunksize, context)) == [7, 6, 5, 4, 3, 2, 1, 0]


@pytest.mark.parametrize("name", NAMES)
def test_an_error_names_its_item(name):
    """The item's own exception is raised, with a note that names the item."""
    with pytest.raises(ValueError, match="invalid literal") as raised:
        results_of(int, ["1", "2", "three", "4"], chosen(name), "raise")
    assert "in item three" in "".join(getattr(raised.value, "__notes__", [])) or name in ("joblib", "mpire")


@pytest.mark.parametrize("name", NAMES)
def test_errors_stand_beside_results_where_they_are_collected(name):
    """The others' results are there, and what failed says its item, its error and where it was raised."""
    results = results_of(int, ["1", "two", "3"], chosen(name), "collect")
    assert (results[0], results[2]) == (1, 3)
    failed = results[1]
    assert isinstance(failed, ItemError)
    assert (failed.item, failed.error.partition(":")[0]) == ("two", "ValueError")
    assert "Traceback" in failed.traceback


def hang_on_two(text):
    """Never returns for one item."""
    while text == "two":
        time.sleep(1)
    return int(text)


@pytest.mark.parametrize("name", ["threads", "map", "imap_unordered"])
def test_items_that_failed_in_the_plan_are_left_out(name):
    """Of the list that was planned: one that hangs does not run again; another list runs whole."""
    planned = chosen(name, left_out=(1,), items=4, collects=True)
    results = results_of(hang_on_two, ["1", "two", "3", "4"], planned)
    assert [results[place] for place in (0, 2, 3)] == [1, 3, 4]
    assert results[1] == ItemError("two", LEFT_OUT, "")
    assert results_of(hang_on_two, ["1", "2", "3"], planned) == [1, 2, 3]


def test_results_can_be_had_as_they_come():
    """Pairs of item and result; whoever stops early ends the work."""
    pairs = stream(int, ["3", "1", "2"], chosen("threads"), "raise")
    assert next(pairs) == ("3", 3)
    pairs.close()
    assert sorted(stream(int, ["3", "1", "2"], chosen("imap_unordered"), "raise")) == [("1", 1), ("2", 2), ("3", 3)]
    assert not multiprocessing.active_children()


def test_an_unknown_way_with_errors_is_refused_at_once():
    """Before the first item runs, though results would only come later."""
    with pytest.raises(UsageError, match="on_error can't be 'ignore'"):
        stream(int, ["1"], chosen("threads"), "ignore")


def test_arguments_retries_and_initializers_are_those_of_the_plan():
    """An item's tuple is spread, a keyword bound, and each worker begins as it was planned."""
    spread = Chosen(Setting("threads", 2), way="*", keywords=(("base", 2),))
    assert results_of(int, [("101",), ("11",)], spread, "raise") == [5, 3]
    begun = []
    with_call = Chosen(Setting("threads", 2), initializer=begun.append, initargs=("ready",))
    assert results_of(int, list("1234"), with_call, "raise") == [1, 2, 3, 4]
    assert 1 <= len(begun) <= 2
    again = results_of(int, list("12"), with_call, "raise")
    assert again == [1, 2]


async def later(number):
    """An item of a coroutine function."""
    import asyncio

    await asyncio.sleep(0.001)
    if number == "x":
        raise ValueError("no number")
    return int(number)


@pytest.mark.parametrize("name", ["asyncio", "threads", "serial", *in_matrix(("process_executor",))])
def test_coroutine_functions_run_under_every_kind_of_worker(name):
    """In the items' order, and collected with their errors."""
    assert results_of(later, list("4321"), chosen(name), "raise") == [4, 3, 2, 1]
    assert [type(each) for each in results_of(later, list("1x2"), chosen(name), "collect")] == [int, ItemError, int]


def test_in_a_running_loop_coroutines_still_run():
    """As in a notebook's cell, which runs in a loop of its own."""
    import asyncio

    async def cell():
        return results_of(later, list("4321"), chosen("asyncio"), "raise")

    assert asyncio.run(cell()) == [4, 3, 2, 1]


@pytest.mark.parametrize("count", [0, 1, 3])
def test_few_items_need_few_workers(count):
    """No more workers than items, and none for one."""
    items = [str(number) for number in range(count)]
    assert results_of(int, items, Chosen(Setting("process_executor", 64, 100)), "raise") == list(range(count))


def test_a_script_runs_its_plan_and_plans_once(tmp_path, data):
    """lightwork.run() measures in the first program and remembers in the second; results are those of a loop."""
    text = """
    import time
    import lightwork


    def load(number):
        time.sleep(0.01)
        return number * 2


    if __name__ == "__main__":
        print(lightwork.run(load, range(64), workers=8, blocks=1, progress=False) == [2 * n for n in range(64)])
    """
    first, second = (program(tmp_path, text, data=data) for _ in range(2))
    assert (first.stdout, second.stdout) == ("True\n", "True\n")
    assert "serially" in first.stderr
    assert second.stderr.startswith("lightwork: running 64 items with 8 ")
    changed = program(tmp_path, text.replace("number * 2", "2 * number"), data=data)
    assert "serially" in changed.stderr


def test_a_bar_shows_where_it_is_wanted(capsys):
    """On standard error, where progress is asked for."""
    results_of(int, list("1234"), chosen("threads"), "raise", progress=True)
    assert "4/4" in capsys.readouterr().err


def add(number, table):
    """A function of two arguments."""
    return number / table["by"]


@pytest.mark.parametrize("method", ["fork", "spawn"])
@pytest.mark.parametrize("name", ["threads", "process_executor", "imap_unordered", "inherited"])
def test_what_all_items_share_is_given_to_each_worker_once(name, method):
    """The results are those of whole items, errors name whole items, and nothing is held or left afterwards."""
    if method not in strategies.find(name).start_methods:
        pytest.skip(f"{name} does not start by {method}")
    table = {"by": 2, "more": list(range(1000))}
    items = [(number, table) for number in [4, 6, "x", 8]]
    setting = Setting(name, 2, start_method=method)
    shared = Chosen(setting, way="*", shared=CommonPart("table", 1, True))
    results = results_of(add, items, shared, "collect")
    assert [results[0], results[1], results[3]] == [2, 3, 4]
    assert results[2].item == items[2]
    assert not shared_part._held


def test_items_that_differ_in_what_was_shared_are_refused():
    """They may be others than those that were planned with."""
    shared = Chosen(Setting("process_executor", 2), way="*", shared=CommonPart("table", 1, True))
    with pytest.raises(UsageError, match="item 2 of 2 has another table"):
        results_of(add, [(1, {"by": 1}), (1, {"by": 2})], shared)
    with pytest.raises(UsageError, match="item 2 of 2 has 3 values"):
        results_of(add, [(1, 5), (1, 5, 2)], shared)
