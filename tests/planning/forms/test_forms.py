"""Forms: one verdict as JSON, Markdown, CSV and lines; inert, and equal in their figures, whatever it holds."""

import copy
import csv
import io
import json
import math
from dataclasses import fields, replace

import jsonschema
import plan_samples
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from repository import REPOSITORY

from lightwork.core.causes import Cause
from lightwork.core.estimate import Estimate
from lightwork.core.footprint import Gate, SharedFile, StateChange
from lightwork.core.leak import Leak
from lightwork.core.notes import (
    BundledItems,
    FailedItems,
    FirstRun,
    InitializerTime,
    LittleCpu,
    MemoryLimited,
    OtherMachine,
    SampledItems,
    SerialOnly,
    SlowModule,
    StoredFiles,
    ThreadsOnly,
    UnsendableFunction,
    WarmFiles,
)
from lightwork.core.rate import StartRate
from lightwork.core.reasons import (
    AsGood,
    ChunksizeBand,
    Crew,
    ExtraMemory,
    FailedCrew,
    FailureCause,
    InFlightLimit,
    InnerCores,
    ItemCap,
    LargeResults,
    MemoryPeak,
    NextCount,
    NoAnswer,
    OtherKind,
    PredictedLoss,
    RateLimit,
    RefillCost,
    RestsOn,
    SerialAnswer,
    SettingAnswer,
    SharedLimit,
    WarmUpCost,
    WholeList,
)
from lightwork.core.remedy import LargestLoss, LongItem, Remedy, RemedyKind
from lightwork.core.setting import ORDERS, START_METHODS, Setting
from lightwork.core.study import Cell
from lightwork.core.verdict import LongestItemBound, LowestBound, Verdict, VerdictKind, WorkerBound
from lightwork.core.warnings import (
    FailedRounds,
    FewBlocks,
    LeakedMemory,
    LostState,
    PrivateGate,
    RacyState,
    SharedConnections,
    SharedFiles,
    SharedProcess,
    UnclearCache,
    UnsendableError,
    UntriedCount,
)
from lightwork.planning.conclude.result import (
    Gain,
    Judgement,
    MeasuredSetting,
    PlanResult,
    PredictedSetting,
    RecommendedSetting,
)
from lightwork.planning.forms import forms, sentences
from lightwork.planning.forms.csv import COLUMNS
from lightwork.planning.forms.text import answer_lines, lines_of
from lightwork.planning.saved import SCHEMA_FILE
from lightwork.render.csv import STARTS_FORMULA
from lightwork.render.delivery import LOOKED_AT_BYTES

SCHEMA = json.loads(SCHEMA_FILE.read_text())
HOSTILE = [
    "=cmd()",
    "+1",
    "@x",
    "<script>alert(1)</script>",
    "| a | b |",
    "```",
    "\x1b[2J",
    "a\nb",
    "[x](javascript:y)",
    "\udce9",
    "&lt;",
    "\u2028",
]
texts = st.sampled_from(HOSTILE) | st.text(max_size=12)
figures = st.floats(allow_nan=True, allow_infinity=True) | st.floats(0.1, 100)
ranges = st.builds(Estimate, figures, st.none() | figures, st.none() | figures)
counts = st.integers(1, 10_000)
settings = st.builds(
    Setting, st.sampled_from(["map", "imap_unordered", "static", "pipe"]), counts, st.none() | counts,
    st.sampled_from(START_METHODS), st.sampled_from(ORDERS), st.none() | counts,
)  # fmt: skip
tried_cells = settings.map(lambda setting: Cell(setting.cell_id, setting, setting.chunksize, ()))
shares = st.floats(0.01, 1)
estimates = st.builds(Estimate, shares, st.none() | shares, st.none() | shares, counts, texts)
caps = st.builds(ItemCap, st.builds(LongestItemBound, shares, texts, shares), st.booleans())
losses = st.builds(
    LargestLoss, st.sampled_from(Cause), st.floats(1, 4), st.just(4), st.none() | st.builds(LongItem, texts, shares),
    st.lists(st.builds(Remedy, st.sampled_from(RemedyKind), shares, texts), max_size=3).map(tuple),
)  # fmt: skip
kinds = st.sampled_from(["threads", "processes", "tasks"]) | texts
crews = st.builds(Crew, counts, kinds, texts)
failures = st.builds(
    FailedCrew, crews, counts, counts, texts, texts, st.integers(0, 9), st.none() | counts,
    texts, st.booleans(), st.none() | st.sampled_from(FailureCause), texts, texts,
)  # fmt: skip
reasons = st.one_of(
    st.builds(LargeResults, shares), st.builds(SharedLimit, shares), st.builds(InFlightLimit, counts),
    st.builds(RateLimit, st.builds(StartRate, shares, st.sampled_from(["s", "min"])), counts, shares),
    st.builds(InnerCores, shares, shares, st.booleans()),
    st.builds(WarmUpCost, kinds, shares), st.builds(RefillCost, counts, shares, st.lists(texts, max_size=5).map(tuple)),
    st.builds(ChunksizeBand, counts, counts),
    st.builds(
        NextCount, crews, st.floats(-1, 1), st.booleans(),
        st.none() | st.builds(ExtraMemory, st.floats(-10, 1e9), st.booleans()),
    ),
    st.builds(OtherKind, crews, estimates, st.booleans(), st.booleans()), failures,
    st.builds(AsGood, st.lists(tried_cells, max_size=6).map(tuple), shares),
    caps, losses, st.builds(LowestBound, st.builds(WorkerBound, shares, counts), st.booleans()),
    st.builds(PredictedLoss, texts, shares, counts, st.booleans()), st.builds(WholeList, counts, shares, shares),
    st.builds(MemoryPeak, counts, st.none() | counts, texts, st.booleans()),
)  # fmt: skip
names_of_some = st.lists(texts, max_size=5).map(tuple)
changes = st.lists(st.builds(StateChange, texts, texts, st.none() | counts, counts), max_size=5).map(tuple)
warnings = st.one_of(
    st.builds(FailedRounds, tried_cells, counts, counts, texts, texts), st.builds(FewBlocks, counts, counts),
    st.builds(LostState, changes), st.builds(RacyState, changes),
    st.builds(SharedFiles, st.lists(st.builds(SharedFile, texts, counts, st.booleans()), max_size=5).map(tuple)),
    st.builds(PrivateGate, st.builds(Gate, texts, counts), counts),
    st.builds(SharedConnections, names_of_some), st.builds(SharedProcess, st.booleans(), st.just(True)),
    st.builds(UnclearCache, names_of_some, counts, counts), st.builds(UnsendableError, texts, texts),
    st.builds(LeakedMemory, st.builds(Leak, shares, counts, counts, counts.map(float)), st.none() | counts),
    st.builds(UntriedCount, counts, counts),
)  # fmt: skip
codes = st.lists(texts | st.just("x = 1"), max_size=70).map("\n".join)
recommendations = st.builds(
    RecommendedSetting, settings, st.none() | counts, st.none() | st.tuples(counts, counts), ranges, st.booleans(),
    st.none() | caps,
    st.none() | counts, codes, st.none() | counts,
)  # fmt: skip
cells = st.builds(
    MeasuredSetting, settings, st.none() | counts, st.none() | ranges, st.none() | ranges, counts, counts,
    st.none() | counts, st.none() | figures,
    st.none() | st.sampled_from(Judgement),
)  # fmt: skip
predictions = st.builds(
    PredictedSetting, settings, st.none() | counts, ranges, ranges,
    st.dictionaries(st.sampled_from(["tail", "dispatch", "start-up"]), figures),
)  # fmt: skip


def many(of, most):
    """A tuple of such things."""
    return st.lists(of, max_size=most).map(tuple)


values = st.builds(Verdict, st.sampled_from(VerdictKind), tried_cells, estimates, st.none() | estimates)
bases = st.builds(RestsOn, st.none() | counts, counts, counts, st.none() | shares)
answers = st.one_of(
    st.builds(SettingAnswer, crews, tried_cells, estimates, shares, shares, st.integers(0, 9)),
    st.builds(SerialAnswer, shares, st.none() | crews, st.none() | estimates, st.integers(0, 9)),
    st.builds(NoAnswer, st.none() | failures),
)
notes = st.one_of(
    st.builds(FailedItems, counts, many(st.tuples(texts, texts), 3), st.booleans(), st.booleans()),
    st.builds(SampledItems, counts, counts), st.builds(BundledItems, counts), st.builds(OtherMachine, figures),
    st.just(SerialOnly()), st.just(FirstRun()), st.builds(LittleCpu, figures),
    st.builds(WarmFiles, texts, counts, counts),
    st.builds(ThreadsOnly, texts), st.builds(InitializerTime, texts, shares),
    st.builds(SlowModule, texts, shares, texts),
    st.builds(UnsendableFunction, texts, texts, many(texts, 3)),
    st.builds(StoredFiles, texts, many(st.tuples(texts, many(texts, 4)), 3), counts),
    st.builds(MemoryLimited, texts, counts, st.none() | counts, st.none() | counts),
)  # fmt: skip
verdicts = st.builds(
    PlanResult, texts, counts, counts, values, answers, st.none() | recommendations, many(reasons, 12), bases,
    many(notes, 8), many(warnings, 4), st.tuples(texts, figures), many(cells, 12), many(predictions, 20),
    many(st.builds(Gain, texts, figures), 6), st.none() | figures,
    st.dictionaries(texts, texts | figures | st.lists(figures), max_size=4), st.none() | ranges,
)  # fmt: skip


def strict(schema):
    """The schema without any room for names that it does not tell of."""
    schema = copy.deepcopy(schema)
    for part in (schema, *schema["$defs"].values()):
        if "properties" in part:
            part["additionalProperties"] = False
    return schema


def known(value):
    """The figure as JSON has it."""
    return value if value is not None and math.isfinite(value) else None


def ends(found):
    """The range as JSON has it."""
    if found is None or not math.isfinite(found.point):
        return None
    return {"point": found.point, "low": known(found.low), "high": known(found.high)}


def test_the_schema_is_one():
    """The schema that is shipped is a valid one of its draft."""
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@given(verdicts)
def test_json_keeps_the_contract_and_every_figure(verdict):
    """Whatever the verdict holds, the JSON is valid by the schema, has no other names, and has the same figures."""
    text = forms()["json"].render(verdict)
    assert text.isascii()
    told = json.loads(text, parse_constant=pytest.fail)
    jsonschema.Draft202012Validator(strict(SCHEMA)).validate(told)
    assert (told["target"], told["items"], told["items_run"]) == (verdict.target, verdict.items, verdict.items_run)
    assert (told["kind"], told["sentence"]) == (verdict.kind, sentences.what_to_do(verdict))
    assert told["reasons"] == sentences.reasons(verdict)
    assert told["notes"] == sentences.notes(verdict)
    assert told["warnings"] == sentences.warnings(verdict)
    assert [(one["wall_s"], one["speedup"]) for one in told["predictions"]] == [
        (ends(one.wall_s), ends(one.speedup)) for one in verdict.predictions
    ]
    assert [(one["speedup"], one["predicted_speedup"], one["workers"]) for one in told["cells"]] == [
        (ends(one.speedup), known(one.predicted), one.setting.workers) for one in verdict.cells
    ]
    assert [one["times"] for one in told["what_if"]] == [known(gain.times) for gain in verdict.what_if]
    assert told["noise_floor"] == known(verdict.noise_floor)
    chosen, found = told["recommendation"], verdict.recommendation
    assert (chosen is None) == (found is None)
    if found:
        assert (chosen["speedup"], chosen["code"]) == (ends(found.speedup), found.code)
        assert chosen["measured"] == found.is_measured


@given(verdicts)
def test_csv_has_a_row_a_setting_and_no_formula(verdict):
    """As many rows as there are settings, all of the same columns, and no text that a spreadsheet would run."""
    rows = list(csv.reader(io.StringIO(forms()["csv"].render(verdict))))
    every = {one.setting for one in (*verdict.cells, *verdict.predictions)}
    assert (tuple(rows[0]), len(rows) - 1) == (COLUMNS, len(every))
    for row in rows[1:]:
        assert len(row) == len(COLUMNS)
        assert not row[0].lstrip().startswith(STARTS_FORMULA)
        assert row[0].isprintable()
    for row, one in zip(rows[1:], _in_order(verdict), strict=True):
        named = dict(zip(COLUMNS, row, strict=True))
        assert named["workers"] == str(one.workers)


def _in_order(verdict):
    return dict.fromkeys([one.setting for one in (*verdict.cells, *verdict.predictions)])


@given(verdicts)
def test_markdown_is_short_and_inert(verdict):
    """Under 60 lines; a Markdown parser finds its own heading, tables and code only: no link, image or HTML."""
    text = forms()["md"].render(verdict)
    assert len(text.splitlines()) < 60
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    inner = [child for token in tokens for child in token.children or []]
    assert not {"link_open", "image", "html_inline", "code_inline"} & {token.type for token in inner}
    assert not {"html_block", "code_block", "blockquote_open", "hr"} & {token.type for token in tokens}
    assert [token.tag for token in tokens if token.type == "heading_open"] == ["h1"]
    fences = [token for token in tokens if token.type == "fence"]
    assert len(fences) <= 1
    code = verdict.recommendation.code if verdict.recommendation else ""
    if fences and code.isprintable():
        assert fences[0].content == f"{code}\n"


@given(verdicts)
def test_lines_hold_nothing_that_a_terminal_obeys(verdict):
    """Every line is one line of printable characters, the sentence first."""
    lines = lines_of(verdict)
    assert all(line.isprintable() for line in lines)
    assert len(lines) >= len(sentences.reasons(verdict))


TAIL = LargestLoss(Cause.TAIL, 0.8, 4)


def example(**changes):
    """A verdict as a plan gives it."""
    setting, crew = Setting("map", 4, 8), Crew(4, "processes", "Pool.map")
    one, wall = Estimate(3.2, 3.0, 3.4), Estimate(0.5, 0.45, 0.55)
    code = 'from load import f\n\nif __name__ == "__main__":\n    results = [f(1)]\n'
    whole = {
        "target": "load.py:f", "items": 100, "items_run": 100,
        "verdict": Verdict(VerdictKind.USE, Cell(setting.cell_id, setting, 8, ()), Estimate(3.2, 3.0, 3.4, 6, "")),
        "answer": SettingAnswer(crew, Cell(setting.cell_id, setting, 8, ()), one, 1.6, 0.5, 6),
        "recommendation": RecommendedSetting(setting, 8, (4, 16), one, True, TAIL, 1 << 20, code),
        "reasons": (TAIL,), "rests_on": RestsOn(1, 6, 2), "notes": (), "warnings": (FewBlocks(3, 6),),
        "longest_item": ("giant.csv", 0.1),
        "cells": (MeasuredSetting(setting, 8, wall, one, 6, 0, 1 << 20, 3.1, Judgement.RECOMMENDED),),
        "predictions": (
            PredictedSetting(setting, 8, wall, one, {"tail": 0.8}),
            PredictedSetting(Setting("map", 2), 1, wall, one, {}),
        ),
        "what_if": (Gain("largest first", 1.2), Gain("no start-up", 1.001)), "noise_floor": 0.02,
        "machine": {"usable_cpus": 4.0, "python": "3.11"},
    }  # fmt: skip
    assert whole.keys() <= {field.name for field in fields(PlanResult)}
    return PlanResult(**{**whole, **changes})


def test_markdown_has_all_that_a_reviewer_asks_for():
    """Setting, reason, warning, measured and predicted figures, gains, code, and what it rests on."""
    text = forms()["md"].render(example())
    for part in (
        "# lightwork plan: load.py:f", "**Use 4 processes (Pool.map), chunksize 8: 3.2x (3.0-3.4) faster",
        "Measured in 6 blocks.**",
        "- Tail takes 0.8", "- Warning: Only 3 blocks: intervals are wide",
        "| **map with 4 workers, chunksize 8, recommended** | 3.2x (3.0-3.4) |",
        "| map | 2 | 1 |", "largest first (1.2x)", "```python\nfrom load import f\n",
        "- Measured 1 setting", "- Machine: 4 usable CPUs, Python 3.11",
    ):  # fmt: skip
        assert part in text
    assert "no start-up" not in text


def test_csv_sets_measured_beside_predicted():
    """A setting of both kinds is one row with both figures; one that was only predicted has empty measured columns."""
    first, second = csv.DictReader(io.StringIO(forms()["csv"].render(example())))
    assert (first["measured_speedup"], first["predicted_speedup_low"], first["judged"]) == ("3.2", "3.0", "recommended")
    assert (first["predicted_lost_tail"], first["requested_chunksize"]) == ("0.8", "8")
    assert (second["measured_speedup"], second["predicted_wall_s"], second["rounds"]) == ("", "0.5", "")
    assert (second["chunksize"], second["requested_chunksize"]) == ("1", "")


def test_the_answer_says_what_ruled_processes_out():
    """Beside the best that threads do: why results can't be pickled, and what to return instead."""
    result = replace(plan_samples.serial(), notes=(ThreadsOnly("TypeError: cannot pickle 'generator' object"),))
    (line,) = [line for line in answer_lines(result) if line.startswith("Results can't be pickled (TypeError: cannot")]
    assert "only workers in the calling process were considered" in line


def test_an_answer_does_not_repeat_why_all_failed():
    """Once, in its first line."""
    failed = FailedCrew(Crew(2, "processes", "Pool"), 1, 1, "raised", "RuntimeError: license in use")
    result = replace(plan_samples.bare(), answer=NoAnswer(failed), reasons=(failed,))
    assert sum("license in use" in line for line in answer_lines(result)) == 1


def test_lines_tell_what_would_gain_and_what_would_not():
    """What-ifs worth something are named with their gain; where none is, that is told."""
    assert "It would be faster with largest first (1.2x) (predicted)" in lines_of(example())
    vain = example(what_if=(Gain("largest first", 1.0), Gain("no start-up", 1.001)))
    assert "Nothing would be gained by largest first, no start-up (predicted)" in lines_of(vain)


def test_a_long_script_stands_in_the_memo_whole_or_not_at_all():
    """Where there is no room for the code, the Markdown says so rather than cut it."""
    chosen = example().recommendation
    for count in (5, 30, 55, 200):
        code = "".join(f"line_{number} = {number}\n" for number in range(count))
        text = forms()["md"].render(
            example(recommendation=RecommendedSetting(**{**vars(chosen), "code": code}), cells=example().cells * 9)
        )
        assert (code in text) != ("The script of" in text)
        assert len(text.splitlines()) < 60


def test_every_name_of_the_contract_stands_in_the_reference():
    """Each name that the schema knows is documented, and each of its top-level names is required."""
    text = (REPOSITORY / "docs" / "reference.md").read_text()
    section = text.partition("### The plan as JSON")[2].partition("\n## ")[0]
    named = {name for part in (SCHEMA, *SCHEMA["$defs"].values()) for name in part.get("properties", ())}
    assert {name for name in named if f"`{name}`" not in section} == set()
    assert set(SCHEMA["required"]) == set(SCHEMA["properties"])


@pytest.mark.parametrize("name", forms())
def test_every_form_can_be_told_from_a_users_file(name):
    """What a plan has written bears the mark by which the next plan knows that it may be replaced."""
    assert forms()[name].mark in forms()[name].render(example()).encode()[:LOOKED_AT_BYTES]
