"""The table of a run of `lightwork costs`: a row for every strategy; pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from lightwork.core.estimate import Estimate
from lightwork.core.study import SERIAL
from lightwork.costs.prices import Price, Prices, prices_of
from lightwork.costs.probes import CHUNKSIZES, PAYLOADS_BYTES
from lightwork.costs.saved import SavedCosts
from lightwork.render.table import Column, Table, figures
from lightwork.text.quantities import counted, number, plain

NONE, FAILED, UNSEEN = "-", "failed", "below noise"
MS_NS, US_NS = 1e6, 1e3
SMALL = 0.1  # has two figures
SIZES = {1_000: "1 kB", 100_000: "100 kB", 10_000_000: "10 MB"}
COLUMNS = (
    Column("strategy", is_code=True),
    figures("start-up, ms"),
    figures("an item, us"),
    *(figures(f"in chunks of {size:,}") for size in CHUNKSIZES),
    *(figures(f"a result of {SIZES[size]}, us") for size in PAYLOADS_BYTES),
)


def table(saved_costs: SavedCosts) -> Table:
    """The whole table: the cheapest to start first, serial before all."""
    prices = sorted(prices_of(saved_costs.samples), key=lambda row: (row.strategy != SERIAL, _start_ns(row)))
    return Table.of_words(COLUMNS, map(_row, prices), notes=_notes(saved_costs, prices))


def _row(prices: Prices) -> tuple[str, ...]:
    return (
        plain(prices.strategy),
        _words(prices.start_up, MS_NS),
        _at(prices.item, None),
        *(_at(prices.item, size) for size in CHUNKSIZES),
        *(_at(prices.result, size) for size in PAYLOADS_BYTES),
    )


def _start_ns(prices: Prices) -> float:
    return prices.start_up.estimate_ns.point if prices.start_up.estimate_ns else float("inf")


def _at(prices: Mapping[Any, Price], size: int | None) -> str:
    price = prices.get(size)
    return _words(price, US_NS) if price else NONE


def _words(price: Price, unit_ns: float) -> str:
    """As "21 (19-24)"; the point alone where there is no interval."""
    estimate = price.estimate_ns
    if estimate is None:
        return FAILED
    if price.is_below_noise:
        return UNSEEN
    return _with_interval(estimate, unit_ns)


def _with_interval(estimate: Estimate, unit_ns: float) -> str:
    point = _figure(estimate.point / unit_ns)
    if estimate.low is None or estimate.high is None:
        return point
    return f"{point} ({_figure(estimate.low / unit_ns)}-{_figure(estimate.high / unit_ns)})"


def _figure(value: float) -> str:
    if value < SMALL:
        return f"{value:.2g}"
    return number(value)


def _notes(saved_costs: SavedCosts, prices: list[Prices]) -> list[str]:
    machine = saved_costs.machine
    has_serial = any(row.strategy == SERIAL for row in prices)
    ledger = ", ".join(
        f"{cost_ns / US_NS:.2g} us with {kind.replace('_', ' ').replace('cpu', 'CPU').replace('runqueue', 'run-queue')}"
        for kind, cost_ns in saved_costs.ledger_cost_ns.items()
    )
    notes = [
        (
            f"Medians over {counted(saved_costs.blocks, 'block')} with 95 % intervals; wall time, "
            f"{counted(saved_costs.workers, 'worker')}, on {machine['usable_cpus']:g} cores ({machine['processor']}), "
            f"Python {machine['python']}; lightwork {saved_costs.version}, {saved_costs.saved_at}."
        ),
        (
            "Start-up: create a pool, run one no-op per worker, close it. An item: the wall time of a round of many "
            "no-ops minus the start-up's in its block, per additional item. A result: the wall time of a few, one "
            "item per chunk, minus the start-up's without no-ops, per result."
        ),
        *_figures_without_interval([*_all(prices)]),
        f"Start method: {_start_methods(saved_costs)}, or the library's own.",
        "Creating the result is included" + ("; the row of serial shows its cost alone." if has_serial else "."),
        (
            "These rounds write no ledger, so no figure includes its cost. In other rounds, an item's row costs "
            f"{ledger} in its worker."
        ),
    ]
    notes += [f"{row.strategy}: {failure}" for row in prices for failure in row.failures]
    return notes + [f"{name} is not included: {why}" for name, why in saved_costs.left_out.items()]


def _all(prices: list[Prices]) -> Iterator[Price]:
    for row in prices:
        yield from (row.start_up, *row.item.values(), *row.result.values())


def _figures_without_interval(prices: list[Price]) -> list[str]:
    """Why figures of the table have no interval; nothing where all have one."""
    few = any(price.estimate_ns and price.estimate_ns.low is None and not price.is_below_noise for price in prices)
    notes = [f"{UNSEEN.capitalize()}: in some block two starts differed by more than all items took."]
    return (
        notes * any(price.is_below_noise for price in prices)
        + ["A figure without an interval has too few blocks for one."] * few
    )


def _start_methods(saved_costs: SavedCosts) -> str:
    methods = dict.fromkeys(sample.probe.setting.start_method for sample in saved_costs.samples)
    return ", ".join(sorted(methods)) or "none"
