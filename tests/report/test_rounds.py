"""The rounds as a data frame: one row a round, typed columns, the same figures as rounds.csv."""

import csv
import io
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
import report_samples as samples

from lightwork.core.study import Results
from lightwork.notebook import load, shown
from lightwork.render.csv import STARTS_FORMULA
from lightwork.report.rounds import TYPES, rounds_csv, rounds_frame

EXAMPLE = Path(__file__).parent.parent.parent / "docs" / "example" / "quick.json"


def test_every_round_is_a_row_of_typed_columns():
    """As many rows as rounds, in the columns and types that the documentation lists; a failed round has no time."""
    results = samples.sample()[0]
    frame = shown(results).frame()
    assert len(frame) == sum(len(cell.rounds) for study in results.studies for cell in study.cells)
    assert {name: str(kind) for name, kind in frame.dtypes.items()} == TYPES
    assert (frame["wall_s"].isna() == (frame["outcome"] != "ok")).all()
    assert frame["disturbed"].sum() > 0


def test_a_study_has_the_frame_of_its_own_rounds():
    """One study's frame is the part of all results' that bears its label."""
    found = load(EXAMPLE)
    whole, study = found.frame(), found.studies[1]
    part = whole[whole["study"] == study.label].reset_index(drop=True)
    pd.testing.assert_frame_equal(study.frame(), part)


def test_large_counts_keep_their_last_digit_beside_unknown_ones():
    """A count beyond what a float can hold is exact in the frame and in the file, where another round has none."""
    results = samples.sample()[0]
    study = results.studies[0]
    first, second, *rest = study.cells[2].rounds
    large = 2**60 + 1
    rounds = (
        replace(first, usage=replace(first.usage, read_bytes=large)),
        replace(second, usage=replace(second.usage, read_bytes=None)),
    )
    cells = (*study.cells[:2], replace(study.cells[2], rounds=(*rounds, *rest)), *study.cells[3:])
    changed = Results((replace(study, cells=cells),), {})
    frame = rounds_frame(changed)
    assert large in frame["read_bytes"].dropna().tolist()
    told = [row["read_bytes"] for row in csv.DictReader(io.StringIO(rounds_csv(changed)))]
    assert {str(large), ""} <= set(told)


def test_no_text_of_the_file_is_a_formula():
    """Names that a spreadsheet would run have an apostrophe in front, on one line."""
    for row in csv.DictReader(io.StringIO(rounds_csv(samples.hostile()[0]))):
        for name in ("study", "workload", "cell_id", "longest_item", "reason"):
            assert not row[name].lstrip().startswith(STARTS_FORMULA)
            assert row[name].isprintable()


@pytest.mark.parametrize(
    "modules",
    ["lightwork.cli", "lightwork.host.__main__", "lightwork.planning.planner, lightwork.planning.forms.markdown"],
)
def test_pandas_is_loaded_only_where_a_frame_is_made(modules):
    """Neither the command line, nor a round's process, nor a plan without --csv waits for pandas."""
    code = f"import sys, {modules}; sys.exit('pandas' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
