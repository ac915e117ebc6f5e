"""Probes: rounds of no-ops from which a strategy's costs are read, each figure from one of them; pure.

start-up    as many no-ops as workers: a pool is made, used once and closed
item        many no-ops, in chunks of some size
result      no-ops whose results are large
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from lightwork.core.setting import Setting
from lightwork.strategies import find

CHUNKSIZES = (1, 10, 100, 1_000)
PAYLOADS_BYTES = (1_000, 100_000, 10_000_000)
TARGET_NS = (
    100_000_000  # of hand-over in a round, at least, and as long as a start: well above what two starts differ by
)
GROWTH = 8  # times as many items at most from one look to the next: what two starts differ by is no hand-over
FEWEST, MOST = 500, 200_000  # items
FEWEST_RESULTS, MOST_RESULT_BYTES = 8, 100_000_000  # all results of a round are in memory at once
NUMBER_BYTES = 64  # about what a result without a payload takes in memory


@dataclass(frozen=True)
class CostProbe:
    """A kind of round. payload_bytes: of each result, 0 for none. start_up: whether it is its strategy's start only."""

    setting: Setting
    items: int
    payload_bytes: int = 0
    start_up: bool = False

    @property
    def name(self) -> str:
        """Unique among the probes of a study, whatever the number of items."""
        return f"{self.setting.cell_id}-{'start' if self.start_up else self.payload_bytes}"

    def resized(self, start_ns: float, wall_ns: float) -> "CostProbe":
        """The same with as many items as take the target, judged by a round's wall and a start's; whole chunks."""
        if self.start_up:
            return self
        times = min(_target_ns(start_ns) / max(wall_ns - start_ns, 1.0), GROWTH)
        most = min(MOST, MOST_RESULT_BYTES // (self.payload_bytes or NUMBER_BYTES))
        fewest = FEWEST_RESULTS if self.payload_bytes else FEWEST
        wanted = max(min(int(self.items * times), most), fewest)
        return replace(self, items=_whole_chunks(wanted, self.setting))

    def is_too_short(self, start_ns: float, wall_ns: float) -> bool:
        """Whether a round with this wall says too little beyond the start, and more items can be run."""
        is_short = (wall_ns - start_ns) * GROWTH < _target_ns(start_ns)
        return is_short and self.resized(start_ns, wall_ns).items > self.items


def _target_ns(start_ns: float) -> float:
    return max(TARGET_NS, start_ns)


def is_measurable(name: str) -> bool:
    """Whether no-ops tell this strategy's costs: not where it hands out the two halves of an item's work."""
    return not find(name).staged


def probes_of(names: Iterable[str], workers: int) -> list[CostProbe]:
    """The probes of these strategies, each by its first start method, of so many items as a first look takes."""
    return [probe for name in names for probe in _probes(name, workers)]


def _probes(name: str, workers: int) -> Iterable[CostProbe]:
    strategy = find(name)
    chunksizes: Sequence[int | None] = CHUNKSIZES if strategy.default_chunksize else (None,)
    plain_setting = Setting(name, workers if strategy.parallel else 1, start_method=strategy.first_method)
    one_by_one = replace(plain_setting, chunksize=chunksizes[0])
    yield CostProbe(one_by_one, plain_setting.workers, start_up=True)
    for chunksize in chunksizes:
        setting = replace(plain_setting, chunksize=chunksize)
        yield CostProbe(setting, _whole_chunks(FEWEST, setting))
    for payload_bytes in PAYLOADS_BYTES:
        yield CostProbe(one_by_one, FEWEST_RESULTS, payload_bytes)


def _whole_chunks(items: int, setting: Setting) -> int:
    size = setting.chunksize or 1
    return max(-(-items // size), 2 * setting.workers) * size
