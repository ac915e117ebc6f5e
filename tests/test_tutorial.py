"""The tutorial says no more than its saved run shows, and what it tells a reader to type is there."""

import re
import shlex
from pathlib import Path

import pytest
from builders import make_study
from generating import tutorial
from generating.story import Told, code, sure
from repository import REPOSITORY

from lightwork import cli, strategies
from lightwork.analysis.basis import Basis
from lightwork.analysis.judged_study import Judged
from lightwork.analysis.recommendation import recommend
from lightwork.analysis.scaling import scale
from lightwork.core.setting import Setting

DOCS = REPOSITORY / "docs"
TUTORIAL = (DOCS / "tutorial.md").read_text()
STEADY = (1.0, 1.01, 0.99, 1.0, 1.02, 0.98, 1.0)


def told(**walls):
    """A study of these strategies with 2 workers, each so many seconds a block; a loop takes 2 s, give or take 2 %."""
    cells = {Setting(strategy, 2): found for strategy, found in walls.items()}
    study = make_study([2.0 * wall for wall in STEADY], cells, again_s=[2.04 * wall for wall in STEADY])
    scaling = scale(study, 2.0)
    return Told(Judged(study, scaling, recommend(scaling)), {})


@pytest.mark.parametrize(
    ("new", "words"),
    [
        (0.5, "measurably faster than `Pool.map`, 2.0x"),
        (2.0, "measurably slower than `Pool.map`, 0.50x"),
        (1.01, "not measurably different from `Pool.map`, 0.99x"),
    ],
)
def test_a_step_is_told_by_the_rule_of_a_verdict(new, words):
    """One step is called faster or slower than another only beyond the noise floor, with its figure."""
    found = told(map=STEADY, queue=[new * wall for wall in STEADY])
    assert found.step("queue", "map", 2).startswith(words)


def test_a_step_against_the_loop_is_told_by_the_rule_of_a_verdict():
    """The table against the loop says "faster", "slower" or "cannot tell" for every step."""
    table = told(
        static=STEADY, map=[3 * wall for wall in STEADY], queue=[2.01 * wall for wall in STEADY]
    ).against_loop()
    assert re.search(r"split evenly \| 2\.0x \([^)]*\), faster \|", table)
    assert re.search(r"`Pool.map` \| 0\.67x \([^)]*\), slower \|", table)
    assert re.search(r"`Queue` \| 1\.00x \([^)]*\), cannot tell \|", table)


def test_what_the_run_does_not_show_is_refused():
    """A claim that stands in the text for good stops the generator where the saved run says otherwise."""
    assert sure(claim=True, words="it is so") == ""
    with pytest.raises(ValueError, match="does not show that it is so"):
        sure(claim=False, words="it is so")


@pytest.mark.parametrize("step", ["static", "map", "imap_unordered", "queue", "single_writer"])
def test_the_code_shown_is_the_code_that_was_run(step):
    """Each step's code stands, line by line, in the strategy's file."""
    file = (Path(strategies.__file__).parent / f"{step}.py").read_text()
    shown = code(step, "run").removeprefix("```python\n").removesuffix("\n```")
    assert shown in file
    blocks = re.findall(r"```python\n(.*?)\n```", TUTORIAL, flags=re.DOTALL)
    assert any(all(part in file for part in block.split("\n\n\n")) for block in blocks)


def test_the_saved_run_is_whole_and_anonymous():
    """No round of the run failed, its machine has no name, and its files are small."""
    found = tutorial.story()
    assert not [cell for one in (found.waiting, found.loading) for cell in one.judged.scaling.cells if cell.failed]
    assert '"node":"example"' in (DOCS / "example" / "story.json").read_text()
    assert sum(path.stat().st_size for path in (DOCS / "example").glob("story*")) < 400_000


def test_the_orders_that_the_tutorial_tells_are_those_of_the_run():
    """Each "measurably" of the text is the run's own verdict on that pair of steps."""
    waiting = tutorial.story().waiting
    basis = Basis.of(waiting.judged.scaling)
    for new, old in (
        ("map", "static"),
        ("imap_unordered", "map"),
        ("imap_unordered", "static"),
        ("queue", "imap_unordered"),
    ):
        word = {"faster": "measurably faster", "slower": "measurably slower", "equal": "not told apart"}
        cells = [waiting.scaled(name, tutorial.WAITED_BY) for name in (new, old)]
        assert word[basis.compare(*cells)] in waiting.step(new, old, tutorial.WAITED_BY)
        assert waiting.step(new, old, tutorial.WAITED_BY) in " ".join(TUTORIAL.split())


def test_every_command_of_the_tutorial_can_be_typed(pytestconfig):
    """Each `lightwork` line is one that the parser takes, and each option of the suite is one that there is."""
    typed = re.findall(r"^\s*(?:\$ )?(lightwork .*|python -m pytest (?:.*\\\n)*.*)$", TUTORIAL, flags=re.MULTILINE)
    assert len(typed) > 2
    for line in typed:
        words = shlex.split(line.replace("\\\n", " "))
        if words[0] == "lightwork":
            assert cli.parser().parse_args(words[1:])
        else:
            options = pytestconfig._parser.parse_known_args(words[3:])
            assert options.workloads
