"""Every error that lightwork raises on purpose.

A handled error is one sentence: when it happened, what is wrong, and the next step. The command line prints
it without a traceback and exits with `exit_status`; anything else is a bug and keeps its traceback.
"""

from collections.abc import Iterable


class LightworkError(Exception):
    """Root of the errors that reach the user as one line."""

    exit_status = 1


class UsageError(LightworkError):
    """The request can't be carried out as it was put: an unknown name, a bad value, a missing file."""

    exit_status = 2


class WorkError(LightworkError):
    """The work itself failed: a round lost items, a check did not hold, a cell never finished."""


class JournalError(WorkError):
    """A round could not be written down; those before it are."""


class CheckFailed(LightworkError):
    """A workload's check found that the work was not done; the message holds the counts.

    counts: those that are evidence, by name; the failed round keeps them.
    """

    def __init__(self, message: str, **counts: int) -> None:
        super().__init__(message)
        self.counts = counts


def unknown(kind: str, name: object, allowed: Iterable[str]) -> UsageError:
    """The error for a name that is not in a registry; the message lists the ones that are."""
    return UsageError(f"unknown {kind} {str(name)!r}: choose from {', '.join(allowed)}")


def text_of(error: BaseException) -> str:
    """The exception's kind and text; one whose own text raises must not take the place of what happened."""
    try:
        return f"{type(error).__name__}: {error}"
    except Exception as failed:  # noqa: BLE001  whatever its own code raises
        return f"{type(error).__name__}, whose str() raised {type(failed).__name__}"
