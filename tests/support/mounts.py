"""What is mounted where tests run."""

import psutil


def is_mounted(place):
    """Whether the system lists a filesystem at this place; inside a chroot there may be none at its root."""
    return any(part.mountpoint == place for part in psutil.disk_partitions(all=True))
