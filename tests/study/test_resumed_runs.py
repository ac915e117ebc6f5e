"""Runs that are killed at random moments and resumed: no finished round is lost, none is measured again."""

import json
import random
import subprocess
import time

import pytest
from benches import TINY, bench, command, saved_in

from lightwork.storage import results_json

KILLS = 4


@pytest.mark.matrix
def test_no_finished_round_is_lost_or_run_again_over_kills(tmp_path):
    """Killed at random moments and resumed each time, a run ends with every round measured once."""
    assert killed_and_resumed(tmp_path, KILLS, seed=6) == (0, 0)


@pytest.mark.figures
@pytest.mark.timeout(0)
def test_fifty_kills_lose_nothing(tmp_path):
    """The same with fifty kills."""
    lost, again = killed_and_resumed(tmp_path, 50, seed=50)
    print(f"50 kills: {lost} finished rounds lost, {again} measured again")
    assert (lost, again) == (0, 0)


def killed_and_resumed(folder, kills, seed):
    """How many finished rounds were lost, and how many were measured again, over so many kills of one run."""
    chance, seen, resume = random.Random(seed), [], ()
    words = (*TINY, "--workers", "2", "--blocks", str(4 * kills), "--budget", "1h", "--benchmark-save")
    for _ in range(kills):
        process = subprocess.Popen(
            command(*words, *resume), cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        wait_for_more(folder, len(seen), chance.uniform(0.0, 2.0))
        process.kill()
        process.wait()
        lines = kept_lines(folder)
        assert lines[: len(seen)] == seen
        seen, resume = lines, ("--resume",) if lines else ()
    found = bench(folder, *words, *resume)
    assert found.returncode == 0, found.stdout
    (path,) = saved_in(folder)
    (study,) = results_json.load(path).studies
    saved = {
        (one.cell_id, one.block): one for cell in study.cells for one in (*cell.rounds, *filter(None, [cell.probe]))
    }
    kept = [json.loads(line)["round"] for line in seen if '"round"' in line]
    counted = [(one["cell_id"], one["block"]) for one in kept if one["cell_id"] != "warm-up"]
    assert seen, "no kill met a study under way"
    assert study.started_at == json.loads(seen[0])["study"]["started_at"]
    lost = sum(
        place not in saved or saved[place].t1_ns != one["t1_ns"]
        for one in kept
        if (place := (one["cell_id"], one["block"])) and one["cell_id"] != "warm-up"
    )
    return lost, len(counted) - len(set(counted))


def wait_for_more(folder, lines, moment_s):
    """Wait until the journal has grown, or not even that in one of four cases, then until some moment."""
    give_up = time.monotonic() + (200.0 if moment_s < 1.5 else 0.5)
    while time.monotonic() < give_up and len(kept_lines(folder)) <= lines:
        time.sleep(0.01)
    time.sleep(moment_s)


def kept_lines(folder):
    """The whole lines of the journal of the run that broke off last."""
    found = sorted(folder.glob("results/journals/*/s1/journal.jsonl"))
    return found[-1].read_bytes().decode().splitlines(keepends=True) if found else []


@pytest.mark.matrix
def test_a_run_that_was_not_gone_on_with_stays(tmp_path):
    """Nothing selected, other cells asked for, or only a look at the cells: the run that broke off is still there."""
    words = (*TINY, "--workers", "2", "--blocks", "500", "--budget", "1h")
    process = subprocess.Popen(
        command(*words), cwd=tmp_path, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    wait_for_more(tmp_path, 3, 0.0)
    process.kill()
    process.wait()
    lines = kept_lines(tmp_path)
    for more, status in ((("--collect-only",), 0), (("-k", "nothing"), 5), (("--seed", "2"), 2)):
        found = bench(tmp_path, *words, "--resume", *more)
        assert found.returncode == status, found.stdout
        assert kept_lines(tmp_path) == lines
    assert "was interrupted with a different seed: use the same options as then, or omit --resume" in found.stdout
