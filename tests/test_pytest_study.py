"""The fixture `study` and `lightwork init`: a suite of one's own in a fresh folder, with nothing of ours copied."""

import json
import os
import subprocess
import sys

import pytest
import rounds
from calibrations import calibrate
from repository import REPOSITORY

import lightwork

LONGEST_S = 200
PLAIN = """
import time


def load(number):
    time.sleep(0.004)


def broken(number):
    raise KeyError(number)


def test_load(study):
    measured = study(load, range(20), workers="1,2", strategies="threads", blocks=2)
    assert len(measured.frame()) == 8


def test_broken(study):
    study(broken, range(20), workers=2, blocks=1)


def test_plain():
    assert load(1) is None
"""


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """A data folder with a calibration."""
    folder = tmp_path_factory.mktemp("data")
    calibrate(folder)
    return folder


def ran(folder, data, *words, python=sys.executable, **environment):
    """The end of a command in this folder."""
    variables = {**os.environ, "LIGHTWORK_DATA": str(data), rounds.MARK: rounds.RUN, **environment}
    variables.pop("PYTEST_XDIST_WORKER", None)
    variables.pop("PYTEST_ADDOPTS", None)
    return subprocess.run(
        [python, "-m", *words], cwd=folder, env=variables, stdin=subprocess.DEVNULL, capture_output=True, text=True,
        timeout=LONGEST_S, check=False,
    )  # fmt: skip


def test_a_plain_test_measures_its_job(tmp_path, data):
    """One test is measured and saved, one fails in a line that says why, one that measures nothing is left alone."""
    (tmp_path / "test_jobs.py").write_text(PLAIN)
    ended = ran(tmp_path, data, "pytest", "-p", "no:cacheprovider", "--benchmark-json=out.json")
    assert "2 passed" in ended.stdout
    assert "1 failed" in ended.stdout
    assert "KeyError" in ended.stdout
    assert "load: use 2 workers" in ended.stdout or "load: " in ended.stdout
    saved = json.loads((tmp_path / "out.json").read_text())
    assert [study["label"] for study in saved["lightwork"]["studies"]] == ["load"]
    (benchmark,) = saved["benchmarks"]
    rounds_of_all = lightwork.load(tmp_path / "out.json").frame()
    walls_s = rounds_of_all[rounds_of_all.cell_id == benchmark["extra_info"]["setting"]].wall_s
    assert benchmark["stats"]["rounds"] == len(walls_s)
    assert benchmark["stats"]["min"] == pytest.approx(min(walls_s))


def test_beside_other_tests_nothing_is_measured(tmp_path, data):
    """Under pytest-xdist the test fails and says that measuring needs one process."""
    (tmp_path / "test_jobs.py").write_text(PLAIN)
    ended = ran(tmp_path, data, "pytest", "-p", "no:cacheprovider", "-n", "2", "-k", "load")
    assert "run pytest with -n 0" in ended.stdout


def test_the_plugin_is_inert_until_it_is_used(tmp_path, data):
    """A suite that does not ask for it loads nothing of lightwork but the plugin itself."""
    (tmp_path / "test_mine.py").write_text(
        "import sys\n\n\ndef test_mine():\n"
        "    assert {name for name in sys.modules if name.startswith('lightwork.')} == {'lightwork.pytest_study'}\n"
    )
    ended = ran(tmp_path, data, "pytest", "-p", "no:cacheprovider", "-q")
    assert "1 passed" in ended.stdout, ended.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """A folder with lightwork as its wheel installs it, and nothing else."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    build = [*pip, "wheel", str(REPOSITORY), "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder)]
    subprocess.run(build, check=True, capture_output=True, timeout=LONGEST_S, cwd=folder)
    (built,) = folder.glob("*.whl")
    install = [*pip, "install", str(built), "--no-deps", "--target", str(folder / "site")]
    subprocess.run(install, check=True, capture_output=True, timeout=LONGEST_S)
    return folder / "site"


@pytest.mark.matrix
def test_a_suite_runs_from_the_wheel(tmp_path, data, wheel):
    """Nothing of the repository is needed: what is imported is the wheel's."""
    words = ("-c", "import lightwork; print(lightwork.__file__)")
    environment = {**os.environ, "PYTHONPATH": str(wheel)}
    told = subprocess.run([sys.executable, *words], env=environment, capture_output=True, text=True, check=True).stdout
    assert told.startswith(str(wheel))
    tell_the_story(tmp_path, data, PYTHONPATH=str(wheel))


def test_a_suite_of_ones_own_is_made_measured_reported_and_compared(tmp_path, data):
    """`lightwork init`, then pytest by folder and by -k, a report, and a comparison of two runs."""
    tell_the_story(tmp_path, data)


def tell_the_story(folder, data, **environment):
    """What a stranger does, from an empty folder to two runs compared."""
    assert "pytest bench/ --benchmark-save" in ran(folder, data, "lightwork", "init", **environment).stdout
    jobs = folder / "bench" / "bench_jobs.py"
    assert len(jobs.read_text().splitlines()) <= 12
    jobs.write_text(jobs.read_text().replace('workers="1-4"', 'workers="2", strategies="threads", blocks=2'))
    for _ in range(2):
        words = ("pytest", "bench/", "-k", "load", "-p", "no:cacheprovider", "--benchmark-save")
        ended = ran(folder, data, *words, **environment)
        assert "1 passed" in ended.stdout, ended.stdout
        assert "Saved benchmark data in: " in ended.stdout + ended.stderr
    assert ran(folder, data, "lightwork", "report", **environment).returncode == 0
    assert "load" in (folder / "reports" / "index.html").read_text()
    runs = sorted((folder / "results").rglob("*.json"))
    assert len(runs) == 2
    compared = ran(folder, data, "lightwork", "compare", *map(str, runs), **environment)
    assert compared.returncode == 0, compared.stderr
    again = ran(folder, data, "pytest", "bench/", "-p", "no:cacheprovider", "--benchmark-compare", **environment)
    assert "1 passed" in again.stdout, again.stdout
    refused = ran(folder, data, "lightwork", "init", **environment)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "bench/bench_jobs.py exists already" in refused.stderr
