"""The serial run: a few items, how many fit the budget, and the ledger from which all else is predicted.

    pilot (PILOT items) -> does it store something? does an item fail? -> as many as the budget allows -> Serial

It is a trial (lightwork.workload.trial): an item that raises does not keep the others from being run.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median

from lightwork.core.footprint import NO_FOOTPRINT, Footprint
from lightwork.core.setting import Setting
from lightwork.errors import WorkError
from lightwork.launch.finished import Finished
from lightwork.planning import repeated, side_effects, without_failed
from lightwork.planning.environment import Environment
from lightwork.planning.failing import failures
from lightwork.planning.items import JobItems, parameters_for
from lightwork.planning.refill import Refill, caches_in, refill_of, settled, still_filling
from lightwork.planning.request import Request
from lightwork.planning.sample import Sample, draw, rows_of_all
from lightwork.planning.side_effects import Written
from lightwork.replay.demands import cpu_share_of, one_by_one_ns
from lightwork.storage import ledgers
from lightwork.study.run import deadline_s
from lightwork.text.notes import note_sentence
from lightwork.workload import trial, user_function
from lightwork.workload.footprint import footprint_in

PILOT = 16  # items
PILOT_SHARE = 0.05  # of the budget, for the pilot
SERIAL_SHARE = 0.1  # for one serial round: as much as all items may take
SAMPLE_SHARE = 0.04  # what a sample may: some ten rounds of several workers take about as much again; waits take less
REFILL_SHARE = 0.2  # where items may get cheaper as more have run: the more are run, the less is guessed
NEARLY_ALL = 0.7  # of the items that would take the first: then all are taken
ITEM_S = 20e-6  # to load an item and to read its row
PATIENCE_S = 60.0  # with a pilot, at least; it may take twice the budget
TOO_SHORT_S = 0.07  # a job that takes less is over before workers are there: nothing more is run
MOST_RERUNS = 5  # for items that end their process, or hang: each costs a round, or a deadline
SHORT_ITEM_NS, BUNDLE_NS = 200_000, 1_000_000  # shorter items are run in bundles that take about so long
FEWEST_BUNDLES = 400
NO_LIMIT_S = 1e9  # for a run of all items


@dataclass(frozen=True)
class Serial:
    """A serial run of a sample.

    items: what was run, in bundles where the user's items are very short. sample: of the items at these places of all;
    places: those that did not fail. finished: the round, failed items apart. failed: why, by the item's place.
    is_first: whether the functions ran for the first time, caches still cold. stuck: why a result can't be pickled, ""
    where all can. footprint: what the first few items left behind. unsendable_error: the kind of an exception that
    can't be unpickled, and why; None without one. caches, refill: what may be a cache that items share, and what it
    takes to fill it; filling: those that most of the first items filled. lethal: the places of those failed items that
    hung or ended their process.
    """

    items: JobItems
    places: Sequence[int]
    sample: Sample
    finished: Finished
    failed: Mapping[int, str]
    written: Written | None
    is_first: bool
    stuck: str = ""
    footprint: Footprint = NO_FOOTPRINT
    unsendable_error: tuple[str, str] | None = None
    caches: tuple[str, ...] = ()
    filling: tuple[str, ...] = ()
    refill: Refill | None = None
    lethal: frozenset[int] = frozenset()

    @property
    def run(self) -> list[int]:
        """The places of the items that were run, among all; made anew each time."""
        return [self.places[number] for number in self.sample.chosen]

    @property
    def tolerated(self) -> int:
        """How many items of a later round may raise, by how many did: more than by chance is the setting's fault."""
        raised, run = len(self.failed.keys() - self.lethal), len(self.run)
        return math.ceil((raised + 2 * math.sqrt(raised) + 3) * run / (run + raised))


def run_serially(request: Request, environment: Environment, items: JobItems) -> Serial:
    """The serial run of as many items as the budget allows. Raises WorkError when it fails."""
    pilot = draw(items.weights, PILOT if request.can_sample else len(items), request.seed)
    before = _Look(request, environment, items, pilot.chosen)
    environment.say(f"running {len(pilot.chosen):,} of {len(items):,} items serially")
    limit_s = PILOT_SHARE * request.budget_s if request.can_sample else NO_LIMIT_S
    first = _tried(request, environment, items, range(len(items)), pilot, limit_s, watched=True)
    footprint = footprint_in(first.finished.round.evidence)
    first = replace(first, written=before.compared(first.finished), footprint=footprint)
    if first.written:
        environment.say(note_sentence(side_effects.note_on(request.name, first.written)))
    is_cut_short = len(first.sample.chosen) + len(first.failed) < len(pilot.chosen)
    is_over_at_once = _takes_s(request, first, len(items)) < TOO_SHORT_S
    if request.once or is_over_at_once:
        return first
    serial = first if is_cut_short or _is_long(request, first) else _all_that_fit(request, environment, first)
    caches = caches_in(footprint, len(first.sample.chosen))
    filling = still_filling(caches, len(first.sample.chosen))
    serial = replace(serial, caches=tuple(cache.name for cache in caches), filling=filling)
    return _with_refill(request, environment, serial) if caches else serial


def _with_refill(request: Request, environment: Environment, serial: Serial) -> Serial:
    """Where items get cheaper as more have run, the run of as many as there is time for in random order."""
    items, places = serial.items, serial.places
    if items.bundle > 1:
        return serial
    limit_s = REFILL_SHARE * request.budget_s if request.can_sample else NO_LIMIT_S
    most = max(len(serial.sample.chosen), round(limit_s / ITEM_S)) if request.can_sample else len(places)
    sample = draw([items.weights[place] for place in places], most, request.seed)
    count_words = f"up to {len(sample.chosen):,} of {len(places):,} items"
    environment.say(f"running {count_words} serially in random order, to see whether a cache makes them cheaper")
    expected_s = _expected_s(serial, request.apart_ns)
    filled = _tried(
        request, environment, items, places, sample, limit_s, expected_s, worked=serial.run, order="shuffled"
    )
    rows = ledgers.table(filled.finished.ledger)
    refill = refill_of(rows)
    if refill is None:
        return serial
    return replace(_followed(serial, filled), sample=settled(filled.sample, rows), refill=refill)


def _all_that_fit(request: Request, environment: Environment, pilot: Serial) -> Serial:
    """The run proper, of all items or of a sample; very short ones in bundles."""
    items = pilot.items.bundled(_bundle(request, pilot))
    places = range(len(items)) if items.bundle > 1 else pilot.places
    weights = [items.weights[place] for place in places]
    size = _size(request, pilot, len(places))
    sample = pilot.sample if items.bundle == 1 and pilot.sample.is_all else draw(weights, size, request.seed)
    what = "items" if items.bundle == 1 else f"bundles of {items.bundle:,} items"
    environment.say(f"running {len(sample.chosen):,} of {len(places):,} {what} serially")
    limit_s = SERIAL_SHARE / NEARLY_ALL * request.budget_s if request.can_sample else NO_LIMIT_S
    worked = pilot.run if items.bundle == 1 else ()
    expected_s = _expected_s(pilot, request.apart_ns)
    second = _tried(request, environment, items, places, sample, limit_s, expected_s, worked)
    _refuse_less(request, environment, pilot, second)
    return _followed(pilot, second)


def _followed(earlier: Serial, later: Serial) -> Serial:
    """The later run's round and sample, with what both saw of the items."""
    return replace(
        earlier, items=later.items, places=later.places, sample=later.sample, finished=later.finished, is_first=False,
        failed={**earlier.failed, **later.failed}, lethal=earlier.lethal | later.lethal,
        stuck=earlier.stuck or later.stuck, unsendable_error=earlier.unsendable_error or later.unsendable_error,
    )  # fmt: skip


def _refuse_less(request: Request, environment: Environment, pilot: Serial, second: Serial) -> None:
    """Raise WorkError where the second run had nothing left to do of what the pilot did.

    Items that fill a cache for others cost less after those others: in doubt the pilot is run again as it was.
    """
    if second.items.bundle > 1 or not user_function.is_reference(request.target):
        return
    first, later = (ledgers.table(serial.finished.ledger) for serial in (pilot, second))
    numbers = {place: number for number, place in enumerate(second.run)}
    both = [number for number, place in enumerate(pilot.run) if place in numbers]
    of_both = [numbers[pilot.run[number]] for number in both]
    if not repeated.does_less(first[both], later[of_both], writes_less=True):
        return
    again = second.finished
    if pilot.run != second.run:
        again = execute(request, environment, pilot.items, pilot.run, NO_LIMIT_S, None)
    if not again.round.ok:
        return
    later, writes_less = ledgers.table(again.ledger), repeated.writes_less(pilot.finished.round, again.round)
    if repeated.does_less(first, later, writes_less=writes_less):
        raise repeated.nothing_to_do(request.name, first, later)


def _bundle(request: Request, pilot: Serial) -> int:
    """How many items to run as one; 1 where they are long enough to be timed and handed over one by one."""
    if not request.can_bundle or pilot.failed:
        return 1
    rows = ledgers.table(pilot.finished.ledger)
    item_ns = max(float(median((rows["end_ns"] - rows["start_ns"]).tolist())), 1.0)
    if item_ns > SHORT_ITEM_NS:
        return 1
    return max(1, min(math.ceil(BUNDLE_NS / item_ns), len(pilot.places) // FEWEST_BUNDLES))


class _Look:
    """A look at what lies about before the pilot, where what it stores would matter."""

    def __init__(self, request: Request, environment: Environment, items: JobItems, chosen: Sequence[int]) -> None:
        undone = any(map(request.parameters.get, ("setup", "cleanup", "scratch")))
        self.wanted = user_function.is_reference(request.target) and not request.once and not undone
        self.folders = side_effects.folders_of(items.files(chosen)) if self.wanted else []
        workdir = environment.workdir
        self.own_folders = [workdir.data_dir, workdir.rounds, workdir.shared, workdir.temporary]
        self.before = side_effects.look(self.folders, self.own_folders)

    def compared(self, finished: Finished) -> Written | None:
        """What has changed since; None where it does not matter."""
        if not self.wanted:
            return None
        return side_effects.written(self.before, side_effects.look(self.folders, self.own_folders), finished)


def _size(request: Request, pilot: Serial, count: int) -> int:
    """How many of so many items, or bundles of them, fit the budget's share."""
    all_s = max(_takes_s(request, pilot, count), 1e-9)
    if NEARLY_ALL * all_s <= SERIAL_SHARE * request.budget_s:
        return count
    waits = 1 - cpu_share_of(ledgers.table(pilot.finished.ledger))
    share = SAMPLE_SHARE + (SERIAL_SHARE - SAMPLE_SHARE) * waits
    return max(round(count * share * request.budget_s / all_s), PILOT)


def _takes_s(request: Request, pilot: Serial, count: int) -> float:
    """How long a serial round of so many items would take."""
    return _expected_s(pilot, request.apart_ns) + _beside_s(pilot, count, request.apart_ns)


def _expected_s(serial: Serial, apart_ns: float) -> float:
    """How long all items would take serially, at their rate."""
    rows = rows_of_all(ledgers.table(serial.finished.ledger), serial.sample)
    return one_by_one_ns(rows["end_ns"] - rows["start_ns"], apart_ns) / 1e9


def _beside_s(pilot: Serial, count: int, apart_ns: float) -> float:
    """What a round of so many items would take beside them: to write their rows, and before and after the clock.

    Where a rate keeps them apart, what lies between them is the wait for their turns.
    """
    if apart_ns:
        return count * ITEM_S
    round_ = pilot.finished.round
    gap_s = max(0, round_.wall_ns - round_.item_wall_ns) / 1e9 / len(pilot.sample.chosen)
    return count * (gap_s + ITEM_S)


def _is_long(request: Request, pilot: Serial) -> bool:
    """Whether another serial round would cost more than its share."""
    return pilot.finished.round.wall_ns / 1e9 > SERIAL_SHARE * request.budget_s


def _tried(
    request: Request, environment: Environment, items: JobItems, places: Sequence[int], sample: Sample,
    limit_s: float, expected_s: float | None = None, worked: Collection[int] = (), *, watched: bool = False,
    order: str = "given",
) -> Serial:  # fmt: skip
    """One serial round of the sample, once more without an item that ended or outlived it where that may be left out.

    limit_s: after so long no further item is begun. worked: the places of items that an earlier run did. watched:
    whether it is seen what items leave behind.
    Raises WorkError where it failed.
    """
    failed: dict[int, str] = {}
    lethal: set[int] = set()
    for _ in range(MOST_RERUNS):
        run = [places[number] for number in sample.chosen]
        finished = execute(request, environment, items, run, limit_s, expected_s, watched=watched, order=order)
        reasons = failures(request, items, run, finished, worked)
        left = set(trial.left_in(finished.round.evidence)) if finished.round.ok else set()
        failed |= {run[number]: reason for number, reason in reasons.items()}
        weights = [items.weights[place] for place in places]
        ran = [number for number in range(len(sample.chosen)) if number not in left]
        sample = without_failed.only(sample, ran, weights) if left else sample
        sample = _without(request, sample, {ran.index(number) for number in reasons}, weights)
        places = [place for place in places if place not in failed] if reasons else places
        if finished.round.ok:
            sound = without_failed.rows_without(finished, left | reasons.keys(), environment.workdir.shared)
            stuck = next(iter(trial.stuck_in(finished.round.evidence).values()), "")
            return Serial(
                items, places, sample, sound, failed, None, is_first=True, stuck=stuck, lethal=frozenset(lethal),
                unsendable_error=trial.unsendable_error_in(finished.round.evidence),
            )  # fmt: skip
        ((number, reason),) = reasons.items()
        lethal.add(run[number])
        environment.say(f"once more without {items.name(run[number])}, which {reason}")
    raise WorkError(f"{request.name}: {MOST_RERUNS} items crashed or hung: remove them from the list")


def _without(request: Request, sample: Sample, numbers: Collection[int], weights: Sequence[float]) -> Sample:
    if not numbers:
        return sample
    if len(numbers) >= len(sample.chosen) - 1:
        left = len(sample.chosen) - len(numbers)
        raise WorkError(f"{request.name}: only {left} of {len(sample.chosen)} items succeeded; a plan needs at least 2")
    return without_failed.without(sample, numbers, weights)


def execute(
    request: Request, environment: Environment, items: JobItems, run: Sequence[int], limit_s: float,
    expected_s: float | None, *, watched: bool = False, order: str = "given", inner_threads: int | None = None,
) -> Finished:  # fmt: skip
    """One serial round, as a trial.

    limit_s: after so long no further item is begun. expected_s: what it takes; None for unknown. watched: whether
    to see what items leave behind. inner_threads: as in Environment.run.
    """
    parameters = parameters_for(request, environment.workdir, items, run)
    if user_function.is_reference(request.target):
        parameters = {**parameters, "trial_s": limit_s, "watched": watched}
    setting, deadline_s = Setting("serial", order=order), _deadline_s(request, expected_s)
    return environment.run(request, parameters, setting, "serial", deadline_s, inner_threads=inner_threads)


def _deadline_s(request: Request, expected_s: float | None) -> float:
    if request.timeout_s:
        return request.timeout_s
    if request.once:
        return math.inf
    return max(PATIENCE_S, 2 * request.budget_s) if expected_s is None else deadline_s(expected_s)
