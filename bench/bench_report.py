"""How fast a report is rendered and opened, and how large it is: wide studies, and a million rows of ledgers.

The runs are made up, by the same schedule as in the tests; what is timed is all that `lightwork report` does after
reading its files, in a fresh process, whose peak memory is taken too. Pages are opened in Debian's chromium.
"""

import json
import shutil
import statistics
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.figures, pytest.mark.timeout(600)]

ROUNDS, OPENINGS = 3, 7
MADE = """
import json, resource, sys, time
from pathlib import Path
sys.path[:0] = {folders!r}
import report_samples as samples
from lightwork import report
from lightwork.core.setting import Setting

names = ("map", "fork", "queue", "imap_unordered", "pipe")
kinds = [{{"strategy": name, "chunksize": size}} for name in names for size in (1, 4, 9, 16, 32)]
maker = samples.Maker()
studies = []
for place in range({studies}):
    made = samples.settings((2, 4, 8, 16), *kinds)[: {cells} - 2]
    lengths = [round(maker.random.lognormvariate(0, 0.5) * 3 * samples.MS) for _ in range({items})]
    studies.append(samples.study(maker, f"made_up_{{place}}", lengths, made, blocks={blocks}))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
start = time.perf_counter()
page = report.render(samples.results(*studies), maker.ledgers, Path({out!r}))
took_s = time.perf_counter() - start
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
rows = sum(map(len, maker.ledgers.values()))
print(json.dumps([took_s, peak * 1024, rows, page.stat().st_size]))
"""
RUNS = {
    "100 cells x 10 rounds, one study": {"studies": 1, "cells": 100, "items": 200, "blocks": 10},
    "100 cells x 10 rounds, four studies": {"studies": 4, "cells": 25, "items": 200, "blocks": 10},
    "1,000,000 rows: 100 cells x 10 rounds x 1,000 items": {"studies": 1, "cells": 100, "items": 1000, "blocks": 10},
    "1,000,000 rows: 5 cells x 2 rounds x 100,000 items": {"studies": 1, "cells": 5, "items": 100_000, "blocks": 2},
}
LOADED = "performance.getEntriesByType('navigation')[0].loadEventEnd"


@pytest.mark.parametrize("name", RUNS)
def test_rendering(name, tmp_path):
    """A report of 100 cells of 10 rounds takes less than 10 s, of a million rows less than 30 s and 2 GB."""
    tests = Path(__file__).parent.parent / "tests"
    code = MADE.format(folders=[str(tests), str(tests / "report")], out=str(tmp_path), **RUNS[name])
    told = [json.loads(subprocess.check_output([sys.executable, "-c", code], text=True)) for _ in range(ROUNDS)]
    took_s, peak, rows, size = (statistics.median(column) for column in zip(*told, strict=True))
    print(f"\n{name}: {took_s:.1f} s, {peak / 1e6:,.0f} MB at most, {rows:,.0f} rows, page of {size / 1e6:.2f} MB")
    assert took_s < (10 if rows < 1_000_000 else 30)
    assert peak < 2e9
    assert size < 2e6
    opened_s = opened(tmp_path / "index.html")
    print(f"opened in {opened_s:.2f} s (median of {OPENINGS})")
    assert opened_s < 1


def opened(page):
    """Median seconds from the start of the navigation to the end of the load event."""
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu", "--headless"]
        )
        tab = browser.new_context(offline=True).new_page()
        taken = []
        for _ in range(OPENINGS):
            tab.goto(page.as_uri())
            taken.append(tab.evaluate(LOADED) / 1e3)
        browser.close()
    return statistics.median(taken)
