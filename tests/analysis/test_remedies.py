"""Remedies: the largest loss with its figure and its evidence, and the remedies that fit both."""

from dataclasses import replace

import pytest
from builders import make_cell, make_round, make_study
from hypothesis import assume, given
from hypothesis import strategies as st

from lightwork.analysis.recommendation import recommend
from lightwork.analysis.remedies import EXPLANATIONS, largest_loss
from lightwork.analysis.scaling import scale
from lightwork.core.causes import Cause
from lightwork.core.losses import Losses
from lightwork.core.remedy import LITTLE, RemedyKind, TrialResult
from lightwork.core.setting import Setting
from lightwork.core.usage import Traffic, Usage
from lightwork.strategies import find
from lightwork.text.losses import loss_and_remedy, loss_sentence, remedies_sentence

MS = 1_000_000
FIELDS = {
    Cause.START_UP: "start_up_ns",
    Cause.DISPATCH: "dispatch_ns",
    Cause.TAIL: "tail_ns",
    Cause.TEARDOWN: "teardown_ns",
    Cause.CPU_INFLATION: "cpu_inflation_ns",
    Cause.CORE_WAIT: "core_wait_ns",
    Cause.BLOCKING: "blocked_inflation_ns",
}


def losing(cause, lost_ms=900, workers=4, rounds=1):
    """Losses of rounds of one second in which this cause took so much of each, and nothing else anything."""
    budget_ns = workers * 1000 * MS * rounds
    lost_ns, inflation = lost_ms * MS * rounds, {FIELDS[one]: 0 for one in list(FIELDS)[4:]}
    inside = lost_ns if FIELDS[cause] in inflation else 0
    useful_ns = budget_ns - lost_ns
    base = Losses(
        workers, 0, useful_ns + inside, 0, 0, 0, budget_ns, useful_ns // workers, useful_ns, rounds=rounds, **inflation
    )
    return replace(base, **{FIELDS[cause]: lost_ns})


def finding(cause, setting=None, *, serial=None, usable_cpus=8.0, longest_share=0.01, recommended=False, **more):
    """What is found of a cell that suffers this cause; `more` replaces fields of the cell."""
    setting = setting or Setting("map", 4)
    lost_ms, rounds = more.pop("lost_ms", 900), more.pop("rounds", 1)
    study = make_study([3.1] * 6, {setting: [1.0] * 6}, longest_share=longest_share)
    if serial is not None:
        study = replace(study, cells=(serial, *study.cells[1:]))
    cell = replace(study.cells[2], **more)
    losses = losing(cause, lost_ms, setting.workers, rounds)
    return largest_loss(scale(study, usable_cpus), cell, losses, recommended=recommended)


@pytest.mark.parametrize("cause", FIELDS)
def test_names_the_largest_loss_with_its_figure(cause):
    """Whatever takes most is named, with speedup lost, workers and share, and it has a lever."""
    found = finding(cause)
    assert found.cause is cause
    assert loss_sentence(found).startswith(f"{cause} takes 0.9 of 4 workers' speedup (22 %)")
    assert found.remedies
    assert loss_and_remedy(found) == f"{loss_sentence(found)}: {remedies_sentence(found)}"


def test_every_cause_has_a_lever():
    """No cause can come out largest without words for it."""
    assert set(EXPLANATIONS) == set(Cause)


def test_little_needs_no_lever():
    """Below one twentieth of the speedup nothing is advised."""
    found = finding(Cause.TAIL, lost_ms=round(4000 * LITTLE) - 1)
    assert loss_sentence(found).startswith("little is lost: tail takes 0.2 of 4 workers' speedup")
    assert (found.remedies, remedies_sentence(found), loss_and_remedy(found)) == ((), "", loss_sentence(found))


def test_figures_are_a_rounds_own_however_many_were_pooled():
    """Pooling ten rounds changes neither the share nor the time that a worker takes to start."""
    one, ten = finding(Cause.START_UP), finding(Cause.START_UP, rounds=10)
    assert loss_sentence(one) == loss_sentence(ten)
    assert "225 ms per worker" in loss_sentence(one)


@pytest.mark.parametrize(
    ("method", "advised"),
    [("fork", "fewer workers"), ("spawn", "forkserver or fork, or import less"), ("forkserver", "import less")],
)
def test_start_up_depends_on_the_start_method(method, advised):
    """A spawned worker pays for imports; a forked one for its parent's size and its own number."""
    assert advised in remedies_sentence(finding(Cause.START_UP, Setting("map", 4, start_method=method)))


def test_dispatch_asks_for_chunks():
    """So large a chunk that hand-over stays below a twentieth of the work; a strategy without any is exchanged."""
    larger = finding(Cause.DISPATCH, Setting("imap_unordered", 2, 1), chunksize=1)
    assert "hand out larger chunks, of about 2 items" in remedies_sentence(larger)
    assert "hand out chunks, as map" in remedies_sentence(finding(Cause.DISPATCH, Setting("apply_async", 4)))
    assert "make the items larger" in remedies_sentence(finding(Cause.DISPATCH, Setting("map", 2, 2), chunksize=2))


@pytest.mark.parametrize("cause", [Cause.DISPATCH, Cause.TEARDOWN])
@pytest.mark.parametrize(
    ("traffic", "advice"),
    [
        (Traffic(400, 4, 32_000_000, 4), "return a path or a summary"),
        (Traffic(32_000_000, 4, 400, 4), "send less: a path or a key in place of the data"),
    ],
)
def test_bulky_pickles_are_told_from_many_messages(cause, traffic, advice):
    """Where an item's pickles are large it is their bytes that cost, there or back, and no chunk helps."""
    found = finding(cause, probe=replace(make_round(1.0), traffic=traffic))
    assert "7.63 MiB pickled per item" in loss_sentence(found)
    assert advice in remedies_sentence(found)


def test_a_long_item_is_named():
    """An item of half a worker's share is named, to be split; one that starts first already can only be split."""
    found = finding(Cause.TAIL, longest_share=0.3)
    assert "a.csv alone is 30 % of the work" in loss_sentence(found)
    assert remedies_sentence(found).startswith("split a.csv, or start with the largest items")
    assert remedies_sentence(
        finding(Cause.TAIL, Setting("imap_unordered", 4, 1, order="largest-first"), longest_share=0.3)
    ) == ("split a.csv")


def test_sorting_is_no_lever_where_it_would_pile_up_the_giants():
    """Contiguous shares or large chunks of a sorted list give one worker all the large items."""
    assert "largest items" not in remedies_sentence(finding(Cause.TAIL, Setting("static", 4)))
    assert "largest items" not in remedies_sentence(finding(Cause.TAIL, Setting("map", 4, 8), chunksize=8))
    assert "largest items" in remedies_sentence(finding(Cause.TAIL, Setting("static_striped", 4)))
    assert remedies_sentence(finding(Cause.TAIL, Setting("apply_async", 4))) == "start with the largest items"


def test_fixed_shares_hand_nothing_over_between_items():
    """A gap between the items of a static split is bookkeeping: no chunk makes it smaller."""
    assert "overhead" in remedies_sentence(finding(Cause.DISPATCH, Setting("static", 2)))


def test_one_worker_can_not_be_fewer():
    """A single worker is never told to be fewer."""
    assert "fewer" not in remedies_sentence(finding(Cause.START_UP, Setting("map", 1)))


def test_a_tail_of_even_items_comes_from_the_hand_out():
    """Fixed shares are to be handed out item by item, large chunks as smaller ones."""
    assert "item by item" in remedies_sentence(finding(Cause.TAIL, Setting("static", 4)))
    chunked = finding(Cause.TAIL, Setting("map", 4, 8), chunksize=8)
    assert "smaller chunks" in remedies_sentence(chunked)
    assert "alone is" not in loss_sentence(chunked)


def test_waiting_for_a_core_depends_on_how_many_there_are():
    """More workers than cores are too many; as many as cores are disturbed; a quota is named as what it is."""
    assert "2 usable cores cannot run more" in remedies_sentence(finding(Cause.CORE_WAIT, usable_cpus=2))
    assert "keep other programs off the cores" in remedies_sentence(finding(Cause.CORE_WAIT, usable_cpus=4))
    usage = Usage(periods=10, throttled_periods=6)
    rounds = tuple(replace(found, usage=usage) for found in make_cell([1.0] * 6, Setting("map", 4)).rounds)
    throttled = found_with(rounds, Cause.CORE_WAIT, usable_cpus=1.5)
    assert "quota throttled 60 % of its periods" in loss_sentence(throttled)
    assert "no more workers than the quota's 1.5 CPUs" in remedies_sentence(throttled)


def found_with(rounds, cause, usable_cpus=8.0):
    """What is found of a cell with these rounds that suffers this cause."""
    study = make_study([3.1] * 6, {Setting("map", 4): [1.0] * 6})
    return largest_loss(scale(study, usable_cpus), replace(study.cells[2], rounds=rounds), losing(cause))


def test_blocking_tells_of_retries():
    """Items that had to try again point to a lock; the lever is to batch or to let one write."""
    rounds = tuple(replace(found, retries=7) for found in make_cell([1.0] * 6, Setting("map", 4)).rounds)
    found = found_with(rounds, Cause.BLOCKING)
    assert "items had to retry 7 times per round" in loss_sentence(found)
    assert "batch the commits" in remedies_sentence(found)
    assert "single writer" in remedies_sentence(found)


@pytest.mark.parametrize("cause", [Cause.CORE_WAIT, Cause.CPU_INFLATION, Cause.BLOCKING])
def test_threads_of_the_items_own_are_found(cause):
    """Where a serial round uses far more CPU time than the thread of its items, a library's threads are to blame."""
    serial = make_cell([3.1] * 6, cell_id="serial")
    threaded = tuple(
        replace(found, usage=Usage(caller_cpu_ns=2 * found.item_cpu_ns), thread_cpu_ns=found.item_cpu_ns)
        for found in serial.rounds
    )
    found = finding(cause, serial=replace(serial, rounds=threaded), usable_cpus=2)
    assert "items start their own threads" in loss_sentence(found)
    assert "OMP_NUM_THREADS=1" in remedies_sentence(found)
    single = tuple(replace(found, usage=Usage(caller_cpu_ns=found.item_cpu_ns)) for found in threaded)
    assert "threads of their own" not in loss_sentence(finding(cause, serial=replace(serial, rounds=single)))


def test_threads_are_found_where_the_items_own_thread_only_waits():
    """An item that hashes in a pool of threads has no CPU time of its own, and a little bookkeeping is no thread."""
    serial = make_cell([3.1] * 6, cell_id="serial", cpu_share=0.01)
    sentences = []
    for beside_s in (2.0, 0.02):
        rounds = tuple(
            replace(found, usage=Usage(caller_cpu_ns=round(beside_s * 1e9)), thread_cpu_ns=found.item_cpu_ns)
            for found in serial.rounds
        )
        sentences.append(loss_sentence(finding(Cause.BLOCKING, serial=replace(serial, rounds=rounds))))
    assert ["start their own threads" in sentence for sentence in sentences] == [True, False]


# remedies that the same study shows

STATIC, ONE_BY_ONE = Setting("static_striped", 4), Setting("imap_unordered", 4, 1)


def pulled_in_a_study(one_by_one_s):
    """What is found of a static split with a tail, beside a hand-out item by item that took so long."""
    cells = {STATIC: [2.0] * 6, ONE_BY_ONE: [one_by_one_s] * 6}
    study = make_study([3.1] * 6, cells, longest_share=0.01)
    return remedies_sentence(largest_loss(scale(study, 8), study.cells[2], losing(Cause.TAIL)))


def test_a_lever_that_was_pulled_tells_what_it_brought():
    """A cell of the same study in which the lever is pulled, and which is faster, is quoted."""
    assert "as imap_unordered does (measured: 1.33x (1.33-1.33) as fast)" in pulled_in_a_study(1.5)


@pytest.mark.parametrize("wall_s", [2.0, 2.5])
def test_a_lever_that_was_pulled_in_vain_is_not_told(wall_s):
    """What was measured and is no faster is no advice; what was not measured still is."""
    assert pulled_in_a_study(wall_s) == "start with the largest items"


def test_when_every_lever_was_pulled_in_vain_that_is_said():
    """Where nothing is left to try, the loss is the price of the speedup."""
    cells = {STATIC: [2.0] * 6, ONE_BY_ONE: [2.0] * 6, replace(STATIC, order="largest-first"): [2.0] * 6}
    study = make_study([3.1] * 6, cells, longest_share=0.01)
    found = largest_loss(scale(study, 8), study.cells[2], losing(Cause.TAIL))
    assert remedies_sentence(found) == "no measured alternative reduces this"


def test_fewer_workers_are_worth_it_where_they_are_as_fast():
    """Four workers wait for two cores: two that are not measurably slower are advised, and slower ones are not."""
    found = {}
    for wall_s in (1.0, 3.0):
        study = make_study([3.1] * 6, {Setting("map", 4): [1.0] * 6, Setting("map", 2): [wall_s] * 6})
        found[wall_s] = remedies_sentence(largest_loss(scale(study, 2), study.cells[2], losing(Cause.CORE_WAIT)))
    assert found[1.0].endswith("cannot run more at a time (measured: as fast)")
    assert "fewer workers" not in found[3.0]


def test_what_can_not_be_told_is_not_called_useless():
    """Too few blocks for an interval, or one that leaves room for a gain: the lever stays, with what is known of it."""
    few = make_study([3.1] * 2, {STATIC: [2.0] * 2, ONE_BY_ONE: [1.0] * 2}, longest_share=0.01)
    assert "as imap_unordered does" in remedies_sentence(largest_loss(scale(few, 8), few.cells[2], losing(Cause.TAIL)))
    wide = [1.2, 2.6, 1.3, 2.7, 1.9, 2.1]
    study = make_study([3.1] * 6, {STATIC: [2.0] * 6, ONE_BY_ONE: wide}, longest_share=0.01)
    found = remedies_sentence(largest_loss(scale(study, 8), study.cells[2], losing(Cause.TAIL)))
    assert "as imap_unordered does (measured: undecided)" in found


def test_a_gain_is_credited_to_the_lever_that_made_it():
    """A cell that differs in its start method and order as well is no trial of its chunksize."""
    chunked = Setting("map", 4, 10, start_method="spawn")
    other = Setting("imap_unordered", 4, 1, order="largest-first")
    study = make_study([3.1] * 6, {chunked: [2.0] * 6, other: [1.0] * 6}, longest_share=0.01)
    cell = replace(study.cells[2], chunksize=10)
    assert remedies_sentence(largest_loss(scale(study, 8), cell, losing(Cause.TAIL))) == "hand out smaller chunks"


def test_no_lever_contradicts_the_recommendation():
    """Fewer workers that are as fast are no advice on the recommended cell: the plan had its reason."""
    study = make_study([3.1] * 6, {Setting("map", 4): [1.0] * 6, Setting("map", 2): [1.0] * 6})
    scaling = scale(study, 2)
    free, bound = (
        remedies_sentence(largest_loss(scaling, study.cells[2], losing(Cause.CORE_WAIT), recommended=told))
        for told in (False, True)
    )
    assert "use fewer workers" in free
    assert "use fewer workers" not in bound


@pytest.mark.parametrize("cause", FIELDS)
@pytest.mark.parametrize("strategy", ["map", "threads", "static", "queue"])
@pytest.mark.parametrize("workers", [2, 40])
def test_no_remedy_contradicts_the_setting_that_is_recommended(cause, strategy, workers):
    """Beside the setting to use nothing says to use fewer workers."""
    assert "fewer" not in remedies_sentence(finding(cause, Setting(strategy, workers), recommended=True))


def test_threads_are_not_started_from_a_small_process():
    """What makes a fork quicker does nothing for threads; one pool for several jobs does."""
    told = remedies_sentence(finding(Cause.START_UP, Setting("threads", 4)))
    assert "small process" not in told
    assert "keep one pool" in told


# beside the setting to use, over generated studies

ALREADY = {
    RemedyKind.START_BY_FORK: lambda cell: cell.setting.start_method == "fork",
    RemedyKind.ONE_POOL: lambda cell: cell.setting.pool == "warm",
    RemedyKind.LARGEST_FIRST: lambda cell: cell.setting.order == "largest-first",
    RemedyKind.ITEM_BY_ITEM: lambda cell: cell.chunksize == 1,
    RemedyKind.SMALLER_CHUNKS: lambda cell: cell.chunksize == 1,
}
FEWER = {RemedyKind.FEWER_WORKERS, RemedyKind.FEWER_WORKERS_PER_CORE, RemedyKind.NO_MORE_THAN_CORES}


@st.composite
def settings_in_a_study(draw):
    """A few settings that their strategies can take."""
    name = draw(st.sampled_from(["threads", "process_executor", "map", "imap_unordered", "static", "queue"]))
    strategy = find(name)
    chunksize = draw(st.sampled_from([1, 2, 8])) if strategy.default_chunksize else None
    pool = draw(st.sampled_from(["fresh", "warm"])) if strategy.opened else "fresh"
    method = draw(st.sampled_from(strategy.start_methods))
    return Setting(
        name, draw(st.sampled_from([2, 4, 8])), chunksize, method, draw(st.sampled_from(["given", "largest-first"])),
        pool=pool,
    )  # fmt: skip


@st.composite
def recommended_studies(draw):
    """A study with its losses, each setting's by one cause, and the cores that it could use."""
    settings = draw(st.lists(settings_in_a_study(), min_size=1, max_size=8, unique=True))
    walls = st.lists(st.floats(0.8, 1.25), min_size=6, max_size=6)
    cells = {setting: [draw(st.floats(0.5, 2.5)) * factor for factor in draw(walls)] for setting in settings}
    study = make_study([3.1] * 6, cells, longest_share=draw(st.sampled_from([0.01, 0.3])))
    losses = {
        setting.cell_id: losing(draw(st.sampled_from(list(FIELDS))), workers=setting.workers) for setting in settings
    }
    return study, losses, draw(st.sampled_from([2.0, 8.0]))


@given(recommended_studies())
def test_beside_the_setting_to_use_stands_nothing_that_contradicts_it(drawn):
    """No fewer workers, nothing that it has already, and of what the study tried only what was measurably faster."""
    study, losses, usable_cpus = drawn
    recommendation = recommend(scale(study, usable_cpus), losses)
    assume(recommendation.chosen is not None and recommendation.loss is not None)
    chosen = recommendation.chosen.cell
    for remedy in recommendation.loss.remedies:
        assert remedy.kind not in FEWER
        assert remedy.trial in (None, TrialResult.FASTER)
        assert not ALREADY.get(remedy.kind, lambda _: False)(chosen)
    if chosen.setting.strategy == "static":
        ones = [cell for cell in study.cells if cell.chunksize == 1 or cell.setting.strategy == "queue"]
        tried = any(replace(one.setting, strategy="static", chunksize=None) == chosen.setting for one in ones)
        untried = [one for one in recommendation.loss.remedies if one.kind is RemedyKind.ITEM_BY_ITEM and not one.trial]
        assert not (tried and untried)


def test_threads_that_take_item_by_item_are_no_trial_for_processes():
    """A queue without chunks hands out item by item; threads do so too, and are workers of another kind."""
    for strategy, is_trial in (("queue", True), ("threads", False)):
        cells = {STATIC: [2.0] * 6, Setting(strategy, 4): [1.5] * 6}
        study = make_study([3.1] * 6, cells, longest_share=0.01)
        words = remedies_sentence(largest_loss(scale(study, 8), study.cells[2], losing(Cause.TAIL)))
        assert ("measured: 1.33x" in words) is is_trial
