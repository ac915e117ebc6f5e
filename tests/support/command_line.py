"""The command line called in this process."""

from lightwork.cli import main


def told(capsys, *arguments):
    """The exit status of a command, what it printed and what it complained of."""
    status = main(arguments)
    printed = capsys.readouterr()
    return status, printed.out, printed.err


def assert_refused(capsys, *arguments, saying):
    """Check that a command exits 2 with one line that says this, and prints nothing else."""
    status, out, err = told(capsys, *arguments)
    assert (status, out) == (2, "")
    assert err.startswith("lightwork: ")
    assert err.count("\n") == 1
    assert saying in err
