"""lightwork trace: one saved round, worker by worker, for a trace viewer. It measures nothing."""

import argparse
import re
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lightwork.commands import options as shared
from lightwork.errors import UsageError, unknown

if TYPE_CHECKING:
    from lightwork.core.round import Round
    from lightwork.core.study import Cell, Results, Study

STDOUT = "-"
HELP = """Write one saved round as a trace for Perfetto or speedscope.

examples:
  lightwork trace --study sleep_io                    a typical round of the recommended setting, latest run
  lightwork trace --study sleep_io --setting queue-w8-fork-given
  lightwork trace --setting queue-w8-fork-given --block 3 --out - | gzip > queue.json.gz

--study is optional if the run has one study, or only one with that setting.

Open the file in ui.perfetto.dev or speedscope.app: it stays in your browser.
"""


def add_to(commands: Any) -> None:
    """Add the command and its options."""
    command = shared.command(commands, "trace", run, HELP)
    add = command.add_argument
    add("result", nargs="?", type=Path, metavar="RESULT", help="a saved run (default: the latest)")
    add("--study", metavar="LABEL", help="which study, if the run has several: its label or the start of it")
    add("--setting", metavar="ID", help="which setting (default: the recommended one, else the fastest)")
    add("--block", type=int, metavar="N", help="the block (default: the one with the median wall time)")
    add("--out", metavar="FILE", help="file to write, - for standard output (default: trace-SETTING-bBLOCK.json)")
    add("--storage", type=Path, default=Path("results"), metavar="DIR", help="folder of saved runs (default: results)")


def run(options: argparse.Namespace) -> int:
    """Write the trace and say where it is."""
    from lightwork.report import trace
    from lightwork.storage import ledgers, results_json

    path = options.result or results_json.latest(options.storage)
    results = results_json.load(path)
    if not results.ledgers:
        raise UsageError(f"{path} was saved without ledgers: measure again with --benchmark-save, which keeps them")
    study = _study(results, options.study, options.setting)
    tables = ledgers.load(results_json.beside(path, results.ledgers))
    cell = _cell(results, study, options.setting, tables)
    chosen = _round(cell, options.block, tables)
    content = trace.encode(trace.trace_of(study, cell, chosen, tables[chosen.ledger]))
    _write(content, options.out, cell.cell_id, chosen.block)
    return 0


def _study(results: "Results", label: str | None, cell_id: str | None) -> "Study":
    """The study of this label or beginning of one; without, the only study, or the only one that has the cell."""
    labels = _labels(results)
    if label is not None:
        named = [study for study in results.studies if study.label == label]
        named = named or [study for study in results.studies if study.label.startswith(label)]
        if not named:
            raise unknown("study", label, labels)
        if len(named) > 1:
            raise UsageError(f"several studies begin with {label!r}: choose one from {', '.join(labels)}")
        return named[0]
    having = [study for study in results.studies if any(cell.cell_id == cell_id for cell in study.cells)]
    candidates = results.studies if len(results.studies) == 1 else having
    if len(candidates) != 1:
        raise UsageError(f"several studies match: choose one with --study from {', '.join(labels) or 'none'}")
    return candidates[0]


def _labels(results: "Results") -> list[str]:
    from lightwork.text.quantities import plain

    return [repr(plain(study.label)) for study in results.studies]


def _cell(results: "Results", study: "Study", cell_id: str | None, tables: Mapping[str, Any]) -> "Cell":
    """The cell of this id; without one the recommended, else the fastest one."""
    from lightwork.analysis.judged_study import best_and_worst, judge

    if cell_id is not None:
        try:
            return study.cell(cell_id)
        except KeyError:
            raise unknown("setting", cell_id, _cell_ids(study)) from None
    (judged,) = judge(replace(results, studies=(study,)), tables)
    standing_out = (
        best_and_worst(judged.scaling, judged.recommendation) if judged.scaling and judged.recommendation else []
    )
    if not standing_out:
        ids = ", ".join(_cell_ids(study))
        raise UsageError(
            f"no setting can be recommended ({judged.trouble or 'none finished'}): choose with --setting from {ids}"
        )
    return standing_out[0][1]


def _cell_ids(study: "Study") -> list[str]:
    from lightwork.text.quantities import plain

    return [plain(cell.cell_id) for cell in study.cells]


def _round(cell: "Cell", block: int | None, tables: Mapping[str, Any]) -> "Round":
    """The cell's round in this block; without one the typical round. It has times and its ledger was kept."""
    from lightwork.report.charts.timeline import round_to_draw

    rounds = {round_.block: round_ for round_ in cell.rounds if round_.ledger in tables and _has_times(round_)}
    blocks = ", ".join(map(str, rounds)) or "none"
    if block is not None:
        if block not in rounds:
            raise UsageError(f"no timeline of {cell.cell_id} in block {block}: choose from {blocks}")
        return rounds[block]
    typical = round_to_draw(cell, tables)
    if typical is None:
        raise UsageError(f"no finished round of {cell.cell_id} has a ledger: choose one with --block from {blocks}")
    return typical


def _has_times(round_: "Round") -> bool:
    return round_.t0_ns is not None and round_.t1_ns is not None and round_.t0_ns < round_.t1_ns


def _write(content: bytes, out: str | None, cell_id: str, block: int) -> None:
    from lightwork.storage.atomic import write_atomically
    from lightwork.text.quantities import plain

    if out == STDOUT:
        sys.stdout.buffer.write(content)
        return
    path = Path(out or re.sub(r"[^\w.-]+", "-", f"trace-{cell_id}-b{block}") + ".json")
    try:
        write_atomically(path, content)
    except OSError as error:
        raise UsageError(
            f"can't write a trace to {plain(path)} ({error.strerror}): choose another file with --out"
        ) from None
    print(f"trace of {plain(cell_id)}, block {block}: {plain(path)} (open it in ui.perfetto.dev or speedscope.app)")
