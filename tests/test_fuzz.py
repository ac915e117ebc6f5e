"""A bounded fuzz run in every test run; `tox -e fuzz` runs a million inputs."""

import pytest
from examples import examples
from fuzz.targets import TARGETS, run, sample
from hypothesis import given
from hypothesis import strategies as st

from lightwork.costs import saved as saved_costs
from lightwork.faults import saved as saved_faults
from lightwork.storage import results_json
from lightwork.storage.journal import read
from lightwork.storage.ledgers import table
from lightwork.validate import saved as saved_validation

SLOW = {"report_page"}


@pytest.mark.parametrize("name", sorted(TARGETS.keys() - SLOW))
@given(data=st.binary(max_size=64))
def test_input_from_elsewhere_gives_no_traceback(name, data):
    """Whatever is read, it is understood, or refused by an error of lightwork' own."""
    run(name, data)


@pytest.mark.parametrize("name", sorted(SLOW))
@examples(0.15)
@given(data=st.binary(max_size=64))
def test_results_from_elsewhere_give_a_page_or_an_error(name, data):
    """The same where each input takes its time."""
    run(name, data)


def test_the_samples_are_valid(tmp_path):
    """Before they are made wrong they are right: else every mutation would be refused at once."""
    from fuzz.targets import HERE

    folder = HERE / "samples"
    assert results_json.load(folder / "results.json").studies[0].serial.rounds
    assert saved_faults.load(folder / "faults.json").cases
    assert saved_costs.load(folder / "costs.json").samples
    assert saved_validation.load(folder / "validation.json").studies
    assert len(table((folder / "ledger.bin").read_bytes())) > 0
    (tmp_path / "journal.jsonl").write_text(sample("journal.jsonl"))
    (tmp_path / "ledgers").mkdir()
    assert read(tmp_path).facts["label"]
