"""Answered: a plan from its options to its result, for the command line and for a call from Python."""

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lightwork.planning.conclude.result import PlanResult
    from lightwork.planning.environment import Environment
    from lightwork.planning.planner import Planned
    from lightwork.planning.script.script import Code, Named


@dataclass(frozen=True)
class Answered:
    """What a plan says, and what it was made from."""

    result: "PlanResult"
    planned: "Planned"


def say_aloud(words: str) -> None:
    """Tell what is being done, on standard error."""
    print(words, file=sys.stderr)


@contextmanager
def surroundings(
    facts: Mapping[str, Any], began_s: float, say: Callable[[str], None], label: str = "plan"
) -> "Iterator[Environment]":
    """A workdir and everything else that planning needs, with progress on standard error.

    facts: of the machine. began_s: by the monotonic clock, when the user asked. say: is told what is being done.
    label: of the progress.
    Raises WorkError where no folder can be made.
    """
    import time
    from datetime import UTC, datetime

    from lightwork.launch.run import launch
    from lightwork.launch.workdir import open_workdir
    from lightwork.machine.load import busy_share
    from lightwork.planning.environment import Environment
    from lightwork.storage.paths import data_dir
    from lightwork.study.progress import Teller

    with open_workdir(data_dir()) as workdir, Teller(label, always=False) as teller:
        yield Environment(
            workdir, partial(launch, workdir), time.monotonic, teller.tell, say,
            lambda: datetime.now(UTC).isoformat(timespec="seconds"), facts, data_dir() / "calibration", began_s,
            lambda: busy_share(float(facts["usable_cpus"])),
        )  # fmt: skip


def answered(options: argparse.Namespace, environment: "Environment", named: "Named | None" = None) -> Answered:
    """Plan what the options of the command ask for, and conclude.

    named: how a script names function and items; None for as the options do.
    Raises UsageError for what can't be asked, WorkError where the serial run fails.
    """
    from lightwork.cluster import visit
    from lightwork.planning.cli_request import request_of
    from lightwork.planning.conclude.conclude import result_of
    from lightwork.planning.planner import make

    request = request_of(options, environment.workdir.temporary, environment.machine)
    visit.refuse_a_plan(request.axes.strategies)
    planned = make(request, environment)
    result = result_of(planned, environment.machine, _code(planned, options, named))
    return Answered(replace(result, target=request.label or options.target), planned)


def _code(planned: "Planned", options: argparse.Namespace, named: "Named | None") -> "Code":
    """How to write the script, its function and its items named as the user named them."""
    from lightwork.planning.script.given_once import GivenOnce
    from lightwork.planning.script.script import script_for
    from lightwork.workload import registry
    from lightwork.workload.initializer import arguments_of

    guards, ways = planned.request.guards, planned.shared
    shared = GivenOnce(planned.part, bool(ways and ways.is_mapped)) if planned.part else None
    return script_for(
        options.target, options.items, options.maker, planned.weights,
        planned.lethal if guards.collects else planned.left_out,
        is_coroutine=registry.find(options.target).coroutine is not None, passing=planned.passing, null=options.null,
        names_method=len(planned.request.axes.start_methods) > 1,
        initializer=options.initializer, initargs=arguments_of(options.initargs or ""), guards=guards,
        inner_threads=planned.request.inner_threads, rate=planned.request.rate, named=named, shared=shared,
    )  # fmt: skip
