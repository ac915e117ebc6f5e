"""The plan is the smallest setting that is as good as the best, or says that it can't tell, and why."""

import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest
from builders import Wall, make_study

from lightwork.analysis.recommendation import Recommendation, recommend
from lightwork.analysis.scaling import scale
from lightwork.core.losses import Losses
from lightwork.core.round import Outcome
from lightwork.core.setting import Setting
from lightwork.core.study import SERIAL, SERIAL_AGAIN, Study
from lightwork.text.losses import loss_sentence, remedies_sentence
from lightwork.text.verdict import bound_sentence, next_step_sentence, verdict_sentence
from lightwork.text.warnings import warning_sentence

WOBBLE = (1.0, 1.01, 0.99, 1.005, 0.995, 1.002)  # one factor per block
TWIN = (1.0, 1.03, 0.97, 1.02, 0.98, 1.0)  # makes a noise floor of 3 %
LOST = Outcome.LOST


def about(wall_s: float, wobble: Sequence[float] = WOBBLE) -> list[Wall]:
    """Walls of `wall_s` with a little noise, one per block."""
    return [wall_s * factor for factor in wobble]


def quiet(cells: Mapping[Setting, Sequence[Wall]], *, longest_share: float = 0.01, **more: object) -> Study:
    """A study of 8 s of CPU-bound work with a noise floor of 3 %."""
    return make_study([8.0] * 6, cells, again_s=about(8.0, TWIN), longest_share=longest_share, **more)  # type: ignore[arg-type]


def plan_of(cells: Mapping[Setting, Sequence[Wall]], usable_cpus: float = 64) -> Recommendation:
    """The plan of a quiet study on a machine with more cores than workers."""
    return recommend(scale(quiet(cells), usable_cpus))


def chosen(recommendation: Recommendation) -> Setting | None:
    """The recommended setting."""
    return recommendation.chosen.cell.setting if recommendation.chosen else None


def sentence_of(recommendation: Recommendation) -> str:
    """The verdict in words."""
    return verdict_sentence(recommendation.verdict)


def next_of(recommendation: Recommendation) -> str:
    """What the next worker count gives, in words."""
    assert recommendation.next_step is not None
    return next_step_sentence(recommendation.next_step)


def warnings_in(recommendation: Recommendation) -> tuple[str, ...]:
    """The warnings in words."""
    return tuple(map(warning_sentence, recommendation.warnings))


def of(strategy: str, workers: int, chunksize: int | None = None, **more: str | int) -> Setting:
    """A setting."""
    return Setting(strategy, workers, chunksize, **more)  # type: ignore[arg-type]


def test_recommends_the_fewest_workers_that_are_as_good_as_the_best() -> None:
    """8 workers are 1 % faster than 4, which is within the noise; 2 are measurably slower."""
    recommendation = plan_of({of("map", 2): about(4.2), of("map", 4): about(2.02), of("map", 8): about(2.0)})
    assert chosen(recommendation) == of("map", 4)
    assert sentence_of(recommendation) == "use 4 workers, map: 4.0x (3.9-4.0) over serial"
    assert recommendation.equals == ("map-w8-fork-given",)
    assert recommendation.speedup is not None
    assert recommendation.speedup.point == pytest.approx(8 / 2.02, rel=0.01)


def test_a_cell_with_too_few_common_blocks_is_not_as_good_as_the_best() -> None:
    """2 workers share two blocks with 4, half as fast in both: no interval is no ground to prefer them."""
    recommendation = plan_of(
        {of("map", 2): [None, None, 4.2, 4.21, 4.19, 4.2], of("map", 4): [2.0, 2.01, 1.99, 2.0, None, None]}
    )
    assert chosen(recommendation) == of("map", 4)
    assert recommendation.equals == ()
    turned = plan_of(
        {of("map", 2): [None, None, 2.0, 2.01, 1.99, 2.0], of("map", 4): [2.1, 2.09, 2.1, 2.1, None, None]}
    )
    assert chosen(turned) == of("map", 2)
    assert next_of(turned) == "4 workers: 0.95x (no interval) as fast: too few common blocks (2)"


def test_recommends_more_workers_where_they_measurably_help() -> None:
    """10 % is beyond the noise floor: the larger number is worth it."""
    recommendation = plan_of({of("map", 4): about(2.2), of("map", 8): about(2.0)})
    assert chosen(recommendation) == of("map", 8)
    assert recommendation.equals == ()


def test_never_recommends_a_cell_that_failed() -> None:
    """The fastest setting lost items in one round: it is named as failed and not chosen."""
    recommendation = plan_of({of("queue", 8): [0.1, 0.1, LOST, 0.1, LOST, 0.1], of("map", 4): about(2.0)})
    assert chosen(recommendation) == of("map", 4)
    assert warnings_in(recommendation) == ("queue with 8 workers failed in 2 of 6 rounds: lost, 2 items were lost",)


def test_sentence_names_what_is_not_usual() -> None:
    """Workers, strategy, and only those of chunksize, order, start method and cores that must be said."""
    words = "1 worker, imap_unordered, chunksize 3, largest first, spawn, on 2 cores"
    setting = of("imap_unordered", 1, 3, order="largest-first", start_method="spawn", cores=2)
    recommendation = plan_of({setting: about(4.0)})
    assert sentence_of(recommendation) == f"use {words}: 2.00x (1.98-2.02) over serial"


def test_equal_speed_figures_decide_where_all_cells_have_them() -> None:
    """As measured, the machine's flips hide that 4 workers are better; at equal CPU speed they are."""
    flips = (1.0, 1.4, 1.0, 1.4, 1.0, 1.4)
    cells = {of("map", 2): about(3.0, flips), of("map", 4): about(2.6, flips[::-1])}
    study = make_study([8.0] * 6, cells, again_s=about(8.0, (1.2, 1.0, 1.2, 1.0, 1.2, 1.0)), longest_share=0.01)
    walls = {(cell, block): 8.0 for cell in (SERIAL, SERIAL_AGAIN) for block in range(6)}
    for setting, wall_s in ((of("map", 2), 3.0), (of("map", 4), 2.6)):
        walls |= {(setting.cell_id, block): wall_s for block in range(6)}
    assert chosen(recommend(scale(study, 64))) == of("map", 2)
    recommendation = recommend(scale(study, 64, walls))
    assert chosen(recommendation) == of("map", 4)
    assert (
        sentence_of(recommendation)
        == "use 4 workers, map: 3.1x (3.1-3.1) over serial at equal CPU speed, 2.6x (2.2-3.1) as measured"
    )
    partly = {key: wall_s for key, wall_s in walls.items() if key[0] != of("map", 2).cell_id}
    assert chosen(recommend(scale(study, 64, partly))) == of("map", 2)


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        (
            {of("map", 2): about(7.95), of("map", 4): about(8.4)},
            (
                "cannot tell: no setting is measurably faster than serial; the best, map with 2 workers, reaches "
                "1.01x (1.00-1.01), and the noise floor is 2.7 %"
            ),
        ),
        (
            {of("map", 2): about(16.0), of("map", 4): about(20.0)},
            "stay serial: even the best setting, map with 2 workers, is measurably slower: 0.50x (0.50-0.50)",
        ),
        (
            {of("map", 2): [4.0, 4.1, None, None, None, None]},
            (
                "cannot tell: too few blocks (2) for an interval; "
                "the best, map with 2 workers, reaches 1.98x (no interval)"
            ),
        ),
        ({of("map", 2): [LOST] * 6}, "cannot tell: every parallel setting failed"),
        ({}, "cannot tell: no parallel setting was measured"),
    ],
)
def test_says_that_it_can_not_tell(cells: Mapping[Setting, Sequence[Wall]], sentence: str) -> None:
    """Nothing is chosen where nothing is measurably faster than serial, and the sentence says why."""
    recommendation = plan_of(cells)
    assert (recommendation.chosen, recommendation.speedup, recommendation.next_step, recommendation.equals) == (
        None,
        None,
        None,
        (),
    )
    assert sentence_of(recommendation) == sentence


def test_without_a_twin_nothing_is_claimed() -> None:
    """A fourfold speedup is not claimed where the noise is unknown: the sentence and a warning say so."""
    recommendation = recommend(scale(make_study([8.0] * 6, {of("map", 4): about(2.0)}, again_s=[None] * 6), 64))
    assert recommendation.chosen is None
    assert sentence_of(recommendation).endswith("reaches 4.0x (4.0-4.0), and the noise floor is unknown")
    assert any("the noise floor is unknown" in warning for warning in warnings_in(recommendation))


def test_a_gain_within_the_noise_floor_is_no_gain() -> None:
    """Every block is 5 % faster than serial, but serial itself is up to 10 % faster than its twin."""
    study = make_study([8.0] * 6, {of("map", 2): about(7.6)}, again_s=about(8.0, (0.9, 1.1, 0.9, 1.1, 1.0, 1.0)))
    recommendation = recommend(scale(study, 64))
    assert recommendation.chosen is None
    assert "the noise floor is 11 %" in sentence_of(recommendation)


def test_a_loss_within_the_noise_floor_is_no_loss() -> None:
    """Every block is 2 % slower than serial, with a noise floor of 3 %: that can't be told from serial."""
    recommendation = plan_of({of("map", 2): [8.16] * 6})
    assert sentence_of(recommendation).startswith("cannot tell: no setting is measurably faster than serial")


def test_the_chosen_cell_itself_is_faster_than_serial() -> None:
    """2 workers are too noisy to be told from the best, but not from serial either: they are not chosen."""
    noisy = about(7.0, (0.8, 1.3, 0.9, 1.2, 1.0, 1.1))
    recommendation = plan_of({of("map", 2): noisy, of("map", 4): about(6.5)})
    assert chosen(recommendation) == of("map", 4)
    assert recommendation.equals == ("map-w2-fork-given",)


@pytest.mark.parametrize(
    ("next_cells", "sentence"),
    [
        ({}, "no larger worker count was measured"),
        (
            {of("map", 8): about(2.0), of("map", 16): about(1.99)},
            "8 workers: 1.00x (0.99-1.01) as fast: not measurably better",
        ),
        ({of("map", 8): about(2.5)}, "8 workers: 0.80x (0.79-0.81) as fast: measurably slower"),
        ({of("map", 8): [2.0, LOST, 2.0, 2.0, 2.0, 2.0]}, "8 workers failed in 1 of 6 rounds"),
        ({of("queue", 8): about(2.5), of("map", 8, 1): about(2.5)}, "no larger worker count was measured"),
    ],
)
def test_says_what_the_next_worker_count_buys(next_cells: Mapping[Setting, Sequence[Wall]], sentence: str) -> None:
    """The same setting with the next larger number of workers is compared inside blocks."""
    steady = {of("map", 4): [2.0] * 6, of("map", 2): about(4.2)}
    recommendation = plan_of({**steady, **next_cells})
    assert chosen(recommendation) == of("map", 4)
    assert next_of(recommendation) == sentence


def test_says_that_the_next_worker_count_gains() -> None:
    """2 workers tie with a noisy best, and 4 of the same strategy gain measurably: the reader is told."""
    noisy = about(1.9, (0.6, 1.6, 0.5, 1.5, 0.7, 1.05))
    recommendation = plan_of({of("map", 2): [2.2] * 6, of("map", 4): about(2.0), of("queue", 8): noisy})
    assert chosen(recommendation) == of("map", 2)
    assert next_of(recommendation) == "going from 2 to 4 workers gains 10 % (9-11)"


def reason_of(
    wall_s: float,
    workers: int,
    usable_cpus: float,
    *,
    cpu_share: float = 1.0,
    longest_share: float = 0.01,
) -> str:
    """What is said to limit a cell with this wall time, of 8 s of serial work."""
    setting = of("map", workers)
    study = quiet({setting: about(wall_s)}, cpu_share=cpu_share, longest_share=longest_share)
    bound = recommend(scale(study, usable_cpus)).bound
    return bound_sentence(bound) if bound else ""


def test_reason_names_what_limits() -> None:
    """The lowest of three bounds, when near: the longest item, the usable cores, the number of workers."""
    assert reason_of(2.6, 8, 64, longest_share=0.31) == "limited by a.csv (31 % of the work)"
    assert reason_of(4.2, 4, 2) == "limited by the 2 usable cores"
    assert reason_of(2.1, 4, 64) == "limited by its 4 workers"
    assert reason_of(4.0, 4, 64) == "not close to a limit: its 4 workers would allow 4.0x"
    assert reason_of(4.0, 4, float("inf")) == "not close to a limit: its 4 workers would allow 4.0x"
    assert reason_of(7.9, 4, 64, longest_share=0.98) == "limited by a.csv (98 % of the work)"


def test_cores_limit_waiting_work_later() -> None:
    """Work that waits for three quarters of its time may be four times as fast on one core, and no more."""
    assert reason_of(2.05, 8, 1, cpu_share=0.25) == "limited by the 1 usable core"
    assert reason_of(4.1, 8, 1, cpu_share=0.25) == "not close to a limit: the 1 usable core would allow 4.0x"
    assert reason_of(2.05, 8, 1, cpu_share=0.0) == "not close to a limit: its 8 workers would allow 8.0x"


def test_cores_of_the_setting_limit_too() -> None:
    """A round that was confined to 2 of 64 cores is limited by those 2."""
    recommendation = plan_of({of("map", 4, cores=2): about(4.1)})
    assert recommendation.bound is not None
    assert bound_sentence(recommendation.bound) == "limited by the 2 usable cores"


def test_names_the_largest_loss_and_its_lever() -> None:
    """With the losses at hand, the largest is named in lanes' worth of speedup, and so is what removes it."""
    losses = Losses(
        lanes=4,
        start_up_ns=1,
        item_ns=64,
        dispatch_ns=16,
        tail_ns=15,
        teardown_ns=4,
        budget_ns=100,
        busiest_ns=20,
    )
    setting = of("map", 4)
    scaling = scale(quiet({setting: about(4.0)}), 64)
    recommendation = recommend(scaling, {setting.cell_id: losses})
    assert loss_sentence(recommendation.loss).startswith("dispatch takes 0.64 of 4 workers' speedup (16 %)")
    assert remedies_sentence(recommendation.loss).startswith("hand out chunks")
    recommendation = recommend(scaling, {setting.cell_id: replace(losses, lanes=1, dispatch_ns=0, tail_ns=31)})
    assert loss_sentence(recommendation.loss).startswith("tail takes 0.31 of 1 worker's speedup (31 %)")
    assert recommend(scaling).loss is None


def test_says_why_more_workers_do_not_help() -> None:
    """Where the next worker count is no better, its own largest loss says why."""
    few, many = of("map", 2), of("map", 4)
    losses = Losses(
        4, 1, 64, 1, 1, 1, 68, 20, useful_ns=30, cpu_inflation_ns=0, core_wait_ns=34, blocked_inflation_ns=0
    )
    recommendation = recommend(scale(quiet({few: about(4.0), many: about(4.0)}), 2), {many.cell_id: losses})
    assert next_of(recommendation).endswith(
        "not measurably better; waiting for a core takes 2 of 4 workers' speedup (50 %)"
    )


def test_warns_of_what_could_overturn_the_plan() -> None:
    """Few blocks, an unfinished study and a high noise floor are said; a sound study has no warning."""
    assert plan_of({of("map", 4): about(2.0)}).warnings == ()
    study = make_study([8.0] * 4, {of("map", 4): [2.0] * 4}, again_s=[8.0, 7.0, 9.0, 8.0], finished=False)
    unfinished, few, noise = warnings_in(recommend(scale(study, 64)))
    assert unfinished.startswith("the study did not finish")
    assert few == "only 4 blocks: intervals are wide; measure at least 6"
    assert noise.startswith("noise floor 18 %: smaller differences cannot be detected")


def test_warns_of_a_busy_machine() -> None:
    """CPU-bound work can't be faster than its cores: the serial rounds were held up. Waiting work can."""
    cells = {of("map", 4): about(2.1), of("map", 8): about(2.0), of("map", 2): about(4.0)}
    (warning,) = warnings_in(plan_of(cells, usable_cpus=2))
    assert warning == (
        "map with 8 workers reaches 4.0x (4.0-4.0), more than the 2.0x that the 2 usable cores can give: "
        "the machine was busy during the serial rounds"
    )
    assert plan_of(cells, usable_cpus=4).warnings == ()
    assert recommend(scale(quiet(cells, cpu_share=0.4), 1)).warnings == ()


def test_a_failed_serial_round_is_a_warning() -> None:
    """The reference and its twin are called by their names."""
    study = make_study([8.0] * 5 + [Outcome.WRONG], {of("map", 4): about(2.0)}, again_s=[LOST] + [8.0] * 5)
    warnings = warnings_in(recommend(scale(study, 64)))
    assert "serial failed in 1 of 6 rounds: wrong, it wrong" in warnings
    assert "serial-again failed in 1 of 6 rounds: lost, 2 items were lost" in warnings


def noisy_walls(rng: np.random.Generator, wall_s: float, blocks: int, *, flips: bool) -> list[Wall]:
    """Walls with 5 % of noise, or of a core that flips between two speeds from round to round."""
    if flips:
        return list(wall_s * np.where(rng.random(blocks) < 0.5, 1.4, 1.0) * np.exp(rng.normal(0, 0.01, blocks)))
    return list(wall_s * np.exp(rng.normal(0, 0.05, blocks)))


@pytest.mark.parametrize("flips", [False, True])
def test_seldom_chooses_among_settings_that_gain_nothing(flips: bool) -> None:
    """20 settings exactly as fast as serial, 8 blocks: a winner is claimed in at most 1 of 16 studies."""
    rng = np.random.default_rng(11)
    settings = [of(strategy, workers) for strategy in ("map", "static", "fork", "queue") for workers in range(2, 7)]
    claimed = 0
    for _ in range(64):
        walls = [noisy_walls(rng, 4.0, 8, flips=flips) for _ in range(22)]
        study = make_study(walls[0], dict(zip(settings, walls[1:], strict=False)), again_s=walls[-1])
        claimed += recommend(scale(study, 64)).chosen is not None
    assert claimed <= 4


def test_chooses_the_knee_of_a_known_curve() -> None:
    """12 blocks with 5 % of noise: 19 of 20 plans have the knee, 8 workers, where 16 gain 1 % more."""
    rng = np.random.default_rng(12)
    truth = {1: 1.05, 2: 2.1, 4: 3.8, 8: 5.0, 16: 5.05, 32: 4.9}
    good = 0
    for _ in range(60):
        cells = {
            of("map", workers): noisy_walls(rng, 8 / speedup, 12, flips=False) for workers, speedup in truth.items()
        }
        study = make_study(noisy_walls(rng, 8, 12, flips=False), cells, again_s=noisy_walls(rng, 8, 12, flips=False))
        good += chosen(recommend(scale(study, 64))) == of("map", 8)
    assert good >= 57


def test_planning_imports_nothing_heavy() -> None:
    """Plan and scaling answer without scipy, pandas, matplotlib or numpy."""
    heavy = "{'numpy', 'scipy', 'pandas', 'matplotlib'}"
    code = f"import lightwork.analysis.recommendation, sys; print({heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
