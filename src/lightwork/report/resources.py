"""What each setting took from the machine: medians over its rounds of what was counted beside the clock; pure."""

from collections.abc import Callable, Mapping
from statistics import median

from lightwork.analysis.basis import ranked
from lightwork.analysis.peaks import peak_bytes
from lightwork.analysis.scaling import CellScaling, StudyScaling
from lightwork.core.round import Round
from lightwork.core.study import Cell, Study
from lightwork.core.usage import Usage
from lightwork.render.table import UNKNOWN, Column, Entry, Table, figures
from lightwork.report.rows import row_name
from lightwork.text.quantities import duration, percent, plain, size

Words = Callable[[float], str]
NS_PER_S = 1e9
CAPTION = "Per round, for the caller and all workers together: median over the rounds that were not excluded."


def resources_table(scaling: StudyScaling, parts: Mapping[str, str]) -> Table | None:
    """A row for the serial reference and for every cell that may be compared; None where nothing was counted.

    parts: by cell id, what a cell is called that stands out.
    """
    study = scaling.study
    serial = [cell for cell in scaling.cells if cell.cell.cell_id == study.serial.cell_id]
    cells = (*serial, *reversed(ranked(scaling)))
    rows = tuple((row_name(cell.cell, parts), *_figures(study, cell)) for cell in cells)
    caption = f"{CAPTION} {sampling_words(scaling)}".rstrip()
    return Table(COLUMNS, rows, f"What each setting used, {plain(study.label)}", caption).without_unknown()


def sampler_share(round_: Round) -> float | None:
    """The CPU time that sampling the memory took, as a share of one core for the round; None without samples."""
    return round_.memory.sampler_cpu_ns / round_.wall_ns if round_.memory is not None and round_.wall_ns else None


def sampling_words(scaling: StudyScaling) -> str:
    """What sampling the memory cost in the timed round that it cost most; "" where none was sampled."""
    rounds = [round_ for cell in scaling.cells for round_ in cell.cell.rounds if round_.ok]
    shares = [share for share in map(sampler_share, rounds) if share is not None]
    return f"Sampling the memory took at most {percent(max(shares))} of a core in any timed round." if shares else ""


def _figures(study: Study, cell: CellScaling) -> tuple[Entry, ...]:
    rounds = [round_ for round_ in cell.cell.rounds if round_.ok and round_.block not in cell.disturbed]
    return (
        pickled_per_item(study, cell.cell),
        *memory_peaks(cell.cell),
        *(_pair(rounds, *quantity) for _, quantity in ROUNDS),
    )


def _pair(rounds: list[Round], words: Words, *values: Callable[[Round], float | None]) -> Entry:
    medians = [_median(rounds, value) for value in values]
    if all(value is None for value in medians):
        return UNKNOWN
    return Entry(" / ".join(Entry.of(value, words).words for value in medians), medians[0])


def _median(rounds: list[Round], value: Callable[[Round], float | None]) -> float | None:
    values = [reading for reading in map(value, rounds) if reading is not None]
    return median(values) if values else None


def pickled_per_item(study: Study, cell: Cell) -> Entry:
    """What the caller sent and the workers returned, in the probing round."""
    traffic = cell.probe.traffic if cell.probe is not None else None
    items = len(study.item_names)
    if traffic is None or not items:
        return UNKNOWN
    each = f"{size(traffic.sent_bytes / items)} / {size(traffic.returned_bytes / items)}"
    return Entry(each, traffic.sent_bytes / items)


def memory_peaks(cell: Cell) -> tuple[Entry, Entry]:
    """The largest peaks of all processes together, and of a single worker; the probing round samples most finely."""
    names = ("peak_pss_bytes", "peak_uss_bytes")
    workers = [worker for round_ in cell.tried for worker in round_.workers]
    return (
        _largest([peak_bytes(cell, name) for name in names]),
        _largest([max((getattr(worker, name) or 0 for worker in workers), default=0) or None for name in names]),
    )


def _largest(sizes_bytes: list[int | None]) -> Entry:
    known_bytes = [size_bytes for size_bytes in sizes_bytes if size_bytes is not None]
    return (
        Entry(" / ".join(map(size, known_bytes)), known_bytes[0]) if len(known_bytes) == len(sizes_bytes) else UNKNOWN
    )


def _used(name: str) -> Callable[[Round], float | None]:
    return lambda round_: getattr(round_.usage or NOTHING, name)


def _user_ns(round_: Round) -> float | None:
    used = round_.usage or NOTHING
    return None if used.cpu_ns is None or used.system_ns is None else used.cpu_ns - used.system_ns


def _resident(round_: Round) -> float | None:
    """The share of the files that lay in the page cache when the round began, where the workload looked."""
    share = round_.facts.get("resident_fraction")
    return float(share) if isinstance(share, int | float) else None


def _time(value_ns: float) -> str:
    return duration(value_ns / NS_PER_S)


def _count(value: float) -> str:
    return f"{value:,.0f}"


NOTHING = Usage()
ROUNDS: tuple[tuple[Column, tuple[Words, *tuple[Callable[[Round], float | None], ...]]], ...] = (
    (
        figures("CPU time, user / system", "of the caller and all workers, in user code and in the kernel."),
        (_time, _user_ns, _used("system_ns")),
    ),
    (
        figures("context switches, voluntary / involuntary", "gave up the core to wait; was preempted."),
        (_count, _used("voluntary_switches"), _used("involuntary_switches")),
    ),
    (
        figures("page faults, minor / major", "pages found in memory; pages that had to be read from storage."),
        (_count, _used("minor_faults"), _used("major_faults")),
    ),
    (
        figures("calls, read / written", "bytes through read and write calls, including the page cache and pipes."),
        (size, _used("read_call_bytes"), _used("write_call_bytes")),
    ),
    (
        figures("storage, read / written", "bytes read from and written to the disk."),
        (size, _used("read_bytes"), _used("written_bytes")),
    ),
    (
        figures("files in the page cache", "share of the input in memory when the round began."),
        (percent, _resident),
    ),
    (
        figures("CPU time of others / stolen", "all other programs; what the hypervisor gave to other machines."),
        (_time, _used("others_cpu_ns"), _used("steal_ns")),
    ),
    (figures("throttled", "time for which a quota stopped the work."), (_time, _used("throttled_ns"))),
    (
        figures("sampling, share of a core", "CPU time that lightwork used to sample memory."),
        (percent, sampler_share),
    ),
)
COLUMNS = (
    Column("setting"),
    figures("pickled per item, sent / returned", "counted in an extra round that was not timed."),
    figures(
        "peak memory, PSS / USS",
        "largest sample of all processes together in any round; shared pages count once / not at all.",
    ),
    figures("largest worker, PSS / USS", "the largest peak of a single worker."),
    *(column for column, _ in ROUNDS),
)
