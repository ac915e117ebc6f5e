"""A machine whose costs are known already, for programs that plan."""

import pytest
from calibrations import calibrate


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """A data folder with a calibration."""
    folder = tmp_path_factory.mktemp("data")
    calibrate(folder)
    return folder
