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
METHOD = {
    "A change of speedup": "is reported only if two runs' 95 % intervals, each widened by its run's noise floor, do "
    "not overlap. Each run is compared with the one after the last such change, so slow drift adds up. If a run "
    "recommends nothing, the previously recommended setting is compared with itself; a run without an interval for it "
    "is listed as not comparable, never as unchanged. Causes that differ only between runs (a busy week, a warmer "
    "room) are not in any interval: a reported change says that the figures differ, not why.",
    "A change of setting": "is reported whenever the recommended number of workers changes. Equally good settings "
    "alternate, so the change says if the old setting is as good in the new run, or if the new one was not measured "
    "before. If the new run did not measure the old setting, nothing is compared across that point. Another strategy "
    "with as many workers is reported only if the old one is measurably worse.",
    "Serial time": "is shown because a speedup also rises if serial gets slower. Both times are as measured: a change "
    "of core speed moves them, but not their ratio.",
    "Other work": "If a study's parameters, its item names or the kind of machine changed, nothing is compared across "
    "that point.",
}


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
        method=METHOD.items(),
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
