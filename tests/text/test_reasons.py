"""Sentences of a plan's answer and reasons: one line each, in plain words, whatever the figures."""

import dataclasses
import inspect
import re
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from repository import REPOSITORY

from lightwork.core import reasons
from lightwork.core.causes import Cause
from lightwork.core.estimate import Estimate
from lightwork.core.rate import UNITS_S, StartRate
from lightwork.core.reasons import (
    AsGood,
    ChunksizeBand,
    Crew,
    ExtraMemory,
    FailedCrew,
    FailureCause,
    FreshWorkers,
    HeldLock,
    HelperWait,
    InFlightLimit,
    Inherited,
    InnerCores,
    ItemCap,
    LargeFunction,
    LargeItems,
    LargeResults,
    LimitedBy,
    MemoryPeak,
    NextCount,
    NoAnswer,
    OtherKind,
    OutsideLimit,
    OwnExecutor,
    OwnParts,
    PredictedLoss,
    RateLimit,
    Reason,
    RefillCost,
    RestsOn,
    SerialAnswer,
    SettingAnswer,
    SharedLimit,
    SharedPart,
    SharedWay,
    TriedThreads,
    WarmUpCost,
    WayTried,
    WholeList,
)
from lightwork.core.remedy import LargestLoss
from lightwork.core.setting import Setting
from lightwork.core.study import Cell
from lightwork.core.verdict import LongestItemBound, LowestBound, WorkerBound
from lightwork.text.answer import answer_sentence
from lightwork.text.crews import crew_words, workers_words
from lightwork.text.reasons import limited_by, reason_sentence, rests_on_sentence

WORDED = re.compile(r"from lightwork.text.(answer|reasons) import")
shares = st.floats(0.01, 1.0)
counts = st.integers(1, 5000)
names = st.text(st.characters(categories=("L", "N")), min_size=1, max_size=9)
estimates = st.builds(lambda point: Estimate(point, 0.9 * point, 1.1 * point, 3, "measured"), st.floats(0.1, 99.0))
crews = st.builds(Crew, counts, st.sampled_from(("threads", "processes", "tasks", "interpreters", "remote")), names)
cells = st.builds(
    lambda workers, size: Cell("cell", Setting("map", workers, size), size, ()), counts, st.none() | counts
)
caps = st.builds(ItemCap, st.builds(LongestItemBound, st.floats(1.0, 99.0), names, shares), st.booleans())
failures = st.builds(
    FailedCrew, crews, counts, counts, names, names, st.integers(0, 9), st.none() | counts,
    st.sampled_from(("", "spawn")), st.booleans(), st.none() | st.sampled_from(FailureCause), names, names,
    st.lists(st.sampled_from(OutsideLimit), unique=True).map(tuple),
)  # fmt: skip
rates = st.builds(
    RateLimit, st.builds(StartRate, st.sampled_from((0.5, 20, 5000)), st.sampled_from([*UNITS_S])), counts,
    st.floats(0.01, 1e5),
)  # fmt: skip


def tried(way):
    """Any outcome of this way."""
    return st.builds(
        WayTried, st.just(way), st.just(0.0) | st.floats(0.01, 9.0), st.integers(0, 3), st.just("") | names
    )


EACH = {
    ItemCap: caps,
    SharedLimit: st.builds(SharedLimit, st.floats(1.0, 99.0)),
    RateLimit: rates,
    InFlightLimit: st.builds(InFlightLimit, counts),
    LowestBound: st.builds(LowestBound, st.builds(WorkerBound, st.floats(1.0, 99.0), counts), st.booleans()),
    LargestLoss: st.builds(LargestLoss, st.sampled_from(Cause), st.floats(0.1, 4.0), st.just(4)),
    PredictedLoss: st.builds(
        PredictedLoss, st.sampled_from([str(cause) for cause in Cause]), shares, counts, st.booleans()
    ),
    NextCount: st.builds(
        NextCount, crews, st.floats(-0.9, 2.0), st.booleans(),
        st.none() | st.builds(ExtraMemory, st.floats(-1e9, 1e9), st.booleans()),
    ),
    OwnExecutor: st.builds(OwnExecutor, crews, estimates, st.booleans()),
    OtherKind: st.builds(OtherKind, crews, estimates, st.booleans(), st.booleans()),
    WarmUpCost: st.builds(WarmUpCost, st.sampled_from(("threads", "processes")), st.floats(0.01, 60.0)),
    RefillCost: st.builds(RefillCost, counts, st.floats(0.01, 60.0), st.lists(names, max_size=5).map(tuple)),
    FailedCrew: failures,
    InnerCores: st.builds(
        InnerCores, st.floats(1.0, 99.0), st.floats(0.5, 256.0), st.booleans(), st.just("OpenBLAS") | st.just(""),
        st.none() | st.builds(TriedThreads, st.integers(1, 64), st.floats(0.5, 64.0), st.booleans()),
    ),
    HelperWait: st.builds(HelperWait, names, shares),
    LargeFunction: st.builds(LargeFunction, st.floats(1e3, 1e9)),
    LargeItems: st.builds(LargeItems, st.floats(1e3, 1e9), st.just("") | names),
    SharedPart: st.builds(
        SharedPart, names, st.just(0.0) | st.floats(1e3, 1e9), st.floats(1.1, 99.0), st.booleans(),
        st.tuples(tried(SharedWay.EVERY_ITEM), tried(SharedWay.MAPPED)), st.booleans(),
        st.sampled_from(["", "threads", "processes"]),
    ),
    Inherited: st.builds(
        Inherited, st.just(0.0) | st.floats(1e6, 1e9), st.just(0.0) | st.floats(1e6, 1e9), crews,
        st.none() | estimates, st.booleans(),
    ),
    HeldLock: st.builds(HeldLock, names, st.floats(0.3, 1.0), st.booleans()),
    OwnParts: st.builds(
        OwnParts, st.just("") | names, st.floats(0, 1), st.none() | crews, st.floats(1.1, 99.0), st.floats(0.01, 60.0),
        names,
    ),
    LargeResults: st.builds(LargeResults, st.floats(1e3, 1e9)),
    MemoryPeak: st.builds(MemoryPeak, st.floats(1e3, 1e12), st.none() | st.floats(1e3, 1e12), names, st.booleans()),
    FreshWorkers: st.builds(FreshWorkers, st.sampled_from(("spawn", "forkserver"))),
    ChunksizeBand: st.builds(ChunksizeBand, counts, counts),
    AsGood: st.builds(AsGood, st.lists(cells, min_size=1, max_size=9).map(tuple), shares),
    WholeList: st.builds(WholeList, counts, st.floats(0.01, 1e5), st.floats(0.01, 1e5)),
}  # fmt: skip
ANSWERS = {
    SettingAnswer: st.builds(
        SettingAnswer,
        crews,
        cells,
        estimates,
        st.floats(0.1, 1e5),
        st.floats(0.1, 1e5),
        st.integers(0, 9),
        st.none() | st.integers(1, 64),
    ),
    SerialAnswer: st.builds(
        SerialAnswer,
        st.floats(0.1, 1e5),
        st.none() | crews,
        st.none() | estimates,
        st.integers(0, 9),
        st.none() | rates,
    ),
    NoAnswer: st.builds(NoAnswer, st.none() | failures),
}
PARTS = {Crew, ExtraMemory, RestsOn, TriedThreads, WayTried}  # of others, or worded on their own


def is_plain(words):
    """Whether this is one line of printable characters, without a gap or a figure that nobody made readable."""
    is_line = words.isprintable() and words == " ".join(words.split())
    return bool(words) and is_line and not re.search(r"\b(None|nan|inf|True|False)\b|\d\.\d{4}|[<>{}]\w", words)


def test_every_kind_is_generated_here():
    """A reason or an answer that is added without its sentence is noticed: here, and where sentences come last."""
    defined = {kind for _, kind in inspect.getmembers(reasons, dataclasses.is_dataclass)}
    own = {kind for kind in defined if kind.__module__ == reasons.__name__}
    assert own - PARTS == {kind for kind in {*EACH, *ANSWERS} if kind.__module__ == reasons.__name__}
    assert set(get_args(Reason)) == set(EACH)
    assert set(get_args(LimitedBy)) <= set(EACH)
    assert set(ANSWERS) <= answer_sentence.registry.keys()


@given(st.one_of(*EACH.values()))
def test_every_reason_is_one_plain_line(reason):
    """Without a full stop of its own: whoever puts several in a line does that."""
    words = reason_sentence(reason)
    assert is_plain(words), words
    assert not words.endswith(".")


@given(st.one_of(*ANSWERS.values()))
def test_every_answer_is_one_plain_line(answer):
    """It is a whole sentence, and it says whether it was measured."""
    words = answer_sentence(answer)
    assert is_plain(words.replace(" -> ", " to ")), words
    assert words.endswith(".")
    if isinstance(answer, SettingAnswer):
        assert ("Predicted, not measured" in words) == (answer.blocks == 0)


@given(st.none() | st.one_of(*(EACH[kind] for kind in get_args(LimitedBy))))
def test_a_limit_is_a_phrase_or_nothing(limit):
    """It goes on after "limited by"; what takes little is not named."""
    words = limited_by(limit)
    assert words == "" or (is_plain(words) and not words.endswith("."))
    assert limit is not None or words == ""


def test_what_is_no_reason_is_refused():
    """A value of another kind has no sentence, rather than a wrong one."""
    for word in (reason_sentence, answer_sentence):
        with pytest.raises(TypeError):
            word(3)


@pytest.mark.parametrize(
    ("workers", "kind", "words"),
    [
        (1, "processes", "1 process"), (2, "processes", "2 processes"), (1, "threads", "1 thread"),
        (40, "threads", "40 threads"), (100, "tasks", "100 coroutines at a time"), (3, "remote", "3 workers"),
    ],
)  # fmt: skip
def test_workers_are_called_what_people_call_them(workers, kind, words):
    """With the number that goes with it."""
    assert workers_words(workers, kind) == words


def test_a_crew_is_named_with_what_makes_it():
    """The name to look up stands beside the number."""
    assert crew_words(Crew(40, "threads", "ThreadPoolExecutor")) == "40 threads (ThreadPoolExecutor)"


@pytest.mark.parametrize(
    ("gain", "is_measured", "words"),
    [
        (0.03, False, "8 processes would gain 3 %"), (0.03, True, "8 processes gain 3 %"),
        (-0.2, True, "8 processes lose 20 %"), (-0.2, False, "8 processes would lose 20 %"),
        (0.001, True, "8 processes are as fast"), (-0.001, False, "8 processes would be as fast"),
    ],
)  # fmt: skip
def test_more_workers_gain_lose_or_do_neither(gain, is_measured, words):
    """And it says whether that was seen."""
    assert reason_sentence(NextCount(Crew(8, "processes", "Pool"), gain, is_measured)) == words


@pytest.mark.parametrize(
    ("others", "more", "words"),
    [
        ([(SharedWay.EVERY_ITEM, 0.05, 3), (SharedWay.MAPPED, 0.99, 3)], {},
         "workers are given matrix (30.5 MiB) once: 1.90x; sent with every item 0.10x; memory-mapped 1.88x"),
        ([(SharedWay.EVERY_ITEM, 0.0, 0, "x"), (SharedWay.MAPPED, 1.2, 2)], {"is_mapped": True},
         "workers map matrix (30.5 MiB) from a file: 2.3x; given to each once 1.90x; sent with every item fails (x)"),
        ([(SharedWay.EVERY_ITEM, 0.99, 3)], {},
         "workers are given matrix (30.5 MiB) once: 1.90x; sent with every item 1.88x, so --shared gains little here"),
        ([(SharedWay.MAPPED, 0.0, 0)], {},
         "workers are given matrix (30.5 MiB) once: 1.90x; memory-mapped was not measured: no time was left"),
        ([], {"kind": "threads"}, "--shared matrix changes nothing: threads share the caller's memory"),
    ],
)  # fmt: skip
def test_ways_to_give_a_shared_part_stand_side_by_side(others, more, words):
    """That of the script first, and what each rests on."""
    tries = tuple(WayTried(*each) for each in others)
    assert reason_sentence(SharedPart("matrix", 32e6, 1.9, **{"is_measured": True, "others": tries, **more})) == words


def test_a_map_that_beats_a_serial_answer_is_advised():
    """The answer is to stay serial then, and its script has no workers: what to write stands in the reason."""
    mapped = (WayTried(SharedWay.MAPPED, 1.5, 3),)
    words = reason_sentence(SharedPart("matrix", 2e8, 1.0, True, mapped, is_mapped=True, is_answer=False))
    assert words.startswith("save matrix (191 MiB) by np.save and map it in each worker, np.load(path, mmap_mode=")
    assert words.endswith("workers map matrix (191 MiB) from a file: 1.50x; given to each once 1.00x")


def test_what_it_rests_on_says_measured_and_predicted():
    """Without predictions there is nothing to say."""
    assert rests_on_sentence(RestsOn(None, 0, 0)) == ""
    assert "measured nothing else" in rests_on_sentence(RestsOn(None, 0, 9))
    assert rests_on_sentence(RestsOn(2, 5, 9)).startswith("measured 2 settings in 5 blocks")


def test_only_forms_word_reasons():
    """No module that decides imports a sentence: the planner says one on standard error while it measures, no more."""
    root = REPOSITORY / "src" / "lightwork"
    users = {
        str(path.relative_to(root))
        for path in root.rglob("*.py")
        if WORDED.search(path.read_text(encoding="utf-8")) and path.parent.name != "text"
    }
    assert users == {"planning/forms/sentences.py", "planning/measure.py"}
    measure = (root / "planning" / "measure.py").read_text(encoding="utf-8")
    assert re.findall(r"from lightwork.text.(?:answer|reasons) import (.*)", measure) == ["predicted_answer"]
