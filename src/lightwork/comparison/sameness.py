"""Sameness: whether two runs may be compared at all, and what else differs that may move their figures; pure."""

from collections.abc import Sequence

from lightwork.analysis.disturbance import EXCESS_SHARE, usual_share
from lightwork.analysis.same_work import in_few_words, other_parameters
from lightwork.comparison.pairing import Pair, Paired
from lightwork.core.study import Results
from lightwork.machine.same_machine import other_kind, other_surroundings
from lightwork.text.quantities import percent, plain, short


def obstacles(base: Results, new: Results, paired: Paired) -> list[str]:
    """Why no figure of one run says anything of the other: another kind of machine, or other work under one label."""
    machines = [f"another kind of machine ({words})" for words in other_kind(base.machine, new.machine)]
    return machines + [words for pair in paired.pairs for words in _other_work(pair)]


def surroundings(base: Results, new: Results, paired: Paired) -> list[str]:
    """What else differs: interpreter, kernel, limits, parameters of one run alone, the seed of an order by chance."""
    differences = [f"BASE and NEW differ in {words}" for words in other_surroundings(base.machine, new.machine)]
    for pair in paired.pairs:
        ours, theirs = pair.base.study, pair.new.study
        if words := in_few_words(other_parameters(ours.parameters, theirs.parameters).one_sided):
            differences.append(f"{short(pair.label)}: parameters that only one run has ({words})")
        seeds = ours.seed, theirs.seed
        if seeds[0] != seeds[1]:
            differences.append(
                f"{short(pair.label)}: different seeds ({seeds[0]} and {seeds[1]}): shuffled items have another order"
            )
    return differences


def other_load(pair: Pair) -> str:
    """That others took far more of the machine in one run than in the other; "" where they did not, or nobody knows.

    Blocks can't show it: all of one run had it. The measure is that by which a round counts as disturbed.
    """
    shares = usual_share(pair.base.study), usual_share(pair.new.study)
    if shares[0] is None or shares[1] is None or abs(shares[0] - shares[1]) <= EXCESS_SHARE:
        return ""
    return (
        f"others took {percent(shares[0])} of the machine's CPU time in BASE's serial rounds, {percent(shares[1])} in "
        "NEW's: measure both again under the same load"
    )


def _other_work(pair: Pair) -> list[str]:
    base, new = pair.base.study, pair.new.study
    words = in_few_words(other_parameters(base.parameters, new.parameters).changed)
    differences = [f"{short(pair.label)}: other parameters ({words})"] if words else []
    if base.workload != new.workload:
        differences.append(f"{short(pair.label)}: another workload, {short(base.workload)} and {short(new.workload)}")
    if base.item_names != new.item_names:
        differences.append(f"{short(pair.label)}: other items ({_first_difference(base.item_names, new.item_names)})")
    return differences


def _first_difference(base: Sequence[str], new: Sequence[str]) -> str:
    if len(base) != len(new):
        return f"{len(base):,} and {len(new):,}"
    names = next((ours, theirs) for ours, theirs in zip(base, new, strict=True) if ours != theirs)
    return f"{short(plain(names[0]))} and {short(plain(names[1]))}"
