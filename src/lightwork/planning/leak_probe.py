"""A leak's probe: where memory grew in the serial run, some of its items are run twice more, their results dropped.

looks of the serial run -> would all items take much of the memory? -> a round of the same items twice -> Leak
"""

from collections.abc import Mapping
from random import Random
from typing import Any

from lightwork.analysis.leaking import FEWEST, leaked_bytes, rough_growth_bytes
from lightwork.analysis.peaks import limit_of
from lightwork.core.leak import Leak, MemoryLook
from lightwork.core.setting import Setting
from lightwork.planning.environment import Environment
from lightwork.planning.items import parameters_for
from lightwork.planning.request import Request
from lightwork.planning.serial_run import Serial
from lightwork.study.run import deadline_s
from lightwork.text.quantities import counted
from lightwork.workload import user_function
from lightwork.workload.memory_looks import looks_in

ALLOWED_SHARE = 0.1  # of the memory: so much may all workers together grow by
BUDGET_SHARE = 0.05


def leak_in(request: Request, environment: Environment, serial: Serial) -> Leak | None:
    """The leak of a user's function; None where there is none, or none that would matter."""
    allowed_bytes = ALLOWED_SHARE * _limit_bytes(request, environment.machine)
    units = len(serial.items)
    suspected = Leak(rough_growth_bytes(looks_in(serial.finished.round.evidence)), 0, units, allowed_bytes)
    is_own = user_function.is_reference(request.target) and serial.items.workload.coroutine is None
    if request.once or not is_own or not allowed_bytes or not suspected.matters:
        return None
    looks = _probe(request, environment, serial)
    bundle = serial.items.bundle
    leak = Leak(
        leaked_bytes(looks) / bundle, looks[-1][0] * bundle if looks else 0, serial.items.of_user, allowed_bytes
    )
    return leak if leak.matters else None


def _limit_bytes(request: Request, machine: Mapping[str, Any]) -> float:
    """How much memory there is, asked for or found; 0 where that is not known."""
    if request.memory_limit is not None and request.memory_limit.is_asked:
        return request.memory_limit.size_bytes
    limit = limit_of(machine)
    return limit.size_bytes if limit else 0.0


def _probe(request: Request, environment: Environment, serial: Serial) -> list[MemoryLook]:
    """The looks at a process that ran as many items as there is time for, in random order, twice."""
    limit_s = BUDGET_SHARE * request.budget_s
    item_s = serial.finished.round.item_wall_ns / 1e9 / max(len(serial.run), 1)
    random = Random(request.seed)
    some = random.sample(serial.run, min(len(serial.run), int(limit_s / 2 / max(item_s, 1e-6))))
    if 2 * len(some) == len(serial.items):  # as many places as items would stand for all of them
        some.pop()
    if len(some) < FEWEST:
        return []
    twice = [*some, *random.sample(some, len(some))]
    environment.say(f"running {counted(len(some), 'item')} twice, to see whether they leak memory")
    parameters = {
        **parameters_for(request, environment.workdir, serial.items, twice), "trial_s": limit_s, "drops_results": True,
    }  # fmt: skip
    finished = environment.run(request, parameters, Setting("serial"), "leak", deadline_s(2 * limit_s))
    return looks_in(finished.round.evidence) if finished.round.ok else []
