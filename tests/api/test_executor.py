"""Plans with an executor of the user's own: it is compared, recommended with the script that uses it, or refused."""

import json
import re
from pathlib import Path

import pytest
from command_line import run_here
from pasted import run_pasted
from programs import program
from registered import in_matrix
from repository import SUPPORT
from rounds import nothing_left_behind, run_round

from lightwork.core.round import Outcome
from lightwork.core.setting import Setting
from lightwork.errors import UsageError
from lightwork.launch.executor import strategy_of
from lightwork.planning.script.items_source import made_by
from lightwork.planning.script.source import Source
from lightwork.planning.script.templates import recipe
from lightwork.study.option_values import strategy_names

JOBS = """
import time


def numbers():
    return list(range(60))


def wait(number):
    time.sleep(0.02)
    return number
"""
POOLS = (SUPPORT / "toys" / "pools.py").read_text()
BRIEF = ("--strategies", "threads,map", "--workers", "8", "--blocks", "1")
KNOWN = {"map", "threads", "process_executor"}


@pytest.fixture
def folder(tmp_path):
    """A folder with a job and some executors."""
    (tmp_path / "waiting_jobs.py").write_text(JOBS)
    (tmp_path / "pools.py").write_text(POOLS)
    return tmp_path


def ran(folder, *words):
    """How a plan of the job in this folder ended."""
    job = ("waiting_jobs.py:wait", "--items", "waiting_jobs.py:numbers")
    return run_here(folder, "plan", *job, *words, LIGHTWORK_DATA="data")


def planned(folder, *words):
    """The plan's JSON, made in this folder, and the lines that it printed."""
    ended = ran(folder, *words, "--json", "plan.json")
    assert ended.returncode == 0, ended.stderr
    return json.loads(Path(folder / "plan.json").read_text()), ended.stdout


@pytest.mark.parametrize("factory", ["Threads", "managed"])
def test_an_executor_is_measured_beside_the_usual_ones(factory, folder):
    """What was asked for has a measured round, whether it wins or not."""
    plan, _ = planned(folder, "--executor", f"pools.py:{factory}", *BRIEF)
    measured = {cell["strategy"] for cell in plan["cells"]}
    assert any(name.startswith(f"pools:{factory}") for name in measured)
    assert KNOWN & measured


@pytest.mark.parametrize("factory", in_matrix(("processes",), ("managed",), ("loky",)))
def test_the_script_of_any_executor_runs(factory, folder):
    """With chunks, and with nothing left behind."""
    source = Source("waiting_jobs", "wait", made_by("waiting_jobs", "numbers"))
    code = recipe(source, Setting(f"pools:{factory}", 2, 3), 3)
    with nothing_left_behind():
        ended = run_pasted(folder, f"{code}\n    print(results)\n")
    assert ended.stdout.strip() == str(list(range(60))), ended.stderr


@pytest.mark.parametrize("factory", ["Threads"])
def test_the_script_uses_it(factory, folder):
    """Where nothing else may be chosen, the code makes the user's own executor, and runs."""
    with nothing_left_behind():
        plan, printed = planned(folder, "--strategies", f"pools:{factory}", "--workers", "4", "--blocks", "1")
        code = plan["recommendation"]["code"]
        assert "import pools\n" in code
        assert f"with pools.{factory}(max_workers=4) as executor:" in code
        assert factory in printed
        ended = run_pasted(folder, f"{code}\n    print(results)\n")
    assert ended.stdout.strip() == str(list(range(60))), ended.stderr


@pytest.mark.parametrize(
    ("factory", "outcome", "reason"),
    [
        ("Losing", Outcome.LOST, "11 of 12 items returned exactly once"),
        ("Mixing", Outcome.WRONG, "in another order than that of the items"),
        ("Repeating", Outcome.LOST, "1 of 12 items ran more than once: item 4 (2 times)"),
        ("Hanging", Outcome.HUNG, "still running after"),
    ],
)
def test_a_wrong_executor_is_found_out(factory, outcome, reason, tmp_path):
    """A lost item, one that is run twice though it is returned once, and a hang: the round fails and says so."""
    with nothing_left_behind():
        found = run_round(tmp_path, Setting(f"toys.pools:{factory}-threads", 2), deadline_s=4.0).round
    assert found.outcome is outcome
    assert reason in found.reason


@pytest.mark.parametrize(
    ("reference", "saying"),
    [
        ("toys.pools:refuses", "(max_workers=2) raised OSError: no licence for more workers"),
        ("toys.pools:no_executor", "returned a list, no executor: return a concurrent.futures.Executor"),
        ("toys.pools:takes_none", "unexpected keyword argument 'max_workers'"),
        ("toys.pools:LOST", "can't be called"),
        ("toys.pools:missing", "has no 'missing'"),
        ("toys.nowhere:make", "no module toys.nowhere"),
        (":make", "is not a function"),
        ("toys.pools:Losing", "lost 1 of 40 calls"),
        ("toys.pools:Mixing", "map() mixed up its results"),
        ("toys.pools:Promising", "map() returned Future objects"),
        ("toys.pools:Repeating", "ran 1 of 40 calls more than once"),
    ],
)
def test_what_is_no_executor_is_refused(reference, saying):
    """Before anything is measured, in one line."""
    with nothing_left_behind(), pytest.raises(UsageError) as refused:
        strategy_of(reference)
    assert saying in str(refused.value)
    assert str(refused.value).startswith("executor ")
    assert "\n" not in str(refused.value)


def test_an_executor_that_hangs_is_refused(monkeypatch):
    """The trial is given up, and nothing is left running."""
    monkeypatch.setattr("lightwork.launch.executor.LONGEST_S", 2.0)
    with nothing_left_behind(), pytest.raises(UsageError, match=r"toys\.pools:Hanging .*still running"):
        strategy_of("toys.pools:Hanging")


def test_a_plan_tells_of_an_executor_that_goes_wrong_later_and_recommends_another(folder):
    """The others are planned as ever, and the answer says why the user's own is not among them."""
    plan, printed = planned(folder, "--executor", "pools.py:LosingLate", *BRIEF)
    assert plan["recommendation"]["strategy"] in KNOWN
    assert re.search(r"threads from pools:LosingLate failed \(\d+ of 60 items returned exactly once", printed)


def test_the_answer_says_what_the_executor_brings(folder):
    """Beside the recommended setting, by its name."""
    _, printed = planned(folder, "--executor", "pools.py:processes", *BRIEF)
    assert re.search(r"8 processes from pools:processes reach [\d.]+x", printed)


def test_strategies_take_executors_too():
    """Wherever strategies are named, module:factory is one of them, and its name says if it has threads."""
    assert strategy_names("map,toys.pools:Threads,toys.pools:processes") == (
        "map", "toys.pools:Threads-threads", "toys.pools:processes",
    )  # fmt: skip


def test_a_file_elsewhere_is_refused(tmp_path):
    """Workers would not find its module: the line says how to name it."""
    (tmp_path / "pools.py").write_text(POOLS)
    with pytest.raises(UsageError, match="outside the working directory"):
        strategy_of(f"{tmp_path}/pools.py:Threads")


def test_a_rate_needs_workers_that_share_a_clock(folder):
    """Nothing is known of the executor's workers: refused in a line."""
    ended = ran(folder, "--executor", "pools:processes", "--rate", "20/s")
    assert ended.returncode == 2
    assert "no clock for --rate" in ended.stderr


def test_what_an_executor_is_given_is_given_back(tmp_path, monkeypatch):
    """The trial leaves its with statement, so that what stands behind it can be closed."""
    monkeypatch.setenv("POOLS_CLOSED", str(tmp_path / "closed"))
    assert strategy_of("toys.pools:closing") == "toys.pools:closing-threads"
    assert (tmp_path / "closed").exists()


def test_a_dry_run_makes_no_executor(folder):
    """It says what would be compared, and that nothing was run."""
    ended = ran(folder, "--executor", "pools:refuses", "--dry-run")
    assert ended.returncode == 0, ended.stderr
    assert "pools:refuses" in ended.stdout


def test_start_methods_are_no_matter_of_an_executors(folder):
    """Where others are started by spawn, it is measured all the same."""
    plan, _ = planned(folder, "--executor", "pools.py:Threads", "--start-methods", "spawn", *BRIEF)
    assert "pools:Threads-threads" in {cell["strategy"] for cell in plan["cells"]}


def test_an_executor_that_fails_is_no_matter_of_others(folder):
    """One that allows no more than four workers lets threads have more, and is tried once."""
    plan, printed = planned(folder, "--executor", "pools.py:at_most_four", "--budget", "20s", "--strategies", "threads")
    assert plan["recommendation"]["workers"] > 8
    assert "--max-in-flight" not in printed


def test_from_python_an_executor_is_a_name_or_the_function_itself(folder, data):
    """Both are the same strategy; what workers could not import is refused, and run() uses the executor."""
    ended = program(
        folder,
        """
        import waiting_jobs as jobs
        import lightwork
        import pools

        def local(max_workers):
            return pools.processes(max_workers)

        if __name__ == "__main__":
            for executor in ("pools:processes", pools.processes):
                plan = lightwork.plan(
                    jobs.wait, jobs.numbers(), executor=executor, strategies="map", workers=4, blocks=1, quiet=True
                )
                print({cell.setting.strategy for cell in plan.result.cells})
            only = lightwork.plan(
                jobs.wait, jobs.numbers(), strategies="pools:processes", workers=4, blocks=1, quiet=True
            )
            print(only.setting.strategy, only.run(range(8)) == list(range(8)))
            try:
                lightwork.plan(jobs.wait, jobs.numbers(), executor=local)
            except lightwork.UsageError as error:
                print(error)
        """,
        data=data,
    )
    assert ended.returncode == 0, ended.stderr
    first, second, third, refused = ended.stdout.splitlines()
    assert first == second
    assert "'pools:processes'" in first
    assert third == "pools:processes True"
    assert "top level of a module" in refused
