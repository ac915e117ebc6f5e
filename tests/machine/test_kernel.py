"""Calls that Linux alone has, and what stands in for them elsewhere."""

import errno
import fcntl
import os
import select
import signal
import subprocess
import sys

import pytest

from lightwork.machine import affinity, kernel


def test_a_processs_descriptor_is_readable_once_it_has_ended():
    """Not before."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        descriptor = kernel.process_descriptor(process.pid)
        assert select.select([descriptor], [], [], 0)[0] == []
        process.communicate(b"\n")
        assert select.select([descriptor], [], [], 10)[0] == [descriptor]
        os.close(descriptor)


@pytest.mark.parametrize("call", ["memfd_create", None])
def test_an_unnamed_file_can_be_written_and_has_no_place(call, monkeypatch, tmp_path):
    """In memory, and in a folder for temporary files where the system has no such call."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    if call is None:
        monkeypatch.delattr(os, "memfd_create")
    descriptor = kernel.unnamed_file("lightwork-test")
    os.write(descriptor, b"rows")
    with open(f"/dev/fd/{descriptor}", "rb") as again:
        os.lseek(descriptor, 0, os.SEEK_SET)
        assert again.read() == b"rows"
    os.close(descriptor)
    assert list(tmp_path.iterdir()) == []


def test_what_is_lacking_says_so(monkeypatch):
    """No descriptor of a process, and no signal from a pipe."""
    monkeypatch.delattr(os, "pidfd_open")
    monkeypatch.delattr(fcntl, "F_SETSIG")
    reader, writer = os.pipe()
    assert kernel.process_descriptor(os.getpid()) is None
    assert not kernel.signal_when_ready(reader, signal.SIGUSR1)
    os.close(reader)
    os.close(writer)


def test_a_clone_that_the_file_system_refuses_is_no_error(tmp_path, monkeypatch):
    """It says that it is none; any other error is the caller's."""

    def refuse(number):
        def ioctl(*_):
            raise OSError(number, os.strerror(number))

        monkeypatch.setattr(fcntl, "ioctl", ioctl)

    with open(tmp_path / "one", "w+b") as one, open(tmp_path / "other", "w+b") as other:
        refuse(errno.EOPNOTSUPP)
        assert not kernel.clone(one.fileno(), other.fileno())
        refuse(errno.EIO)
        with pytest.raises(OSError, match="Input/output"):
            kernel.clone(one.fileno(), other.fileno())


def test_cpus_are_counted_whatever_python_is_told(monkeypatch):
    """PYTHON_CPU_COUNT changes what Python says, not what there is; without affinity all CPUs count."""
    monkeypatch.setattr(os, "cpu_count", lambda: 1_000)
    assert affinity.logical() == os.sysconf("SC_NPROCESSORS_ONLN") < 1_000
    assert affinity.count() == len(affinity.cores()) <= affinity.logical()
    monkeypatch.delattr(os, "sched_getaffinity")
    assert affinity.cores() is None
    assert affinity.count() == affinity.logical()
