"""Targets: what reads input that may be anybody's. Each takes bytes, and raises nothing but lightwork' own errors."""

import contextlib
import io
import json
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from fuzz.mutation import Bytes, mutated, spoiled
from lightwork import report
from lightwork.cli import parser
from lightwork.costs import saved as saved_costs
from lightwork.errors import LightworkError
from lightwork.faults import saved as saved_faults
from lightwork.faults.table import details, table
from lightwork.launch.finished import summary
from lightwork.ledger.table import Ledger, has_stopped, taken_and_begun
from lightwork.pytest_plugin import OPTIONS
from lightwork.storage import ledgers, results_json
from lightwork.storage.journal import LEDGERS, NAME, Journal, read
from lightwork.study import bench_request
from lightwork.validate import saved as saved_validation

HERE = Path(__file__).parent
WORDS = (
    "plan", "report", "faults", "trace", "validate", "costs", "list", "doctor", "--help", "-", "--", "@list", "--json",
    "--md", "--html", "--workers", "--strategies", "--chunksizes", "--budget", "--seed", "--from", "--out",
    "load.py:load",
    "1-8", "1,2", "0", "-1", "auto", "60s", "9e99", "1e-9", "nan", "all", "usual", "map", "\u202e", "\x1b[31m", "",
    "a:b", "sleep_io", "1-999999999999", "999999999999999999999", "--param", "sleep_io.items=3", "=", ",", "1--2",
    "10m",
)  # fmt: skip


@contextlib.contextmanager
def file_of(content: bytes) -> Iterator[Path]:
    """A file with this content, in memory where there is such a place."""
    home = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    handle, name = tempfile.mkstemp(dir=home)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        yield Path(name)
    finally:
        Path(name).unlink()


PARSER = parser()


def sample(name: str) -> str:
    """A small valid file of this kind."""
    return (HERE / "samples" / name).read_text()


def json_or_spoiled(name: str, data: bytes) -> bytes:
    """The sample made wrong: mostly as data, now and then as bytes."""
    source = Bytes(data)
    if source.number(4):
        return json.dumps(mutated(sample(name), source)).encode()
    return spoiled(sample(name).encode(), source)


def saved_results(data: bytes) -> None:
    """A saved run: read it, and say its verdicts."""
    with file_of(json_or_spoiled("results.json", data)) as path:
        found = results_json.load(path)
    report.verdicts(found)


def report_page(data: bytes) -> None:
    """A saved run that can be read: its whole report."""
    with file_of(json_or_spoiled("results.json", data)) as path:
        found = results_json.load(path)
    with tempfile.TemporaryDirectory() as folder:
        report.render(found, {}, Path(folder))


def saved_matrix(data: bytes) -> None:
    """Saved faults: read them, and make the table."""
    with file_of(json_or_spoiled("faults.json", data)) as path:
        found = saved_faults.load(path)
    table(found)
    details(found)


def saved_prices(data: bytes) -> None:
    """Saved costs: read them, and make the table."""
    from lightwork.costs.table import table as price_table

    with file_of(json_or_spoiled("costs.json", data)) as path:
        price_table(saved_costs.load(path))


def saved_errors(data: bytes) -> None:
    """A saved validation: read it, and make the tables."""
    from lightwork.validate.table import markdown

    with file_of(json_or_spoiled("validation.json", data)) as path:
        markdown(saved_validation.load(path))


def journals(data: bytes) -> None:
    """A journal: read it, and resume it."""
    source = Bytes(data)
    text = sample("journal.jsonl").encode()
    if source.number(2):
        lines = text.splitlines(keepends=True)
        at = source.number(len(lines))
        lines[at] = json.dumps(mutated(lines[at].decode(), source)).encode() + b"\n"
        text = b"".join(lines)
    else:
        text = spoiled(text, source)
    with tempfile.TemporaryDirectory(dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None) as folder:
        (Path(folder) / LEDGERS).mkdir()
        (Path(folder) / NAME).write_bytes(text)
        kept = read(Path(folder))
        Journal.again(Path(folder), kept).close()


def ledger_bytes(data: bytes) -> None:
    """A ledger: read it by numpy and by the launcher, which knows what it refuses as ValueError."""
    content = spoiled((HERE / "samples" / "ledger.bin").read_bytes(), Bytes(data))
    with contextlib.suppress(ValueError):
        ledgers.table(content)
    with file_of(content) as path:
        has_stopped(path)
        taken_and_begun(path, more_than=0)
        with contextlib.suppress(ValueError, *UNREADABLE):
            ledger = Ledger(str(path))
            summary(ledger.rows())
            ledger.lives()


def command_lines(data: bytes) -> None:
    """The words of a command: they are understood, or refused with status 2; nothing is run."""
    source = Bytes(data)
    words = [_word(source) for _ in range(source.number(7))]
    with contextlib.redirect_stderr(io.StringIO()), contextlib.redirect_stdout(io.StringIO()):
        try:
            PARSER.parse_args(words)
        except SystemExit as ended:
            if ended.code not in (0, 2):
                raise ValueError(f"{words} ended with {ended.code}") from None


def bench_options(data: bytes) -> None:
    """The values of the bench suite's options: they are cells, or one line of refusal."""
    source = Bytes(data)
    names = [name.strip("-").replace("-", "_") for name in OPTIONS]
    options: dict[str, Any] = dict.fromkeys(names)
    for _ in range(1 + source.number(4)):
        name, word = source.pick(names), _word(source)
        options[name] = [word] if name == "param" else word
    found = bench_request.read(options)
    for grid in found.grids.values():
        next(iter(grid.settings()), None)


def _word(source: Bytes) -> str:
    if source.number(4):
        return str(source.pick(WORDS))
    return "".join(chr(source.number(0xD800)) for _ in range(source.number(12)))


UNREADABLE = (OSError, IndexError)
TARGETS: Mapping[str, Callable[[bytes], None]] = {
    function.__name__: function
    for function in (
        saved_results, report_page, saved_matrix, saved_prices, saved_errors, journals, ledger_bytes, command_lines,
        bench_options,
    )
}  # fmt: skip


def run(name: str, data: bytes) -> None:
    """One input for one target; raises what is no error of lightwork' own, which is a finding."""
    with contextlib.suppress(LightworkError):
        TARGETS[name](data)
