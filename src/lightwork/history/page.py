"""The history's page, every part put together, and all files written."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from lightwork.history.changes import gaps, sentence
from lightwork.history.csv import as_csv
from lightwork.history.line import Line, lines_of
from lightwork.history.markdown import as_markdown
from lightwork.history.notes import notes
from lightwork.history.picture import speedup_picture, times_picture
from lightwork.history.run import HistoryRun
from lightwork.history.runs import by_commit_time
from lightwork.history.table import latest, runs_table
from lightwork.render import svg
from lightwork.render.canvas import entitle
from lightwork.render.table import Entry, Table
from lightwork.render.templates import rendered
from lightwork.storage.atomic import slug, write_atomically
from lightwork.text.quantities import counted, plain

HERE = Path(__file__).parent
OPEN_UNTIL = 24  # rows of a table that stands open
METHOD = (
    (
        "A change of speedup",
        (
            "is claimed only where two runs' 95 % intervals, each widened by its own run's noise floor, do not meet. "
            "Each run is held against the run after the last such change, so that a slow drift adds up. Where a run "
            "recommends nothing, the setting recommended before is held against itself; a run without an interval of "
            "it is told as one that can't be held, and never as one without a change. What differs "
            "from run to run and not within one (a busy week, a warmer room) is in no interval: a claim says that the "
            "figures differ, not why."
        ),
    ),
    (
        "A change of setting",
        (
            "is told whenever another number of workers is recommended. Settings that can't be told apart take turns "
            "by chance: where the old one is as good by the new run, or the new one was not measured before, the "
            "change says so, and a setting that is new to the grid is no change of the speedup. Where the old one was "
            "not measured in the new run, another request may be all that differs: nothing is compared across it. "
            "Another strategy with as many workers is told only where the old one is measurably worse."
        ),
    ),
    (
        "Serial time",
        (
            "stands beside the speedup, because a speedup also rises when serial gets slower. Both times are as "
            "measured: cores that change their speed move them, and not the ratio."
        ),
    ),
    (
        "Other work",
        (
            "Where a study's parameters or the names of its items are others than in the run before, nothing is "
            "compared across that point. The same holds where the kind of machine changed."
        ),
    ),
)


@dataclass(frozen=True)
class HistorySection:
    """All that the page shows of one line. files: the speedup's picture by file name."""

    anchor: str
    label: str
    hero: str
    hero_note: str
    sentence: str
    gaps: str
    certain: bool
    basis: str
    table: Table
    speedup: Markup
    times: Markup
    files: dict[str, bytes]


def write_history(runs: Sequence[HistoryRun], out: Path) -> Path:
    """Write history.html, history.md, history.csv and each study's picture into `out`."""
    lines, sentences = lines_of(runs), notes(runs)
    with svg.style():
        history_sections = sections(lines)
    out.mkdir(parents=True, exist_ok=True)
    for section in history_sections:
        for name, content in section.files.items():
            write_atomically(out / name, content)
    write_atomically(out / "history.csv", as_csv(lines).encode())
    write_atomically(out / "history.md", as_markdown(runs, lines, sentences).encode())
    return write_atomically(out / "history.html", page(runs, history_sections, sentences).encode())


def page(runs: Sequence[HistoryRun], history_sections: Sequence[HistorySection], sentences: Sequence[str]) -> str:
    """The whole page as text; no name in it can become markup, and nothing is loaded from outside."""
    return rendered(
        "history.html",
        HERE,
        scripts=("theme",),
        sections=history_sections,
        runs=counted(len(runs), "run"),
        order="the times of their commits" if by_commit_time(runs) else "when they were saved",
        span=_span(runs),
        notes=sentences,
        method=METHOD,
        is_open=len(runs) <= OPEN_UNTIL,
    )


def sections(lines: Sequence[Line]) -> list[HistorySection]:
    """A section per line. Draws with matplotlib: to be called inside `svg.style`."""
    taken: set[str] = set()
    return [_section(line, slug(line.label, taken)) for line in lines]


def _section(line: Line, anchor: str) -> HistorySection:
    words, last = sentence(line), latest(line)
    left, right = speedup_picture(line), times_picture(line)
    speedup_svg = svg.svg_bytes(left)
    entitle(left, line.label, f"speedup of the recommended setting over runs, {line.basis}")
    title = f"Speedup and workers of the recommended setting over {len(line.points)} runs, {plain(line.label)}. {words}"
    beside = f"Wall times of serial and of the recommended setting over the same runs, {plain(line.label)}"
    return HistorySection(
        anchor=anchor,
        label=plain(line.label),
        hero=last.words,
        hero_note=_hero_note(last, plain(line.points[-1].run.name)),
        sentence=words,
        gaps=gaps(line),
        certain=bool(last.interval),
        basis=line.basis,
        table=runs_table(line),
        speedup=svg.inline(speedup_svg, f"{anchor}-s", title),
        times=svg.inline(svg.svg_bytes(right), f"{anchor}-t", beside),
        files={f"history-{anchor}{suffix}": content for suffix, content in svg.files_of(left).items()},
    )


def _hero_note(last: Entry, run: str) -> str:
    at = f"in the latest run, {run}"
    return f"{last.interval}; {last.mark}, {at}" if last.interval else at


def _span(runs: Sequence[HistoryRun]) -> str:
    moments = sorted(at for run in runs if (at := run.commit_at if by_commit_time(runs) else run.saved_at))
    if not moments:
        return ""
    first, last = f"{moments[0]:%Y-%m-%d}", f"{moments[-1]:%Y-%m-%d}"
    return first if first == last else f"{first} to {last}"
