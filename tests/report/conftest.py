"""The sample's report, which takes seconds to draw: one for all test files that only read it."""

from pathlib import Path

import fault_samples
import pytest
import report_samples as samples
from made_once import made_once

from lightwork import report


@pytest.fixture(scope="session")
def sample_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The index.html of the sample's three studies and its fault matrix, only to be read."""
    return made_once(tmp_path_factory, "sample-report", _written)


def _written(folder: Path) -> Path:
    page = report.render(*samples.sample(), folder, fault_samples.FOUND)
    assert page == folder / "index.html"
    return page
