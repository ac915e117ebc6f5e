"""The workdir: gone with its study, and swept up by the next one where the study was killed."""

import os
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
import servers
from registered import all_but
from rounds import nothing_left_behind

from lightwork.launch import process
from lightwork.launch import workdir as workdirs
from lightwork.launch.workdir import open_workdir
from lightwork.workload.api import Place
from lightwork.workloads._databases import place_of

STUDY = """
import sys
from pathlib import Path
from rounds import job
from lightwork.core.setting import Setting
from lightwork.launch.run import launch
from lightwork.launch.workdir import open_workdir

with open_workdir(Path(sys.argv[1])) as workdir:
    print(workdir.rounds, workdir.shared, workdir.temporary, flush=True)
    launch(workdir, job(workdir, Setting("map", 2), sys.argv[2], **eval(sys.argv[3])), 60.0)
"""


def killed_study(data_dir, workload, parameters, is_under_way):
    """The folders of a study that was killed in its round, and the pid of the host that it had."""
    study = subprocess.Popen(
        [sys.executable, "-c", STUDY, str(data_dir), workload, repr(parameters)], stdout=subprocess.PIPE, text=True
    )
    folders = [Path(word) for word in study.stdout.readline().split()]
    give_up = time.monotonic() + 200
    while time.monotonic() < give_up and not is_under_way(folders):
        time.sleep(0.02)
    (host,) = psutil.Process(study.pid).children()
    study.kill()
    study.wait()
    study.stdout.close()
    return folders, host.pid


def aged(folders):
    """The folders, made to look as if nobody had touched them for a minute."""
    for folder in folders:
        long_ago = time.time() - 60
        os.utime(folder, (long_ago, long_ago))


def items_begun(folders):
    """Whether the round's ledger is there."""
    return (folders[1] / "round").exists()


def test_a_killed_study_takes_its_host_and_all_workers_along(tmp_path):
    """A SIGKILL of the measuring process ends the host and its hanging workers at once: nobody else would."""
    with nothing_left_behind():
        _, group = killed_study(tmp_path, "toys.squares", {"fault": "hang"}, items_begun)
        give_up = time.monotonic() + 200
        while time.monotonic() < give_up and process.members_of(group):
            time.sleep(0.01)
        assert process.members_of(group) == []


def test_the_next_study_removes_what_a_killed_one_left(tmp_path):
    """Folders that nobody holds are gone once another workdir is opened; those of studies under way stay."""
    folders, _ = killed_study(tmp_path, "toys.squares", {"fault": "hang"}, items_begun)
    assert all(folder.exists() for folder in folders)
    with open_workdir(tmp_path) as mine:
        aged([*folders, mine.rounds, mine.shared, mine.temporary])
        with open_workdir(tmp_path):
            assert not any(folder.exists() for folder in folders)
            assert all(folder.exists() for folder in (mine.rounds, mine.shared, mine.temporary))


def test_a_young_folder_is_not_taken_for_a_left_one(tmp_path):
    """A folder that another study has just made, and not locked yet, stays."""
    young = tmp_path / f"{workdirs.PREFIX}young"
    young.mkdir()
    with open_workdir(tmp_path):
        assert young.exists()
    aged([young])
    with open_workdir(tmp_path):
        assert not young.exists()


def test_what_can_not_be_cleaned_up_is_kept_and_told(tmp_path, capfd):
    """A left job whose workload can't be found now stays for the next study, with a line that says so."""
    folders, _ = killed_study(tmp_path, "toys.squares", {"fault": "hang"}, items_begun)
    job = folders[2] / workdirs.JOB
    job.write_text(job.read_text().replace("toys.squares", "toys.gone"))
    aged(folders)
    with open_workdir(tmp_path):
        assert folders[2].exists()
    assert "can't clean up after a killed study" in capfd.readouterr().err
    aged(folders[2:])
    job.write_text(job.read_text().replace("toys.gone", "toys.squares"))
    aged(folders[2:])
    with open_workdir(tmp_path):
        assert not folders[2].exists()


def test_a_link_is_no_workdir(tmp_path):
    """A link under a workdir's name leads nowhere."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "kept").touch()
    link = tmp_path / f"{workdirs.PREFIX}link"
    link.symlink_to(tmp_path / "mine")
    aged([tmp_path / "mine"])
    with open_workdir(tmp_path):
        assert (tmp_path / "mine" / "kept").exists()


@pytest.mark.parametrize("name", all_but([("postgres",)], map(pytest.param, servers.SERVERS)))
def test_what_a_killed_study_made_on_a_server_is_dropped(name, tmp_path):
    """The tables of a round whose study was killed are dropped when the next workdir is opened."""
    words = servers.database(name)
    parameters = {"db": words, "batches": 2_000, "rows_per_item": 200, "method": "row", "batch_rows": 10}
    folders, _ = killed_study(tmp_path, "db_insert", parameters, items_begun)
    _, _, schema = place_of(words, Place(tmp_path, folders[0] / "round"), "readings").rpartition("#")
    assert left_on(words, schema)
    aged(folders)
    with open_workdir(tmp_path):
        assert not left_on(words, schema)


def left_on(words, schema):
    """What of the round is on the server."""
    return {name for name in servers.made_by_us(words) if name.startswith(schema)}


def test_a_workdir_with_an_empty_job_is_swept_without_a_word(tmp_path, capsys):
    """Where the file of the round is empty nothing can be cleaned up: the folder goes, and no study is told of it."""
    left = tmp_path / f"{workdirs.PREFIX}left"
    left.mkdir()
    (left / workdirs.JOB).write_text("")
    aged([left])
    workdirs.sweep((tmp_path,))
    assert not left.exists()
    assert capsys.readouterr().err == ""


def test_a_job_is_laid_whole(tmp_path):
    """What stands in the workdir is one job or the next, never a part: it comes under its name when it is written."""
    with open_workdir(tmp_path / "data") as workdir:
        workdir.write_job("first")
        inode = workdir.job_path.stat().st_ino
        workdir.write_job("second")
        assert workdir.job_path.read_text() == "second"
        assert workdir.job_path.stat().st_ino != inode
        assert [path.name for path in workdir.temporary.iterdir()] == [workdirs.JOB]
