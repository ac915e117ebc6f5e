"""Adding a fact about the machine: one row, and it is saved, shown with its advice, and compared."""

import json

import pytest

from lightwork.cli import main
from lightwork.machine import fact
from lightwork.machine.facts import facts
from lightwork.machine.same_machine import other_kind


@pytest.fixture
def swap(monkeypatch):
    """A new row, for as long as a test runs."""
    monkeypatch.setattr(fact, "_registry", dict(fact._registry))
    row = fact.Fact(
        "swap_total_bytes", lambda source: 2 << 30, "kind", "swap", "Memory", "swap",
        advice=lambda machine: "turn it off while measuring" if machine["swap_total_bytes"] else "",
    )  # fmt: skip
    fact.register(row)


def test_a_new_fact_is_saved_and_told(swap, tmp_path, capsys):
    """A run carries it; the doctor shows it with its unit and its advice, on the terminal and as JSON."""
    assert facts(tmp_path)["swap_total_bytes"] == 2 << 30
    words = ["doctor", "--seconds", "0.05", "--workload", "sleep_io", "--data", str(tmp_path)]
    assert main(words) == 0
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    place = lines.index("swap 2.00 GiB")
    assert lines[place + 1] == "-> turn it off while measuring"
    assert main([*words, "--json"]) == 0
    saved = json.loads(capsys.readouterr().out)
    assert saved["swap_total_bytes"] == 2 << 30
    assert {"topic": "swap", "text": "turn it off while measuring"} in saved["advice"]


def test_a_new_fact_tells_machines_apart(swap):
    """A row that says so makes two kinds of machines; one that only one run has makes no difference."""
    assert other_kind({"swap_total_bytes": 0}, {"swap_total_bytes": 2 << 30}) == ("swap: 0 B and 2.00 GiB",)
    assert other_kind({}, {"swap_total_bytes": 2 << 30}) == ()
