"""Volumes: what lies under a folder, be the folder there or not."""

import multiprocessing
import os
import shutil
from pathlib import Path

from mounts import is_mounted

from lightwork.machine.volume import UNKNOWN, shared_memory, volume_of


def test_a_folder_that_is_not_made_yet(tmp_path):
    """A folder that is not there has the volume, the room and the rights of what it would be made in."""
    there, later = volume_of(tmp_path), volume_of(tmp_path / "not" / "yet")
    assert (there.exists, later.exists) == (True, False)
    assert (later.filesystem, later.device, later.size_bytes) == (there.filesystem, there.device, there.size_bytes)
    assert (later.filesystem == UNKNOWN) == (not is_mounted("/"))
    assert later.writable
    assert later.size_bytes == shutil.disk_usage(tmp_path).total
    assert later.folder == str(tmp_path / "not" / "yet")


def test_what_can_not_be_written(tmp_path):
    """A folder of someone else's, and one that would have to be made in it, are not writable."""
    tmp_path.chmod(0o500)
    # The superuser may write everywhere: somebody else is asked then.
    other = {"initializer": os.setuid, "initargs": (65534,)} if os.getuid() == 0 else {}
    with multiprocessing.get_context("fork").Pool(1, **other) as pool:
        found = pool.map(volume_of, [tmp_path, tmp_path / "new"])
    assert [volume.writable for volume in found] == [False, False]


def test_a_folder_below_a_file(tmp_path):
    """Below a file no folder can be made."""
    (tmp_path / "file").write_text("")
    found = volume_of(tmp_path / "file" / "folder")
    assert (found.exists, found.writable) == (False, False)


def test_shared_memory_is_in_memory():
    """/dev/shm, where there is one, is told with its room."""
    found = shared_memory()
    assert (found is None) == (not Path("/dev/shm").is_dir())
    if found:
        assert 0 <= found.free_bytes <= found.size_bytes == shutil.disk_usage("/dev/shm").total
