"""Failing: items of a serial run that raised, ended their process, or hung, named with what became of the others."""

from collections.abc import Collection, Mapping, Sequence

from lightwork.core.round import Outcome
from lightwork.core.warnings import UnsendableError
from lightwork.errors import WorkError
from lightwork.launch.finished import Finished
from lightwork.ledger.table import State
from lightwork.planning import repeated
from lightwork.planning.items import JobItems
from lightwork.planning.outside_limits import says_too_fast, slower
from lightwork.planning.request import Request
from lightwork.storage import ledgers
from lightwork.text.quantities import counted, duration, sentence, short
from lightwork.text.warnings import warning_sentence
from lightwork.workload import target, trial, user_function


def failures(
    request: Request, items: JobItems, run: Sequence[int], finished: Finished, worked: Collection[int] = ()
) -> dict[int, str]:
    """Why items failed, by their numbers in the round. Raises WorkError where they may not be left out.

    worked: the places of items that did not fail in an earlier run.
    """
    round_ = finished.round
    if not round_.ok:
        number = _broke_off_at(finished)
        if number is None:
            raise WorkError(f"{request.name}: the serial round {round_.outcome}: {round_.reason}\n{round_.detail}")
        reason = "hung" if round_.outcome is Outcome.HUNG else f"ended its process ({_how(round_.reason)})"
        if not request.skip_failing or request.once:
            raise _broken_off(request, items, run, number, finished)
        return {number: reason}
    stuck = trial.stuck_in(round_.evidence)
    if stuck and not request.axes.in_caller().kinds():
        number, reason = next(iter(stuck.items()))
        raise WorkError(
            f"{request.name}: the result for {_place(items, run[number])} can't be sent back by a worker ({reason}): "
            "return plain data, store it and return its path, or use threads"
        )
    failed = trial.failed_in(round_.evidence)
    again = [number for number in failed if run[number] in worked]
    if again and (not request.guards.collects or len(again) > len(worked) / 2):  # else by chance
        raise repeated.fails_again(request.name, _place(items, run[again[0]]), failed[again[0]])
    too_fast = {number: reason for number, reason in failed.items() if says_too_fast(reason)}
    if too_fast or (failed and not request.skip_failing):
        raise _raised(request, items, run, {**too_fast, **failed}, finished)
    return {number: f"raised {reason}" for number, reason in failed.items()}


def _broke_off_at(finished: Finished) -> int | None:
    """The number of the item during which the round broke off; None where none was under way."""
    if not finished.ledger:
        return None
    states = ledgers.table(finished.ledger)["state"]
    (unfinished,) = ((states == State.RUNNING) | (states == State.RAISED)).nonzero()
    return int(unfinished[0]) if len(unfinished) else None


def _broken_off(request: Request, items: JobItems, run: Sequence[int], number: int, finished: Finished) -> WorkError:
    round_ = finished.round
    if round_.outcome is Outcome.HUNG:
        what, advice = (
            f"was {round_.reason}",
            "give it more time by --timeout, end it by --item-timeout, or leave it out by --skip-failing",
        )
    else:
        what, advice = f"ended its process, {_how(round_.reason)}", "fix it, or skip such items with --skip-failing"
    return WorkError(f"{request.name}: {_place(items, run[number])} {what} ({_done(finished)}); {advice}")


def _raised(
    request: Request, items: JobItems, run: Sequence[int], failed: Mapping[int, str], finished: Finished
) -> WorkError:
    number, reason = next(iter(failed.items()))
    rest = _others(finished, failed)
    more = f"{len(failed)} of {len(run)} items raised, first " if len(failed) > 1 else ""
    if finished.round.evidence.get(trial.WRONG_TYPE) and _is_text(request):
        return WorkError(
            f"{request.name}: {more}{_place(items, run[number])} raised {reason}: items of a command line, @FILE or - "
            f"are texts; annotate the argument, as in def {_short(request)}(item: int), or convert it, int(item)"
        )
    ways_out = "fix it, or skip such items with --skip-failing, or collect their errors with --on-error collect"
    if says_too_fast(reason):
        ways_out = f"that is no item's fault: keep to what the service allows with {slower(request.rate)}"
    return WorkError(
        f"{request.name}: {more}{_place(items, run[number])} raised {reason} ({rest}); {ways_out}\n"
        f"{_unsendable(finished)}"
        f"{finished.round.evidence[trial.TRACEBACK]}".rstrip()
    )


def _unsendable(finished: Finished) -> str:
    """The line that says what workers make of an exception that can't be unpickled; "" where all can."""
    error = trial.unsendable_error_in(finished.round.evidence)
    return f"{sentence(warning_sentence(UnsendableError(*error)))}.\n" if error else ""


def _is_text(request: Request) -> bool:
    """Whether items are texts as they were typed or listed."""
    source = str(request.parameters.get("source", ""))
    return source.startswith(target.LIST) and not request.parameters.get("converter")


def _short(request: Request) -> str:
    return request.name.rpartition(user_function.SEPARATOR)[2].rpartition(".")[2]


def _others(finished: Finished, failed: Mapping[int, str]) -> str:
    """How many of the others were done, in what time."""
    rows = ledgers.table(finished.ledger)
    others = [number for number in range(len(rows)) if number not in failed]
    took_s = float((rows["end_ns"] - rows["start_ns"])[others].sum()) / 1e9
    return f"the other {counted(len(others), 'item')} done in {duration(took_s)}" if others else "no other was run"


def _how(reason: str) -> str:
    """The host's end, without a last line of output where there was none."""
    return reason.strip().removesuffix(":")


def _done(finished: Finished) -> str:
    round_ = finished.round
    return f"{counted(round_.items_done, 'item')} done before it in {duration(round_.item_wall_ns / 1e9)}"


def _place(items: JobItems, place: int) -> str:
    return f"item {place + 1:,} of {len(items):,}, {short(items.name(place))},"
