"""Tables: what a validation found, in words and figures; pure.

Validation -> goals, workloads, strategies, worker counts, choices -> tables -> text | Markdown
"""

from collections.abc import Callable, Iterable, Iterator, Sequence

from lightwork.core.setting import Setting
from lightwork.planning.axes import USUAL
from lightwork.render import table as kit
from lightwork.render.markdown import inert
from lightwork.render.table import Table, figures
from lightwork.strategies import find
from lightwork.text.quantities import duration, percent, plain
from lightwork.validate.choosing import Regrets, among, best_of, regret_of, regrets_of
from lightwork.validate.comparison import Held, Tried
from lightwork.validate.errors import Accuracy, Seen, Spread, accuracy_of, grouped, noise_floor, seen_in
from lightwork.validate.saved import Validation
from lightwork.validate.spreads import spread_in

CONDITIONAL = (0.03, 0.10)  # median and 90th percentile of the error that are aimed at
REGRET = (0.01, 0.05, 0.10)  # median, 90th percentile and worst of the regret that is aimed at
COVERAGE = 0.9
POLLING = ("db_insert", "csv_to_db")  # SQLite's waiters look again and again, by a rule that no replay has
NOTHING = "-"
ERRORS = ("rounds", "plain", "learned", "conditional", "learned in band", "conditional in band")


def tables(validation: Validation) -> list[Table]:
    """Every table, those without rows left out."""
    seen = seen_in(validation.studies)
    made = [
        Table.of_words(("figure", figures("found"), "aimed at", "met"), _goals(validation), title="Figures"),
        Table.of_words(
            ("workload", *map(figures, (*ERRORS, "serial twice"))),
            _workloads(validation.studies),
            title="By workload",
            caption="Absolute errors of predicted wall times: median / 90th percentile. Serial twice: the block's two "
            "serial rounds against each other.",
        ),
        Table.of_words(
            ("of predictions", figures("standard deviation")),
            _spreads(validation),
            title="Spreads",
            caption="Of the log of measured over predicted wall times, once the probes were measured; told by medians. "
            "A plan weighs predictions against measurements by these.",
        ),
        _by("By strategy", "strategy", seen, lambda _, cell: cell.setting.strategy),
        _by("By workers", "workers", seen, lambda _, cell: cell.setting.workers),
        _by("By start method", "start method", seen, lambda _, cell: _start_method(cell.setting)),
        _by("By chunksize in force", "chunksize", seen, lambda _, cell: cell.chunksize or 0),
        Table.of_words(
            ("workload", "best measured", "recommended", *map(figures, ("slower by", "planning took"))),
            (_chosen(held) for held in validation.studies if held.choice),
            title="Recommended settings against the whole grid",
            caption="Slower than the grid's best: by medians as measured / at equal CPU speed / best found in "
            "other blocks.",
        ),
    ]
    return [table for table in made if table.rows]


def troubles(validation: Validation) -> list[str]:
    """What is not in the tables, and why: a line each."""
    reasons = [f"{held.name} has no figures: {held.trouble}" for held in validation.studies if held.trouble]
    reasons += [f"{held.name} was interrupted and is incomplete" for held in validation.studies if not held.finished]
    for held in validation.studies:
        failed = [cell for cell in held.cells if cell.failures]
        if failed:
            reason = f"{_name(failed[0].setting, failed[0].chunksize)}: {failed[0].failures[0]}"
            reasons.append(f"{held.name}: rounds of {len(failed)} settings failed and are not counted, as {reason}")
    return [plain(line) for line in reasons]


def text(validation: Validation) -> str:
    """All tables, for a terminal."""
    lines = [f"{line}\n" for line in (*troubles(validation), _rests_on(validation))]
    return "\n".join([*map(kit.terminal, tables(validation)), *lines])


def markdown(validation: Validation, level: int = 2) -> str:
    """All tables as Markdown under headings of this level."""
    blocks = [f"{_rests_on(validation)}\n"]
    for table in tables(validation):
        caption = f"{table.caption}\n\n" if table.caption else ""
        blocks.append(f"{'#' * level} {table.title}\n\n{caption}{kit.markdown(table)}")
    notes = "".join(f"- {inert(line, 300)}\n" for line in troubles(validation))
    return "\n".join([*blocks, *([notes] if notes else [])])


def summary(held: Held) -> str:
    """One workload in a line, as soon as it is measured."""
    if held.trouble:
        return f"{held.name} failed and is left out: {plain(held.trouble)}"
    accuracy = accuracy_of(seen_in([held]))
    errors = (
        f"error {_both(accuracy.plain)}, learned {_both(accuracy.learned)}, conditional {_both(accuracy.conditional)}"
    )
    return f"{held.name}: {len(held.trials)} rounds, {errors}"


def _goals(validation: Validation) -> Iterator[tuple[str, ...]]:
    replayed = [held for held in validation.studies if held.name not in POLLING]
    accuracy, regrets = accuracy_of(seen_in(replayed)), regrets_of(validation.studies)
    if accuracy.conditional:
        middle, far = CONDITIONAL
        yield _at_most("conditional error, SQLite apart: median", accuracy.conditional.median, middle)
        yield _at_most("conditional error, SQLite apart: 90th percentile", accuracy.conditional.far, far)
    yield _at_least("plans with the wall time within the band", accuracy.learned_in_band, COVERAGE)
    if regrets:
        yield from _regret_goals(regrets, "held out")
    if alike := regrets_of(among(held, USUAL) for held in validation.studies):
        yield from _regret_goals(alike, "of those as short to write")


def _regret_goals(regrets: Regrets, kind: str) -> Iterator[tuple[str, ...]]:
    names = ("median", "90th percentile", "worst")
    for name, value, limit in zip(names, (regrets.median, regrets.far, regrets.worst), REGRET, strict=True):
        yield _at_most(f"recommended setting slower than the best, {kind}: {name}", value, limit)


def _spreads(validation: Validation) -> Iterator[tuple[str, ...]]:
    spread = spread_in(validation.studies)
    if spread is None:
        return
    yield ("settings of one kind and worker count together", percent(spread.common))
    yield ("each setting beside that", percent(spread.single))
    yield ("serial twice", percent(spread.serial))


def _at_most(name: str, value: float, limit: float) -> tuple[str, ...]:
    return (name, percent(value), f"at most {percent(limit)}", "yes" if value <= limit else "no")


def _at_least(name: str, value: float | None, limit: float) -> tuple[str, ...]:
    if value is None:
        return (name, NOTHING, f"at least {percent(limit)}", NOTHING)
    return (name, percent(value), f"at least {percent(limit)}", "yes" if value >= limit else "no")


def _workloads(studies: Sequence[Held]) -> Iterator[tuple[str, ...]]:
    measured = [held for held in studies if held.trials]
    for held in measured:
        yield (held.name, *_errors(seen_in([held])), _both(noise_floor([held])))
    if len(measured) > 1:
        yield ("all", *_errors(seen_in(measured)), _both(noise_floor(measured)))


def _by(title: str, head: str, seen: Sequence[Seen], key: Callable[[Held, Tried], str | int]) -> Table:
    groups = sorted(grouped(seen, key).items(), key=lambda group: (str(type(group[0])), group[0]))
    rows = ((str(name or "none"), *_errors(members)) for name, members in groups)
    return Table.of_words((head, *map(figures, ERRORS)), rows, title=title)


def _errors(seen: Iterable[Seen]) -> tuple[str, ...]:
    accuracy: Accuracy = accuracy_of(seen)
    count = accuracy.plain.n if accuracy.plain else 0
    spreads = (_both(accuracy.plain), _both(accuracy.learned), _both(accuracy.conditional))
    return (str(count), *spreads, _share(accuracy.learned_in_band), _share(accuracy.conditional_in_band))


def _chosen(held: Held) -> tuple[str, ...]:
    assert held.choice is not None
    best, regret = best_of(held), regret_of(held)
    sizes = {cell.setting: cell.chunksize for cell in held.cells}
    fastest = f"{_name(best[0], sizes.get(best[0]))}, {duration(best[1])}" if best else NOTHING
    chosen = _name(held.choice.setting, sizes.get(held.choice.setting)) if held.choice.setting else "serial"
    regrets = (regret.raw, regret.level, regret.held_out) if regret else (None, None, None)
    return (held.name, fastest, chosen, " / ".join(map(_share, regrets)), duration(held.choice.spent_s))


def _name(setting: Setting, chunksize: int | None) -> str:
    if setting.strategy == "serial":
        return "serial"
    return f"{setting.strategy} x {setting.workers}" + (f", chunksize {chunksize}" if chunksize else "")


def _start_method(setting: Setting) -> str:
    return "none" if find(setting.strategy).starts_its_own_way else setting.start_method


def _both(spread: Spread | None) -> str:
    return f"{percent(spread.median)} / {percent(spread.far)}" if spread else NOTHING


def _share(value: float | None) -> str:
    return NOTHING if value is None else percent(value)


def _rests_on(validation: Validation) -> str:
    machine, measured = validation.machine, [held for held in validation.studies if held.trials]
    blocks = sorted({len(held.serial) for held in measured})
    counted = f"{blocks[0]} to {blocks[-1]}" if len(blocks) > 1 else "".join(map(str, blocks))
    rounds = sum(len(held.trials) for held in measured)
    minutes = sum(held.spent_s for held in validation.studies) / 60
    return (
        f"{rounds} rounds of {len(measured)} workloads in {counted or 'no'} blocks, {minutes:.0f} min, on "
        f"{machine['usable_cpus']:g} cores ({machine['processor']}), Python {machine['python']}; lightwork "
        f"{validation.version}, {validation.saved_at}."
    )
