"""Overlay: a folder that a round may change as it likes, while it stays as it is for everyone else.

    the folder, only read + what the round changes, in a folder of its own -> both as one, in this process's namespace

What is mounted is seen by this process and its children alone, and is gone with the last of them. Done as root, else in
a user namespace in which everyone stays who they are. `python -m lightwork.machine.overlay FOLDER MERGED` tries it.
Standard library only: the host imports this module, for rounds that need it.
"""

import ctypes
import importlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path

NEW_MOUNTS, NEW_USERS = 0x00020000, 0x10000000  # CLONE_NEWNS, CLONE_NEWUSER of unshare(2)
PRIVATE = 0x00004000 | 0x00040000  # MS_REC, MS_PRIVATE of mount(2)
CHANGES, WORK = "changes", "work"  # beside the merged folder
PARTS = ",:\\"  # what separates the parts of the kernel's options


def mount(folder: str, merged: str) -> None:
    """Lay the folder under what is changed from now on in `merged`, and go there. Raises OSError where it can't be.

    merged: an empty folder, beside which the changes are kept.
    """
    changes, work = (Path(merged).parent / name for name in (CHANGES, WORK))
    if any(part in f"{folder}{merged}" for part in PARTS):
        raise OSError(f"{folder} and {merged} can't be named to the kernel")
    for place in (changes, work):
        place.mkdir(exist_ok=True)
    is_user = _leave_namespace()
    _call("mount", b"none", b"/", None, PRIVATE, None)
    options = f"lowerdir={folder},upperdir={changes},workdir={work}" + ",userxattr" * is_user
    _call("mount", b"overlay", os.fsencode(merged), b"overlay", 0, os.fsencode(options))
    (work / "work").chmod(0o700)  # the kernel's own, closed to whoever has to remove it
    os.chdir(merged)
    importlib.invalidate_caches()


def _leave_namespace() -> bool:
    """Have mounts of our own from now on; whether that took a user namespace."""
    user, group = os.geteuid(), os.getegid()
    try:
        _call("unshare", NEW_MOUNTS)
    except PermissionError:
        _call("unshare", NEW_MOUNTS | NEW_USERS)
    else:
        return False
    for name, line in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")):
        Path(f"/proc/self/{name}").write_text(line)
    return True


def _call(name: str, *values: int | bytes | None) -> None:
    """A function of the C library. Raises OSError where it fails."""
    library = ctypes.CDLL(None, use_errno=True)
    if getattr(library, name)(*(ctypes.c_ulong(value) if isinstance(value, int) else value for value in values)):
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")


def _try(arguments: Sequence[str]) -> int:
    """The exit status: 0 where it can be done, files written through included."""
    folder, merged = arguments
    try:
        mount(folder, merged)
        Path("lightwork-probe").touch()
    except OSError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(_try(sys.argv[1:]))
