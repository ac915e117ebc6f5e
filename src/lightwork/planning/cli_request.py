"""Asking: from the words of a command line to a request, or to one line that says what is wrong with them."""

import argparse
import importlib.util
import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from lightwork import strategies
from lightwork.core.setting import ORDERS
from lightwork.errors import UsageError
from lightwork.machine import start_method
from lightwork.planning import outside_limits
from lightwork.planning.axes import AWAITED, BY_VALUE, LONGER_TO_WRITE, USUAL, Axes, settings_of
from lightwork.planning.built_in import built_in, refuse_beyond_limits
from lightwork.planning.calibrate import is_quick
from lightwork.planning.contest import MOST_BLOCKS
from lightwork.planning.guards import Guards
from lightwork.planning.request import INNER_THREADS, OWN_VARIABLES, MemoryLimit, Request
from lightwork.planning.serial_run import PILOT, SAMPLE_SHARE
from lightwork.planning.shared_argument import sharing
from lightwork.replay.hand_out import with_a_rule
from lightwork.study import option_values
from lightwork.study.design import check_fit, fits
from lightwork.text.quantities import counted, duration
from lightwork.workload import arguments, item_list, registry, target, user_function
from lightwork.workload.api import Workload
from lightwork.workload.coroutine import Awaited

AUTO = "auto"
MOST_RETRIES = 10
BUDGET, QUICK_S, BY_VALUE_BUDGET_S = "60s", 15.0, 60.0
CONTRADICTING = (
    ("quick", "budget", "both say how long it may take"),
    ("once", "blocks", "--once measures nothing again"),
    ("cores", "blocks", "nothing can be measured on a machine that is not there"),
    ("once", "cold", "--once reads each file one time only"),
    ("shared", "rate", "each needs the one initializer that a pool takes"),
    ("shared", "executor", "nobody knows what its workers are given"),
)
REFERENCES = ("setup", "cleanup", "check", "initializer")
BUILT_IN_ONLY = ("param", "db")
OWN_ONLY = (
    "items",
    "maker",
    "null",
    "starmap",
    "arguments",
    "shared",
    *REFERENCES,
    "initargs",
    "cold",
    "scratch",
    "skip_failing",
    "inner_threads",
    "on_error",
    "retries",
    "item_timeout",
    "progress",
    "rate",
)


def request_of(options: argparse.Namespace, folder: Path, machine: Mapping[str, Any]) -> Request:
    """The request that these options make. folder: for a list of items; machine: its facts.

    Raises UsageError for what can't be asked.
    """
    _refuse_contradictions(options)
    workload = registry.find(options.target)
    cores, usable_cpus = _cores(options), float(machine["usable_cpus"])
    axes = _axes(options, workload)
    guards = _guards(options)
    target, parameters, label = _function_of_the_user(options, folder, guards) or _built_in(options, axes)
    return Request(
        target=target,
        parameters=parameters,
        label=label,
        axes=_with_executors(axes, options),
        usable_cpus=usable_cpus,
        budget_s=_budget_s(options),
        timeout_s=option_values.seconds("timeout", options.timeout) if options.timeout else None,
        seed=option_values.whole_number("seed", options.seed),
        cores=cores,
        once=options.once,
        blocks=_blocks(options),
        memory_limit=_memory_limit(options, machine),
        skip_failing=options.skip_failing or guards.collects,
        guards=guards,
        rate=outside_limits.rate(options.rate, _least_budget_s(options)),
        shared=options.shared or "",
        inner_threads=_inner_threads(options),
        tries_inner_threads=_tries_inner_threads(options),
    )


def _guards(options: argparse.Namespace) -> Guards:
    """What is to stand around each item. Raises UsageError for words that say nothing."""
    if options.on_error not in (None, "raise", "collect"):
        raise UsageError(f"on-error can't be {options.on_error!r}: choose raise or collect")
    retries = option_values.whole_number("retries", options.retries) if options.retries else 0
    if retries > MOST_RETRIES:
        raise UsageError(
            f"retries can't be {retries}: at most {MOST_RETRIES}, for each waits twice as long as the last"
        )
    bar = "tqdm" if importlib.util.find_spec("tqdm") else "line"
    return Guards(
        timeout_s=option_values.seconds("item-timeout", options.item_timeout) if options.item_timeout else 0.0,
        retries=retries,
        collects=options.on_error == "collect",
        bar=bar if options.progress else "",
    )


def _refuse_contradictions(options: argparse.Namespace) -> None:
    for option, other, why in CONTRADICTING:
        if getattr(options, option) and getattr(options, other):
            raise UsageError(f"--{option} and --{other} contradict each other: {why}")


def _budget_s(options: argparse.Namespace) -> float:
    return QUICK_S if options.quick else option_values.seconds("budget", options.budget or BUDGET)


def _inner_threads(options: argparse.Namespace) -> int | None:
    """The number that was asked for; None to compare where that is worth it."""
    if options.inner_threads in (None, AUTO):
        return None
    variable = next((name for name in OWN_VARIABLES if name in os.environ), "")
    if variable:
        raise UsageError(f"{variable} is set, which goes before --inner-threads: unset it")
    for option in ("once", "cores"):
        if getattr(options, option):
            raise UsageError(f"--inner-threads and --{option} contradict each other: it must be measured here")
    threads = option_values.whole_number("inner-threads", options.inner_threads)
    if threads < 1:
        raise UsageError("inner-threads can't be 0: give at least 1, or auto")
    return threads


def _tries_inner_threads(options: argparse.Namespace) -> bool:
    """Whether one may be tried: not where the user has set how many there are."""
    is_set = any(name in os.environ for name in (INNER_THREADS, *OWN_VARIABLES))
    return user_function.is_reference(options.target) and not is_set


def _least_budget_s(options: argparse.Namespace) -> float | None:
    """The budget; None where items are run once, however long that takes."""
    return None if options.once else _budget_s(options)


def _cores(options: argparse.Namespace) -> float | None:
    return option_values.number("cores", options.cores, "cores") if options.cores else None


def _blocks(options: argparse.Namespace) -> int | None:
    if not options.blocks:
        return None
    blocks = option_values.whole_number("blocks", options.blocks)
    if blocks < 1:
        raise UsageError("blocks can't be 0: give at least 1, or use --once to measure nothing")
    return blocks


def _memory_limit(options: argparse.Namespace, machine: Mapping[str, Any]) -> MemoryLimit | None:
    """What was asked for, or what the control group allows."""
    if options.memory_limit:
        limit_bytes = option_values.size_bytes("memory-limit", options.memory_limit)
        return MemoryLimit(limit_bytes, "the memory limit", is_asked=True)
    cgroup_bytes = machine.get("memory_limit_bytes")
    return (
        MemoryLimit(float(cgroup_bytes), "the control group's memory limit", is_asked=False) if cgroup_bytes else None
    )


def _parameters(options: argparse.Namespace, folder: Path, guards: Guards) -> dict[str, Any]:
    """Where the target's items come from, and what stands around its rounds."""
    around = {name: user_function.absolute(getattr(options, name) or "") for name in REFERENCES}
    for reference in filter(None, around.values()):
        user_function.resolve(reference)
    if around["initializer"]:
        target.initializer_of(around["initializer"], options.initargs or "")
    elif options.initargs:
        raise UsageError("--initargs are the arguments of --initializer: name that too")
    arguments.keywords_of(options.arguments or "")
    way = arguments.TUPLE if options.starmap else arguments.WHOLE
    around["initargs"] = options.initargs or ""
    more = {
        **around,
        "cold": options.cold,
        "scratch": options.scratch,
        "way": way,
        "arguments": options.arguments or "",
        "item_timeout_s": guards.timeout_s,
        "retries": guards.retries,
        **outside_limits.turns(outside_limits.rate(options.rate), folder),
    }
    if options.maker:
        if options.items:
            raise UsageError("items are given twice: name them, or use --items, not both")
        user_function.maker_of(options.maker)
        return {"source": f"{target.CALL}{user_function.absolute(options.maker)}", **more}
    if options.shared:
        raise UsageError("--shared is for items with several arguments, and words have one: use --items REFERENCE")
    items = item_list.read(options.items, sys.stdin, null=options.null)
    if not items:
        raise UsageError(f"{options.target} has no items: name items, @FILE, - or --items REFERENCE")
    converter = arguments.converter_of(user_function.resolve(options.target))
    if converter:
        arguments.converted(items, converter, options.target)
    path = folder / "items.json"
    with path.open("w", encoding="utf-8") as file:
        json.dump(items, file)
    return {"source": f"{target.LIST}{path}", "converter": converter, **more}


def _function_of_the_user(
    options: argparse.Namespace, folder: Path, guards: Guards
) -> tuple[str, Mapping[str, Any], str] | None:
    """Target, parameters and label of a function of the user's own; None for a built-in workload."""
    if not user_function.is_reference(options.target):
        return None
    for name in BUILT_IN_ONLY:
        if getattr(options, name):
            raise UsageError(f"{options.target} is your own function: --{name} is for built-in workloads")
    return user_function.absolute(options.target), _parameters(options, folder, guards), getattr(options, "label", "")


def _built_in(options: argparse.Namespace, axes: Axes) -> tuple[str, Mapping[str, Any], str]:
    if any(getattr(options, name) for name in OWN_ONLY):
        raise UsageError(f"{options.target} is a built-in workload with its own items: leave them out")
    workload = built_in(options.target, options.param or (), options.db)
    if not options.dry_run and not options.cores:
        refuse_beyond_limits(workload, settings_of(axes.kinds(), axes.workers or (1,), (None,), ("given",)))
    return workload.name, workload.parameters, workload.label


def _axes(options: argparse.Namespace, workload: Workload) -> Axes:
    """What may be chosen from. Raises UsageError where the options come to nothing."""
    usual: tuple[str, ...] = AWAITED if isinstance(workload.function, Awaited) else USUAL
    if workload.unsendable:
        usual = tuple(name for name in (*usual, *_by_value(options)) if fits(workload, name))
    if options.item_timeout and not isinstance(workload.function, Awaited):
        usual = tuple(name for name in usual if strategies.find(name).ends_items) or usual
    asked = usual if options.strategies == AUTO else option_values.strategy_names(options.strategies, _beside(options))
    chosen = [name for name in asked if name != "serial"]
    chosen = with_a_rule(chosen, are_named=options.strategies != "all")
    if options.strategies == "all":
        chosen = [name for name in chosen if fits(workload, name)]
    is_by_name = options.strategies not in (AUTO, "all")
    if options.rate:
        chosen = outside_limits.paced(chosen, are_named=is_by_name)
    if options.shared:
        chosen = sharing(chosen, are_named=is_by_name)
    for name in chosen:
        check_fit(workload, name)
    methods = _start_methods(options, workload)
    if not chosen:
        raise UsageError("serial is always measured: name a strategy that has workers")
    most_in_flight = outside_limits.most_in_flight(options.max_in_flight)
    axes = Axes(
        strategies=tuple(chosen),
        workers=None if options.workers == AUTO else outside_limits.counts(options.workers, most_in_flight),
        chunksizes=_chunksizes(options.chunksizes),
        orders=None if options.orders == AUTO else option_values.names("order", options.orders, ORDERS),
        start_methods=methods,
        may_change_method=options.start_methods == AUTO,
        most_in_flight=most_in_flight,
        rare=_rare(options, workload),
    )
    if not axes.kinds():
        raise UsageError(f"{', '.join(chosen)} can't start with {', '.join(methods)}: choose another start method")
    return axes


def _start_methods(options: argparse.Namespace, workload: Workload) -> tuple[str, ...]:
    """Those that were asked for, else this Python's own; fork, where that can be, for a function that can't be sent."""
    if options.start_methods != AUTO:
        return option_values.start_methods(options.start_methods)
    return ("fork",) if workload.unsendable and start_method.is_safe("fork") else (start_method.default(),)


def _rare(options: argparse.Namespace, workload: Workload) -> tuple[str, ...]:
    """Strategies that take more code, where the choice is ours and they can run the job."""
    is_theirs = options.strategies != AUTO or options.rate or isinstance(workload.function, Awaited)
    return () if is_theirs or workload.unsendable else LONGER_TO_WRITE


def _beside(options: argparse.Namespace) -> str:
    """The user's function, where it is one: an executor may lie beside it."""
    return options.target if user_function.is_reference(options.target) else ""


def _with_executors(axes: Axes, options: argparse.Namespace) -> Axes:
    """With the user's own executors, which are tried last: they may take seconds to start. A dry run starts none."""
    if not options.executor:
        return axes
    if options.item_timeout:
        raise UsageError("--executor and --item-timeout contradict each other: its workers may not take signals")
    if options.dry_run:
        names = tuple(word.strip() for word in options.executor.split(","))
    else:
        names = option_values.executor_names(options.executor, _beside(options))
    if options.rate:
        outside_limits.paced(names, are_named=True)
    return replace(axes, strategies=(*axes.strategies, *names))


def _by_value(options: argparse.Namespace) -> tuple[str, ...]:
    """Strategies for a function that can't be sent by its name: workers inherit it, or are sent it by value.

    The latter where that is there and the budget has time to learn what it costs.
    """
    if options.start_methods == "fork" or (options.start_methods == AUTO and start_method.is_safe("fork")):
        return LONGER_TO_WRITE
    return () if strategies.absent(BY_VALUE) or _budget_s(options) < BY_VALUE_BUDGET_S else (BY_VALUE,)


def _chunksizes(words: str) -> tuple[int | None, ...] | None:
    return None if words == AUTO else option_values.counts_or("chunksize", words, "default")


def dry(request: Request, machine: dict[str, Any], calibrations: Path) -> str:
    """What would be measured, and for how long."""
    axes = request.axes
    once = ", one time" if request.once else ""
    serially = f"{PILOT} items, then all or as many as take {duration(SAMPLE_SHARE * request.budget_s)}"
    is_ready = is_quick(calibrations, machine, axes.kinds())
    lines = {
        "serially": serially if request.can_sample else f"all items{once}",
        "predict": f"{', '.join(axes.strategies)}; {', '.join(axes.start_methods)}",
        "": f"{_counts(axes)} workers; chunksize {_asked(axes.chunksizes)}; order {_asked(axes.orders)}",
        "measure": _measured(request),
    }
    if request.rate:
        lines["rate"] = f"at most {request.rate}, in every run"
    if request.shared:
        lines["share"] = f"{request.shared}, given to each worker once; beside the answer in every item, and mapped"
    if not is_ready:
        lines["first"] = "what these strategies cost here: once, some 10 to 20 s more"
    head = f"would plan {request.name} in {duration(request.budget_s)}; nothing was run"
    return "\n".join([head, *(f"  {name:<11} {words}" for name, words in lines.items())])


def _counts(axes: Axes) -> str:
    """The worker counts to choose from."""
    return f"by the job, at most {axes.most_in_flight}" if axes.most_in_flight else _asked(axes.workers)


def _asked(values: Sequence[object] | None) -> str:
    """The values of an axis that were asked for."""
    if values is None:
        return "by the job"
    return ", ".join("default" if value is None else str(value) for value in values)


def _measured(request: Request) -> str:
    if not request.is_measured:
        return "nothing else"
    if request.blocks:
        return f"the best of them beside the serial run, in {counted(request.blocks, 'block')} exactly"
    return f"the best of them beside the serial run, in up to {MOST_BLOCKS} blocks, until nothing could beat the answer"
