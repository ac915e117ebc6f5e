"""The box at the page's end: machine, method, and what was not measured; pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from lightwork.analysis.disturbance import EXCESS_SHARE, LEAST_S
from lightwork.analysis.judged_study import Judged, block_count
from lightwork.core.study import SERIAL, Results, Study
from lightwork.core.usage import Usage
from lightwork.text.quantities import counted, duration, plain, size
from lightwork.text.variants import cell_name
from lightwork.text.warnings import disturbance

METHOD = {
    "Rounds and blocks": "Each round runs in a fresh, small interpreter. A block is one round of every setting, in "
    "random order. rounds.csv has all rounds.",
    "Interference": "A round is excluded if other programs or the hypervisor took "
    f"{disturbance(EXCESS_SHARE, LEAST_S)}. How long the round took doesn't matter, so no setting is favored. Excluded "
    "rounds are drawn as hollow dots and counted in the table.",
    "Speedup": "Serial wall time divided by the setting's within each block, then the median over blocks. Wall time "
    "runs from before the first worker starts until the last one has exited. The reference is plain serial code, "
    "never a pool of one worker.",
    "Intervals": "95 %, computed by {intervals}.",
    "Noise floor": "Each block runs the serial code twice. The difference between the two is this machine's noise; "
    "smaller differences are not reported.",
    "Equal CPU speed": "Cores change speed during a measurement. Between items each worker runs a fixed loop, which "
    "shows how fast its core was. Figures at equal CPU speed correct for this, but not for items that need more CPU "
    "work.",
    "Losses and waterfalls": "Workers times wall time equals start-up, items, gaps, tail and teardown, exactly; item "
    "time is split against the serial round of the same block into useful work, extra CPU time, waiting for a core "
    "and blocking. Divided by wall time, these are speedups: useful work and all losses add up to the number of "
    "workers. A negative loss means that items took less time than serially. All rounds of a setting that were not "
    "excluded are pooled.",
    "Memory": "The measuring process samples all processes of a round, at most ten times a second and using at most 1 "
    "% of one core. Short peaks can be missed. An extra round that is not timed is sampled up to a hundred times a "
    "second. PSS counts shared pages once, USS not at all.",
    "Failed rounds": "A round that raised, hung, lost items or returned other results than serial has no time. A "
    "setting with a failed round is shown but not ranked.",
    "Limit set by the longest item": "Total work divided by the longest item, from the serial rounds. As long as "
    "items are not split, no strategy exceeds it.",
}
UNITS = {"_bytes": size, "_ns": lambda value: duration(value / 1e9), "_s": duration}
GAPS_SHOWN = 20
NAMED_CELLS = 3


def method(judged: Sequence[Judged]) -> list[tuple[str, str]]:
    """The method in short, with the kinds of intervals that this page really shows."""
    kinds = {
        estimate.method
        for study in judged
        if study.scaling is not None
        for cell in study.scaling.cells
        for estimate in (cell.speedup, cell.speedup_equal_speed)
        if estimate is not None
    }
    words = "; ".join(sorted(kinds)) or "none here"
    return [(name, text.replace("{intervals}", plain(words))) for name, text in METHOD.items()]


def machine_facts(results: Results) -> list[tuple[str, str]]:
    """Every fact of the machine and of the run, nested ones under their path."""
    facts = facts_of(results.machine)
    costs = [(f"ledger row, {plain(kind)}", duration(cost / 1e9)) for kind, cost in results.ledger_cost_ns.items()]
    seeds = [(f"seed, {plain(study.label)}", str(study.seed)) for study in results.studies]
    starts = [(f"started, {plain(study.label)}", plain(study.started_at)) for study in results.studies]
    commit = [(f"commit {name}", value) for name, value in _flat("", results.commit)]
    return [*facts, *costs, *seeds, *starts, *commit, ("results schema", str(results.schema))]


def facts_of(machine: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Every fact of a machine in words, nested ones under their path."""
    return list(_flat("", machine))


def gaps(judged: Sequence[Judged], results: Results, ledgers: Mapping[str, Any]) -> list[str]:
    """What the reader might think was measured, and was not."""
    missing = [
        "Other worker counts: nothing is extrapolated.",
        "Other machines: these speedups don't apply to another number of CPUs, disk or database.",
        *(gap for study in judged for gap in _study_gaps(study, ledgers)),
    ]
    if "usable_cpus" not in results.machine:
        missing.append("How many CPUs the process may use.")
    more = len(missing) - GAPS_SHOWN
    return missing if more <= 0 else [*missing[:GAPS_SHOWN], f"and {more} more, in the tables and rounds.csv"]


def _flat(path: str, value: object) -> Iterable[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _flat(f"{path}.{key}" if path else str(key), inner)
        return
    unit = next((unit for unit in UNITS if path.endswith(unit)), "")
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    name = plain(path.removesuffix(unit) if is_number else path).replace("_", " ")
    yield name, _worded(value, unit) if is_number else _in_words(value)


def _worded(value: Any, unit: str) -> str:
    return UNITS[unit](value) if unit else f"{value:,}" if isinstance(value, int) else f"{value:g}"


def _in_words(value: object) -> str:
    if value is None or value == "":
        return "unknown"
    if isinstance(value, list | tuple):
        return ", ".join(plain(part) for part in value) or "none"
    return {"True": "yes", "False": "no"}.get(str(value), plain(value))


def _study_gaps(judged: Judged, ledgers: Mapping[str, Any]) -> list[str]:
    study, label = judged.study, plain(judged.study.label)
    checks = (
        (not study.finished, "the study did not finish; some settings lack rounds."),
        (judged.scaling is None, "no speedup, because the serial reference failed."),
        (bool(_short_of_rounds(study)), f"fewer rounds than blocks for {_short_of_rounds(study)}."),
        (not _has_equal_speed(judged), "figures at equal CPU speed."),
        (
            judged.scaling is None or judged.scaling.noise_floor == float("inf"),
            "a noise floor: no block holds both serial rounds.",
        ),
        (not _ledgers_of(study, ledgers), "timelines: these results have no ledgers."),
        (_no_run_queue(study, ledgers), "how long items waited for a core (this machine does not report it)."),
        (not _items_known(study, ledgers), "how long each item takes: there is no serial ledger."),
        *_not_counted(study),
    )
    return [f"{label}: {words}" for holds, words in checks if holds]


def _items_known(study: Study, ledgers: Mapping[str, Any]) -> bool:
    return any(round_.ledger in ledgers for cell in study.cells if cell.cell_id == SERIAL for round_ in cell.rounds)


def _not_counted(study: Study) -> tuple[tuple[bool, str], ...]:
    """What no round of the study has, though others may have it: older results know less."""
    rounds = [round_ for cell in study.cells for round_ in cell.rounds]
    used = [round_.usage or Usage() for round_ in rounds]
    return (
        (all(usage.read_bytes is usage.read_call_bytes is None for usage in used), "bytes read and written."),
        (all(not round_.memory or round_.memory.peak_pss_bytes is None for round_ in rounds), "memory."),
        (all(not cell.probe or not cell.probe.traffic for cell in study.cells), "bytes pickled to hand items over."),
        (all(usage.others_cpu_ns is None for usage in used), "what other programs took: no round could be excluded."),
        (all(usage.steal_ns is None for usage in used), "CPU time stolen by other virtual machines."),
    )


def _short_of_rounds(study: Study) -> str:
    blocks = block_count(study)
    sound = [cell for cell in study.cells if all(round_.ok for round_ in cell.rounds)]
    short = [cell_name(cell) for cell in sound if len(cell.rounds) < blocks]
    return counted(len(short), "setting") if len(short) > NAMED_CELLS else "; ".join(short)


def _has_equal_speed(judged: Judged) -> bool:
    return judged.scaling is not None and any(cell.speedup_equal_speed for cell in judged.scaling.cells)


def _ledgers_of(study: Study, ledgers: Mapping[str, Any]) -> list[Any]:
    names = (round_.ledger for cell in study.cells for round_ in cell.rounds)
    return [ledgers[name] for name in names if name in ledgers]


def _no_run_queue(study: Study, ledgers: Mapping[str, Any]) -> bool:
    tables = _ledgers_of(study, ledgers)
    return bool(tables) and all(bool((rows["runqueue_ns"] < 0).all()) for rows in tables)
