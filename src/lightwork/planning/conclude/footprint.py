"""A footprint as other workers would leave it: what is lost, spoilt or shared that a serial run does right; pure."""

from collections.abc import Iterator

from lightwork.core.footprint import Footprint
from lightwork.core.setting import Setting
from lightwork.core.warnings import (
    LostState,
    PrivateGate,
    PrivateLocks,
    RacyState,
    SharedConnections,
    SharedFiles,
    SharedProcess,
    VerdictWarning,
)
from lightwork.planning.failed_setting import is_forked, starts_afresh
from lightwork.replay.traits import kind_of
from lightwork.strategies import SHARING


def footprint_warnings(footprint: Footprint, setting: Setting) -> Iterator[VerdictWarning]:
    """What is lost, spoilt or shared where these workers run the items."""
    is_in_caller = kind_of(setting) in SHARING
    numbers = tuple(each for each in footprint.changes if each.is_number)
    if footprint.changes and not is_in_caller:
        yield LostState(footprint.changes)
    if numbers and kind_of(setting) == "threads":
        yield RacyState(numbers)
    if footprint.files:
        yield SharedFiles(footprint.files)
    if is_in_caller and (footprint.moves or footprint.sets_environment):
        yield SharedProcess(footprint.moves, footprint.sets_environment)
    if footprint.locks and starts_afresh(setting):
        yield PrivateLocks(tuple(lock.name for lock in footprint.locks), setting.start_method)
    if not is_in_caller:
        yield from (PrivateGate(gate, setting.workers) for gate in footprint.gates if gate.places < setting.workers)
    if footprint.connections and is_forked(setting):
        yield SharedConnections(footprint.connections)
