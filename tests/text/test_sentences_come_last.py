"""Sentences come last: with every sentence replaced by a misleading one, all that is decided stays the same."""

import importlib
import inspect
import json
import pkgutil
import re
import sys
from itertools import permutations

import history_samples
import plan_samples
import pytest

from lightwork import report, text
from lightwork.analysis.judged_study import judge
from lightwork.cli import main
from lightwork.core import reasons, remedy, verdict, warnings
from lightwork.history.changes import changes
from lightwork.history.line import lines_of
from lightwork.planning.forms import forms
from lightwork.planning.forms.page import page
from lightwork.report import speedups, summary
from lightwork.report.answer import answer
from lightwork.text.losses import evidence_words
from lightwork.text.reasons import reason_sentence
from lightwork.text.verdict import bound_name
from lightwork.text.warnings import warning_sentence

# Modules of text whose functions make sentences.
SENTENCES = ("verdict", "losses", "warnings", "reasons", "answer", "crews", "failures")
STAY = "stay serial: cannot tell, use 64 workers, limited by no larger worker count was measured"
USE = "use: stay serial, cannot tell, limited by its 64 workers"
WORDED = ("sentence", "reasons", "notes", "warnings", "limited_by")
PLANS = ("sample", "unmeasured", "serial", "bare")
RUNS = history_samples.eventful()
GATES = ("verdict changed", "recommended_workers changed", "recommended_strategy changed", "speedup<0.9")


def replace_every_sentence(monkeypatch, misleading=STAY):
    """Put a misleading sentence in the place of each, wherever a module of lightwork has taken it."""
    made = {}
    for name in SENTENCES:
        module = importlib.import_module(f"{text.__name__}.{name}")
        for function in vars(module).values():
            if callable(function) and not inspect.isclass(function) and function.__module__ == module.__name__:
                made[function] = lambda *facts: misleading
    for module in [found for name, found in sys.modules.items() if name.startswith("lightwork")]:
        for name, value in list(vars(module).items()):
            if inspect.isroutine(value) or hasattr(value, "register"):
                monkeypatch.setattr(module, name, made.get(value, value))


def in_history():
    """What a history says of every run, and which kinds of changes it finds at which run."""
    runs = history_samples.runs(*RUNS)
    standings = [
        (label, one.word, one.settled, one.chosen and one.chosen.cell.cell_id, one.as_good)
        for run in runs
        for label, one in run.standings.items()
    ]
    return standings, [[(change.place, change.kind) for change in changes(line)] for line in lines_of(runs)]


def in_gates(folder):
    """The exit status of `lightwork compare` between a run of each kind and the others, by each condition alone."""
    speedups = [{2: 1.9, 4: 3.6}, {2: 1.001, 4: 1.0}, {2: 0.6, 4: 0.5}]  # use, cannot tell, stay serial
    paths = [
        str(history_samples.write(folder / f"{place}.json", history_samples.results(history_samples.study(one))))
        for place, one in enumerate(speedups)
    ]
    return {
        (base, new, gate): main(["compare", paths[base], paths[new], "--fail-if", gate])
        for base, new in permutations(range(len(paths)), 2)
        for gate in GATES
    }


def in_reports(folder):
    """What the report's page, tables and summary recommend."""
    judged = [one for run in RUNS[:4] for one in judge(run, {})]
    page = report.render(RUNS[0], {}, folder).read_text()
    heroes = re.findall(r'class="hero[^"]*">(.*?)</p>', page, re.DOTALL)
    rows = [line.split("|")[1:3] for line in summary.summary(judged).splitlines() if line.startswith("| ")]
    told = [
        (
            one.recommendation.kind,
            one.recommendation.speedup,
            one.recommendation.equals,
            speedups.marks(one.scaling, one.recommendation),
            answer(one).hero,
        )
        for one in judged
    ]
    return told, [(answer(one).certain, answer(one).paste) for one in judged], rows, heroes


def in_plans():
    """Every figure of a plan's JSON, its rows, its code and the head of its page."""
    told = []
    for name in PLANS:
        result = getattr(plan_samples, name)()
        contract = json.loads(forms()["json"].render(result))
        for part in (contract, contract["recommendation"] or {}):
            for worded in WORDED:
                part.pop(worded, None)
        code = forms()["md"].render(result).partition("```python")[2].partition("```")[0]
        told.append((contract, forms()["csv"].render(result), code, page.hero(result)))
    return told


@pytest.mark.parametrize(
    ("decided", "misleading"),
    [(in_history, STAY), (in_gates, USE), (in_reports, STAY), (in_plans, STAY)],
    ids=["history", "gates", "reports", "plans"],
)
def test_nothing_is_decided_by_a_sentence(decided, misleading, monkeypatch, tmp_path, capsys):
    """Histories, gates, reports and plans decide the same whatever their sentences say."""
    folder = [tmp_path] if inspect.signature(decided).parameters else []
    before = decided(*folder)
    replace_every_sentence(monkeypatch, misleading)
    assert decided(*folder) == before


def test_a_gate_fails_and_passes_by_the_verdict(tmp_path):
    """Of the gates above some fail and some pass, so that their exit status says something."""
    statuses = in_gates(tmp_path)
    assert statuses[0, 1, "verdict changed"] == 1
    assert statuses[1, 2, "verdict changed"] == 0


def test_the_runs_hold_every_kind_of_verdict():
    """The runs and plans above recommend a setting, stay serial, and cannot tell."""
    assert {one.recommendation.kind for run in RUNS for one in judge(run, {})} == set(verdict.VerdictKind)
    assert {getattr(plan_samples, name)().kind for name in PLANS} == set(verdict.VerdictKind)


@pytest.mark.matrix
def test_the_replacement_reaches_every_form(monkeypatch, tmp_path):
    """What a reader sees are the replaced sentences: on the terminal, in Markdown, on pages and in JSON."""
    replace_every_sentence(monkeypatch)
    result = plan_samples.sample()
    for name, form in forms().items():
        assert (STAY[1:] in form.render(result)) == (name != "csv")
    assert STAY[1:] in " ".join(report.verdicts(RUNS[0]))
    assert STAY[1:] in report.render(RUNS[0], {}, tmp_path).read_text()


@pytest.mark.parametrize(
    ("union", "words"),
    [
        (verdict.Bound, bound_name),
        (warnings.VerdictWarning, warning_sentence),
        (reasons.Reason, reason_sentence),
        (remedy.LossEvidence, evidence_words),
    ],
)
def test_every_value_has_words(union, words):
    """A kind of bound, warning, reason or evidence that is added without its sentence is noticed here."""
    if hasattr(words, "registry"):
        assert set(union.__args__) <= words.registry.keys()
    else:  # mypy holds it, too: a kind without its case would return nothing
        cases = set(re.findall(r"case (\w+)\(\)", inspect.getsource(words)))
        assert {one.__name__ for one in union.__args__} <= cases


def test_all_modules_of_sentences_are_replaced():
    """No module of text words a value of core.verdict and is left out above."""
    modules = {module.name for module in pkgutil.iter_modules(text.__path__)}
    assert modules >= set(SENTENCES)
    for name in modules - set(SENTENCES):
        source = inspect.getsource(importlib.import_module(f"lightwork.text.{name}"))
        assert not re.search(r"core\.(verdict|remedy|reasons|warnings)", source), name
