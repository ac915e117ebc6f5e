"""Adding a cause of lost speedup: one row, and one function that says what helps."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import lightwork

ROW = """
    SWAPPING = "swapping", "pages came back from disk", ("#010203", "#040506"), "busiest_ns"
"""
REMEDY = """

@explains(Cause.SWAPPING)
def _swapping(seen: CellEvidence) -> Explanation:
    return None, (Remedy(RemedyKind.WAIT_LESS),)
"""
LOOK = """
import json
from lightwork.analysis.remedies import EXPLANATIONS
from lightwork.core.causes import Cause
from lightwork.core.losses import Losses
from lightwork.planning.forms.csv import COLUMNS
from lightwork.render.palette import css_variables
from lightwork.report.split import split_table

losses = Losses(2, 1, 10, 2, 3, 4, 20, busiest_ns=8)
rows = split_table({("", "map"): losses}, "").rows
print(json.dumps([
    losses.by_cause()["swapping"], css_variables()["cause-swapping"], "predicted_lost_swapping" in COLUMNS,
    [(head.words, *head.details, share.words) for head, share in rows if head.words == "swapping"],
    set(EXPLANATIONS) == set(Cause),
]))
"""


def test_a_new_cause_is_counted_drawn_and_explained(tmp_path):
    """A row more in a copy of lightwork: its time is counted from its field, with its colours, words and remedy."""
    copy = tmp_path / "lightwork"
    shutil.copytree(Path(lightwork.__file__).parent, copy, ignore=shutil.ignore_patterns("__pycache__"))
    for name, more in (("core/causes.py", ROW), ("analysis/remedies.py", REMEDY)):
        with (copy / name).open("a") as file:
            file.write(more)
    found = subprocess.run([sys.executable, "-c", LOOK], cwd=tmp_path, capture_output=True, text=True, check=True)
    lost_ns, colours, has_column, rows, is_explained = json.loads(found.stdout)
    assert (lost_ns, colours, has_column, is_explained) == (8, ["#010203", "#040506"], True, True)
    assert rows == [["swapping", "pages came back from disk", "0.80"]]
