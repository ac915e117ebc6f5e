"""What a cluster costs per item: one sentence, only where a round ran on one, with figures that follow from losses."""

import re
from dataclasses import replace

import pytest
import report_samples as samples

from lightwork.analysis.judged_study import judge
from lightwork.core.cluster_facts import Remote
from lightwork.render.svg import style
from lightwork.report import summary
from lightwork.report.cluster import cluster_sentence, cost_ns
from lightwork.report.section import sections_of

REMOTE = Remote("tcp://head:8786", 2, 1, 740_000, 0, 0)
STATIC, FASTEST = "static-w2-fork-given", "imap_unordered-w8-c20-fork-given"


def run_with(*remote):
    """The sample's study of 2,600 short items, these cells of it on a cluster."""
    made, ledgers = samples.sample()
    study = made.studies[1]
    cells = [
        replace(cell, rounds=tuple(replace(found, remote=REMOTE) for found in cell.rounds))
        if cell.cell_id in remote
        else cell
        for cell in study.cells
    ]
    results = samples.results(replace(study, cells=tuple(cells)))
    return judge(results, ledgers), results, ledgers


def told(*remote):
    """The sentence, and the judged study that it is about."""
    (one,), _, _ = run_with(*remote)
    return cluster_sentence(one.scaling, one.losses), one


@pytest.mark.matrix
def test_nothing_is_said_without_a_cluster():
    """Where every round ran on this machine there is no such sentence."""
    assert told()[0] == ""


def test_the_cost_is_what_workers_are_between_items():
    """The gaps alone, per item and round: a later start or a longer tail leaves it as it is."""
    _, one = told(STATIC)
    found = one.losses[STATIC]
    assert cost_ns(found, 2600) == pytest.approx(found.dispatch_ns / found.rounds / 2600)
    assert cost_ns(replace(found, start_up_ns=10**12, tail_ns=10**12), 2600) == cost_ns(found, 2600)


def test_names_the_cost_the_best_of_this_machine_and_the_size_of_items():
    """The cell on the cluster, its cost, how many times the fastest local cell's, and twenty times it."""
    sentence, one = told(STATIC)
    there_us, here_us = (cost_ns(one.losses[cell_id], 2600) / 1e3 for cell_id in (STATIC, FASTEST))
    found = re.fullmatch(
        r"On the cluster, static, 2 workers costs a worker ([\d.]+) .s between two items, "
        r"([\d.]+). as much as imap_unordered, 8 workers, chunksize 20 on this machine \(([\d.]+) .s\): "
        r"5 % or less for items of ([\d.,]+) (.s) or longer; times there are known to within 740 .s\.",
        sentence,
    )
    assert found, sentence
    cost, ratio, own, large = (float(words.replace(",", "")) for words in found.groups()[:4])
    assert cost == pytest.approx(there_us, rel=0.01)
    assert own == pytest.approx(here_us, rel=0.01)
    assert ratio == pytest.approx(there_us / here_us, rel=0.02)
    assert large * (1000 if found[5] == "ms" else 1) == pytest.approx(20 * there_us, rel=0.01)


@pytest.mark.matrix
def test_the_fastest_cell_of_the_cluster_is_the_one_told():
    """Of two cells on the cluster the faster one is named, and the other is none of this machine's own."""
    sentence, _ = told(STATIC, FASTEST)
    assert sentence.startswith("On the cluster, imap_unordered, 8 workers, chunksize 20 costs")
    assert "as much as static" not in sentence


def test_a_cluster_alone_is_compared_with_nothing():
    """Where nothing else was measured, the sentence has the cluster's own figures."""
    made, _ = samples.sample()
    sentence, _ = told(*(cell.cell_id for cell in made.studies[1].cells if "serial" not in cell.cell_id))
    assert "on this machine" not in sentence
    assert "between two items: 5 % or less" in sentence


@pytest.mark.matrix
def test_the_page_and_the_summary_have_it():
    """The study's section and summary.md carry the sentence."""
    judged, _, ledgers = run_with(STATIC)
    with style():
        (section,) = sections_of(judged, ledgers)
    assert section.cluster.startswith("On the cluster, static")
    assert "On the cluster, static, 2 workers costs a worker" in summary.summary(judged)
