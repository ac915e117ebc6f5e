"""Scripts are run as pasted on jobs of many kinds: large items, large results, items that fail, items with children."""

import json
import shutil
from dataclasses import dataclass
from functools import cache

import pytest
import user_jobs
from bench_scripts import JOBS, ratio_of, setting_of
from pasted import run_pasted
from registered import all_but, unless_absent
from repository import SUPPORT
from rounds import PATIENCE_S, job

from lightwork import strategies
from lightwork.core.round import Outcome
from lightwork.core.setting import Setting
from lightwork.launch.run import launch
from lightwork.launch.workdir import open_workdir
from lightwork.planning.script.script import script_for
from lightwork.workload.target import CALL

SCRIPTED = [name for name in strategies.names() if strategies.find(name).script and not strategies.find(name).awaits]
CLAIMS = [unless_absent(name, method) for name in SCRIPTED for method in strategies.find(name).start_methods]
BY_ALL = ("map", "process_executor", "static")  # of which each trouble is tried by all start methods, too
WORKERS = 2
PRINT = """
    import json, user_jobs
    print(json.dumps(user_jobs.summary(results)))
"""


@dataclass(frozen=True)
class UserJob:
    """A function and what makes its items, by their names in user_jobs; left_out: the places that are not run."""

    function: str
    maker: str = "small_items"
    left_out: tuple[int, ...] = ()

    def expected(self):
        """What a loop makes of it."""
        items = getattr(user_jobs, self.maker)()
        return [getattr(user_jobs, self.function)(item) for n, item in enumerate(items) if n not in self.left_out]


SMALL = UserJob("square")
HEAVY_ITEMS = UserJob("digest", "heavy_items")
LARGE_RESULTS = UserJob("large")
WITHOUT_FAILING = UserJob("square_or_hang", left_out=user_jobs.FAILING)
WITH_CHILDREN = UserJob("square_elsewhere")
AT_ONCE = UserJob("turned_or_hang", "heavy_items", left_out=user_jobs.FAILING)
NAMED = {"small": SMALL, "heavy": HEAVY_ITEMS, "large": LARGE_RESULTS, "without-failing": WITHOUT_FAILING}


@pytest.fixture(scope="module")
def serial():
    """The summary of a job's results, made by a loop when it is first asked for."""
    return cache(lambda user_job: user_jobs.summary(user_job.expected()))


def pasted(folder, user_job, name, method):
    """The script of a plan, run to its end in a folder of the user's, with one line more that prints a summary."""
    shutil.copy(SUPPORT / "user_jobs.py", folder)
    setting = Setting(name, 1 if name == "serial" else WORKERS, start_method=method)
    count = len(getattr(user_jobs, user_job.maker)()) - len(user_job.left_out)
    code = script_for(
        f"user_jobs.py:{user_job.function}", [], f"user_jobs.py:{user_job.maker}", [1.0] * count, user_job.left_out
    )(setting, strategies.chunksize_in_force(setting, count))
    return run_pasted(folder, f"{code}    import json, user_jobs\n    print(json.dumps(user_jobs.summary(results)))\n")


def measured(folder, user_job, name, method):
    """A measured round of the same job under the same setting."""
    module = folder / "user_jobs.py"
    setting = Setting(name, 1 if name == "serial" else WORKERS, start_method=method)
    with open_workdir(folder / "data") as workdir:
        reference, source = f"{module}:{user_job.function}", f"{CALL}{module}:{user_job.maker}"
        return launch(workdir, job(workdir, setting, reference, source=source), PATIENCE_S).round


@pytest.mark.parametrize(
    ("name", "method"),
    all_but([("map", "spawn"), ("static", "fork")], CLAIMS),
)
def test_large_items_large_results_and_failing_items_are_no_trouble(name, method, tmp_path, serial):
    """The script returns what serial code does on 8 MB items with 3 MB results, two items that hang left out."""
    finished = pasted(tmp_path, AT_ONCE, name, method)
    assert finished.returncode == 0, finished.stderr
    assert json.loads(finished.stdout) == serial(AT_ONCE)


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("name", "method", "kind"),
    [
        unless_absent(name, method, kind)
        for kind in NAMED
        for name in SCRIPTED
        for method in strategies.find(name).start_methods[: None if name in BY_ALL else 1]
    ],
)
def test_the_script_returns_what_serial_code_does(name, method, kind, tmp_path, serial):
    """The same of each trouble by itself."""
    finished = pasted(tmp_path, NAMED[kind], name, method)
    assert finished.returncode == 0, finished.stderr
    assert json.loads(finished.stdout) == serial(NAMED[kind])


@pytest.mark.parametrize(("name", "method"), all_but([("map", "fork"), ("process_executor", "fork")], CLAIMS))
def test_items_with_children_fail_in_the_script_as_in_the_round(name, method, tmp_path, serial):
    """Where workers may have no children, the measured round fails, so nothing recommends it, and the script alike."""
    finished = pasted(tmp_path, WITH_CHILDREN, name, method)
    round_ = measured(tmp_path, WITH_CHILDREN, name, method)
    if round_.outcome is Outcome.HUNG:  # once in fifty, a pool that ends stops a worker that holds its queue's lock
        round_ = measured(tmp_path, WITH_CHILDREN, name, method)
    assert (finished.returncode == 0) == (round_.outcome is Outcome.OK), (round_.reason, finished.stderr)
    if round_.outcome is Outcome.OK:
        assert json.loads(finished.stdout) == serial(WITH_CHILDREN)
    else:
        error = round_.reason.partition(" in item ")[0]
        assert error in finished.stderr


@pytest.mark.timing
@pytest.mark.parametrize(
    ("name", "kind"), [("static", "8 MB items"), ("queue", "3 MB results"), ("pipe", "8 MB items")]
)
def test_the_script_takes_about_as_long_as_the_round(name, kind, tmp_path):
    """Items that workers inherit are not pickled by the script, and results are received while others are computed."""
    shutil.copy(SUPPORT / "user_jobs.py", tmp_path)
    with open_workdir(tmp_path / "data") as workdir:
        ratio = ratio_of(tmp_path, workdir, setting_of(name, "fork"), *JOBS[kind])
    assert 1 / 2 < ratio < 2
