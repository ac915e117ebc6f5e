"""Sameness: whether two runs may be compared at all, and what else differs that may move their figures; pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from manyhands.between_runs.pairing import Pair, Paired
from manyhands.disturbance import EXCESS_SHARE, usual_share
from manyhands.machine.likeness import other_kind, other_surroundings
from manyhands.results import Results
from manyhands.text import percent, plain, short

SHOWN = 3  # differences of one kind


def obstacles(base: Results, new: Results, paired: Paired) -> list[str]:
    """Why no figure of one run says anything of the other: another kind of machine, or other work under one label."""
    machines = [f"another kind of machine ({words})" for words in other_kind(base.machine, new.machine)]
    return machines + [words for one in paired.pairs for words in _other_work(one)]


def surroundings(base: Results, new: Results, paired: Paired) -> list[str]:
    """What else differs: interpreter, kernel, limits, the seed of an order by chance."""
    told = [f"BASE and NEW differ in {words}" for words in other_surroundings(base.machine, new.machine)]
    for one in paired.pairs:
        seeds = one.base.study.seed, one.new.study.seed
        if seeds[0] != seeds[1]:
            told.append(
                f"{short(one.label)}: other seeds ({seeds[0]} and {seeds[1]}): shuffled items come in another order"
            )
    return told


def other_load(one: Pair) -> str:
    """That others took far more of the machine in one run than in the other; "" where they did not, or nobody knows.

    Blocks can't show it: all of one run had it. The measure is that by which a round counts as disturbed.
    """
    shares = usual_share(one.base.study), usual_share(one.new.study)
    if shares[0] is None or shares[1] is None or abs(shares[0] - shares[1]) <= EXCESS_SHARE:
        return ""
    return (
        f"others took {percent(shares[0])} of the machine's CPU time in BASE's serial rounds, {percent(shares[1])} in "
        "NEW's: measure both again under one load"
    )


def _other_work(one: Pair) -> list[str]:
    base, new = one.base.study, one.new.study
    told = [f"{short(one.label)}: other parameters ({words})" for words in _changed(base.parameters, new.parameters)]
    if base.workload != new.workload:
        told.append(f"{short(one.label)}: another workload, {short(base.workload)} and {short(new.workload)}")
    if base.item_names != new.item_names:
        told.append(f"{short(one.label)}: other items ({_first_difference(base.item_names, new.item_names)})")
    return told


def _changed(base: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """As "files: 30 and 40". A parameter that only one has is one that an older version did not know."""
    both = [name for name in base if name in new and base[name] != new[name]]
    return [f"{short(name)}: {short(base[name])} and {short(new[name])}" for name in both[:SHOWN]]


def _first_difference(base: Sequence[str], new: Sequence[str]) -> str:
    if len(base) != len(new):
        return f"{len(base):,} and {len(new):,}"
    names = next((ours, theirs) for ours, theirs in zip(base, new, strict=True) if ours != theirs)
    return f"{short(plain(names[0]))} and {short(plain(names[1]))}"
