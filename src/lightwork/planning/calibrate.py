"""Calibrating: what the strategies cost on this machine, measured once and kept."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from lightwork.core.setting import Setting
from lightwork.machine.load import QUIET
from lightwork.planning.environment import Environment
from lightwork.replay import calibration
from lightwork.replay.calibration import Calibration, Kind
from lightwork.replay.demands import demands_of
from lightwork.replay.engine import replay
from lightwork.replay.hand_out import hand_out
from lightwork.replay.noop_rounds import no_ops
from lightwork.storage import ledgers
from lightwork.storage.atomic import write_atomically
from lightwork.strategies import find, is_executor
from lightwork.workload import target

TURN, TURN_ASYNC, NAP = (f"lightwork.replay.noop:{name}" for name in ("turn", "turn_async", "nap"))
NO_OPS = (0, 400, 1, (1, 2))  # loop turns of an item, items, blocks, and workers
# Between such items the caller falls asleep, as it does in real work. What each further worker costs is a slope: of
# four and one it is told better than of two and one, and it is carried on to many more.
SHORT_ITEMS = (200_000, 40, 3, (1, 4))
CHUNKSIZES = (1, 20)
SERIAL_KIND: Kind = ("serial", "fork")
SHIPPED = Path(calibration.__file__).with_name("calibration.json")
DEADLINE_S, MOST_FACTOR = 20.0, 2.0


def calibrated(environment: Environment, kinds: Iterable[Kind]) -> Calibration:
    """What strategies of these kinds cost on this machine.

    As it was measured on a quiet machine and shipped, brought to this one's speed by one short round; only what that
    lacks is measured here, and kept.
    """
    shipped = _shipped()
    lacking = {kind for kind in kinds if shipped.stands_for(kind) not in shipped.costs}
    here = _brought_here(environment, shipped)
    if not lacking:
        return here
    more = measured(environment, lacking)
    costs = {kind: more.costs.get(kind) or here.costs[_alike(kind)] for kind in lacking}
    return _together(here, replace(more, costs=costs))


def _alike(kind: Kind) -> Kind:
    """What costs about as much as an executor of the user's own with which nothing ended well."""
    return ("threads" if find(kind[0]).in_caller else "process_executor"), "fork"


def measured(environment: Environment, kinds: Iterable[Kind]) -> Calibration:
    """What strategies of these kinds cost on this machine: from the folder, or measured now and kept there.

    Not of executors of the user's own: the same name may stand for another one tomorrow.
    """
    path = calibration.saved_in(environment.calibrations, environment.machine)
    saved = _saved(path)
    missing = {*kinds, SERIAL_KIND} - set(saved.costs if saved else ())
    if saved and not missing:
        return saved
    environment.say("measuring once what the strategies cost on this machine")
    merged = _together(saved, _calibrate(environment, sorted(missing)))
    lasting = replace(merged, costs={kind: costs for kind, costs in merged.costs.items() if not is_executor(kind[0])})
    if lasting.costs:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, json.dumps(calibration.encode(lasting)).encode())
    return merged


def is_quick(environment_folder: Path, machine: dict[str, object], kinds: Iterable[Kind]) -> bool:
    """Whether nothing must be measured first to know what strategies of these kinds cost."""
    saved = _saved(calibration.saved_in(environment_folder, machine))
    wanted, shipped = set(kinds), _shipped()
    is_shipped = all(shipped.stands_for(kind) in shipped.costs for kind in wanted)
    return is_shipped or (saved is not None and wanted <= saved.costs.keys())


def _shipped() -> Calibration:
    """The calibration that comes with lightwork: `docs/record_calibration.py` makes it."""
    return calibration.decode(json.loads(SHIPPED.read_text(encoding="utf-8")))


def _brought_here(environment: Environment, shipped: Calibration) -> Calibration:
    """Costs at this machine's speed, by how much longer one round of short items takes here than they predict.

    As they are where others have the cores, which such a round would tell of instead.
    """
    if environment.busy_share() > QUIET:
        return shipped
    path = environment.workdir.temporary / "short-items.json"
    turns, count, _, _ = SHORT_ITEMS
    path.write_text(json.dumps([turns] * count), encoding="utf-8")
    setting = Setting("process_executor", 2)
    finished = environment.run_job(TURN, {"source": f"{target.LIST}{path}"}, setting, "calibration", DEADLINE_S)
    if not finished.round.ok:
        return shipped
    rows = ledgers.table(finished.ledger)
    alone_ns = float((rows["cpu_ns"] + rows["spin_ns"]).sum()) / 2
    costs = shipped.of(setting, finished.round.spin_ns)
    predicted_ns = replay(demands_of(rows), setting, environment.usable_cpus, costs).makespan_ns
    factor = max(finished.round.wall_ns - alone_ns, 1.0) / max(predicted_ns - alone_ns, 1.0)
    return shipped.at_speed(min(max(factor, 1 / MOST_FACTOR), MOST_FACTOR))


def _saved(path: Path) -> Calibration | None:
    try:
        return calibration.decode(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError):  # none yet, or of another version: measured anew
        return None


def _together(saved: Calibration | None, fresh: Calibration) -> Calibration:
    """Both, what was kept brought to the speed at which the fresh costs were measured."""
    if saved is None:
        return fresh
    factor = fresh.spin_ns / saved.spin_ns if fresh.spin_ns and saved.spin_ns else 1.0
    old = {kind: costs.at_speed(factor) for kind, costs in saved.costs.items()}
    return Calibration(fresh.machine, {**old, **fresh.costs}, fresh.spin_ns)


def _calibrate(environment: Environment, kinds: Iterable[Kind]) -> Calibration:
    """What these kinds cost, each from the no-ops that fit it."""
    groups: dict[tuple[str, bool], list[Kind]] = {}
    for kind in kinds:
        groups.setdefault((no_op_for(kind), is_executor(kind[0])), []).append(kind)
    parts = [_from_no_ops(environment, name, alike, is_brief=theirs) for (name, theirs), alike in groups.items()]
    costs = {kind: costs for part in parts for kind, costs in part.costs.items()}
    return replace(parts[0], costs=costs)


def no_op_for(kind: Kind) -> str:
    """Coroutines for what awaits them; naps for threads: an item that computes keeps the next ones from starting."""
    strategy = find(kind[0])
    if strategy.awaits:
        return TURN_ASYNC
    return NAP if strategy.workers == "threads" else TURN


def _from_no_ops(environment: Environment, name: str, kinds: Sequence[Kind], *, is_brief: bool) -> Calibration:
    """The costs from rounds of no-ops and of short items together: either alone misses what the other shows.

    is_brief: from no-ops alone, of executors that may take seconds to start.
    """
    rounds = []
    for turns, count, blocks, workers in (NO_OPS,) if is_brief else (NO_OPS, SHORT_ITEMS):
        path = environment.workdir.temporary / f"turns-{turns}.json"
        path.write_text(json.dumps([turns] * count), encoding="utf-8")
        source = {"source": f"{target.LIST}{path}"}
        settings = _calibrating(kinds, workers)
        design = environment.design(name, source, settings, blocks=(blocks, blocks), probe=False)
        rounds += no_ops(*environment.measure(design))
    measured = calibration.calibrate(rounds, environment.machine)
    return replace(measured, costs={kind: costs for kind, costs in measured.costs.items() if kind in kinds})


def _calibrating(kinds: Iterable[Kind], counts: Sequence[int]) -> list[Setting]:
    return [
        Setting(name, workers, chunksize, method)
        for name, method in kinds
        if find(name).parallel
        for workers in (counts if _has_workers(name, method) else _above_one(counts))
        for chunksize in (CHUNKSIZES if find(name).default_chunksize else (None,))
    ]


def _above_one(counts: Sequence[int]) -> list[int]:
    """As many worker counts, the least of them 2."""
    return [2, *(max(count, 3) for count in counts[1:])]


def _has_workers(name: str, method: str) -> bool:
    """Whether the strategy asked for one worker starts one, rather than do without."""
    return not hand_out(Setting(name, 1, start_method=method), 1).in_caller
