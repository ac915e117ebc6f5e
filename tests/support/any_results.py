"""Any settings, rounds and results, drawn by hypothesis."""

import json
from dataclasses import fields

from hypothesis import strategies as st

from lightwork import strategies
from lightwork.core.cluster_facts import Remote
from lightwork.core.losses import Losses
from lightwork.core.round import Outcome, Round, Worker
from lightwork.core.setting import ORDERS, START_METHODS, Setting
from lightwork.core.study import Cell, Results, Study
from lightwork.core.usage import Memory, Traffic, Usage

COUNT = st.integers(1, 2000)
SETTINGS = st.builds(
    Setting, st.sampled_from(strategies.names()), COUNT, st.none() | COUNT, st.sampled_from(START_METHODS),
    st.sampled_from(ORDERS), st.none() | COUNT,
)  # fmt: skip
TEXT = st.text(max_size=12)
LONG = st.integers(-(2**63), 2**63 - 1)
MAYBE = st.none() | LONG
NUMBER = st.floats(allow_nan=False, allow_infinity=False)
FACTS = st.dictionaries(TEXT, st.none() | st.booleans() | LONG | NUMBER | TEXT, max_size=3)
WORKERS = st.builds(Worker, LONG, LONG, LONG, *[MAYBE] * 6)
USAGES = st.builds(Usage, *[MAYBE] * len(fields(Usage)))
MEMORIES = st.builds(Memory, MAYBE, MAYBE, LONG, NUMBER, LONG)
TRAFFICS = st.builds(Traffic, LONG, LONG, LONG, LONG)
REMOTES = st.builds(Remote, TEXT, *[LONG] * 5)
LOSSES = st.builds(Losses, *[LONG] * 8, *[MAYBE] * 4)
ROUNDS = st.builds(
    Round, TEXT, LONG, LONG, st.sampled_from(Outcome), TEXT, MAYBE, MAYBE, LONG, LONG, LONG, LONG, LONG, MAYBE, LONG,
    LONG, LONG, TEXT, st.none() | NUMBER, LONG, st.none() | USAGES, st.none() | MEMORIES, st.none() | TRAFFICS,
    st.none() | REMOTES, FACTS, FACTS, TEXT, st.lists(WORKERS, max_size=2).map(tuple), TEXT, st.none() | st.booleans(),
)  # fmt: skip
CELLS = st.builds(
    Cell, TEXT, SETTINGS, MAYBE, st.lists(ROUNDS, max_size=2).map(tuple), st.none() | ROUNDS,
    st.dictionaries(st.integers(0, 40), LOSSES, max_size=2),
)  # fmt: skip
STUDIES = st.builds(
    Study, TEXT, TEXT, FACTS, st.lists(TEXT, max_size=3).map(tuple), LONG, TEXT, st.booleans(),
    st.lists(CELLS, max_size=2).map(tuple),
)  # fmt: skip
RESULTS = st.builds(Results, st.lists(STUDIES, max_size=2).map(tuple), FACTS, st.dictionaries(TEXT, NUMBER), TEXT)


def through_json(data):
    """What becomes of data that are written as JSON and read back."""
    return json.loads(json.dumps(data, allow_nan=False))
