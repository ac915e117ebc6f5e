"""Pressure: what the kernel writes, as shares and microseconds, and nothing where it does not tell."""

import pytest

from lightwork.machine.pressure import Pressure, Stall, read_pressure

RECORDED = {
    "cpu": "some avg10=12.50 avg60=4.02 avg300=1.54 total=13522612\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0\n",
    "memory": "some avg10=0.00 avg60=0.00 avg300=0.00 total=7\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=5\n",
    "io": "some avg10=0.25 avg60=0.42 avg300=0.48 total=4540751\nfull avg10=0.24 avg60=0.39 avg300=0.42 total=406820\n",
}


@pytest.fixture
def recorded(tmp_path):
    """A folder like /proc/pressure."""
    for resource, content in RECORDED.items():
        (tmp_path / resource).write_text(content)
    return tmp_path


def test_reads_all_three(recorded):
    """Averages become shares of 1, totals stay microseconds; for CPUs the meaningless "full" is dropped."""
    assert read_pressure(recorded) == Pressure(
        cpu=Stall(0.125, 13522612, None, None),
        memory=Stall(0.0, 7, 0.0, 5),
        io=Stall(0.0025, 4540751, 0.0024, 406820),
    )


def test_an_older_kernel_tells_no_full_for_cpus(recorded):
    """Before Linux 5.13 there is one line for CPUs: it is read just the same."""
    (recorded / "cpu").write_text(RECORDED["cpu"].splitlines()[0])
    assert read_pressure(recorded).cpu == Stall(0.125, 13522612, None, None)


def test_what_is_not_there_is_none(recorded, tmp_path):
    """A kernel without pressure, or with one resource missing or unreadable, tells None, not 0."""
    assert read_pressure(tmp_path / "nowhere") == Pressure(None, None, None)
    (recorded / "memory").unlink()
    (recorded / "memory").mkdir()  # refuses to be read, as with psi=0
    (recorded / "io").write_text("")
    found = read_pressure(recorded)
    assert found.cpu is not None
    assert (found.memory, found.io) == (None, None)


def test_this_very_machine_can_be_read():
    """Whatever this kernel tells is a share and a count."""
    found = read_pressure()
    for stall in (found.cpu, found.memory, found.io):
        assert stall is None or (0 <= stall.some_avg10_share <= 1 and stall.some_total_us >= 0)
