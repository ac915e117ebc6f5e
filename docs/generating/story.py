"""What the tutorial says in figures: the saved run of the story, looked up and put into words.

Whatever the tutorial claims goes through here, so that no sentence of it can say more than the run shows: which of two
settings is faster, or that they can't be told apart, is judged by the rule of a verdict, and `sure` raises where a
sentence that stands in the text for good does not hold.
"""

import inspect
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from generating.blocks import table
from lightwork import strategies
from lightwork.analysis.basis import Basis
from lightwork.analysis.judged_study import Judged, block_count, judge
from lightwork.analysis.lanes import lanes_of
from lightwork.analysis.scaling import CellScaling, StudyScaling
from lightwork.core.causes import Cause
from lightwork.core.round import Round
from lightwork.core.study import Cell, Results, Study
from lightwork.report.charts.timeline import round_to_draw
from lightwork.storage import ledgers, results_json
from lightwork.text.quantities import counted, duration, percent, times
from lightwork.text.verdict import verdict_sentence
from lightwork.text.warnings import warning_sentence

STEPS = {
    "static": "the list split evenly",
    "map": "`Pool.map`",
    "imap_unordered": "`imap_unordered`",
    "queue": "a `Queue`",
    "single_writer": "a single writer",
}
NOUNS = {
    "static": "the even split",
    "map": "`Pool.map`",
    "imap_unordered": "`imap_unordered`",
    "queue": "the queue",
    "single_writer": "the single writer",
}
NS_PER_S = 1e9
FLEETING = 0.005  # of the workers' time: not worth a row


@dataclass(frozen=True)
class Told:
    """One study of the story, under the name by which the tutorial calls it."""

    judged: Judged
    ledgers: Mapping[str, Any]

    @property
    def study(self) -> Study:
        """The study itself."""
        return self.judged.study

    @property
    def scaling(self) -> StudyScaling:
        """Every cell's speedup. Raises ValueError where there is no loop to compare with."""
        if self.judged.scaling is None:
            raise ValueError(self.judged.trouble)
        return self.judged.scaling

    @cached_property
    def basis(self) -> Basis:
        """As measured, or at equal CPU speed: what its verdict rests on."""
        return Basis.of(self.scaling)

    @property
    def basis_words(self) -> str:
        """The same in words."""
        return "at equal CPU speed" if self.basis.equal_speed else "as measured"

    @property
    def noise(self) -> str:
        """The noise floor."""
        return percent(self.basis.noise_floor)

    @property
    def items(self) -> int:
        """How many files."""
        return len(self.study.item_names)

    @property
    def blocks(self) -> str:
        """How many blocks were measured."""
        return counted(block_count(self.study), "block")

    @property
    def serial(self) -> str:
        """What all files take one after the other."""
        return duration(self.scaling.serial_s.point)

    @property
    def workers(self) -> list[int]:
        """The numbers of workers that were measured."""
        return sorted({cell.cell.setting.workers for cell in self.basis.candidates})

    @property
    def steps(self) -> list[str]:
        """The strategies that were measured, in the order of the story."""
        known = {cell.cell.setting.strategy for cell in self.basis.candidates}
        return [name for name in STEPS if name in known]

    @property
    def verdict_words(self) -> str:
        """What the run's own verdict on the study is."""
        return (
            verdict_sentence(self.judged.recommendation.verdict) if self.judged.recommendation else self.judged.trouble
        )

    @property
    def warnings(self) -> str:
        """What the verdict's warnings are, "nothing" where there is none."""
        return (
            "; ".join(map(warning_sentence, self.judged.recommendation.warnings if self.judged.recommendation else ()))
            or "nothing"
        )

    @property
    def disturbed(self) -> str:
        """How many rounds are left out because something else took the cores, as "3 of 84 rounds"."""
        cells = self.scaling.cells
        excluded = sum(len(cell.disturbed) for cell in cells)
        return f"{excluded} of {sum(len(cell.cell.rounds) for cell in cells)} rounds"

    def cell(self, strategy: str, workers: int) -> Cell:
        """A cell of the study."""
        return self.scaled(strategy, workers).cell

    def scaled(self, strategy: str, workers: int) -> CellScaling:
        """A cell with its speedup."""
        wanted = (strategy, workers)
        return next(c for c in self.basis.candidates if (c.cell.setting.strategy, c.cell.setting.workers) == wanted)

    def speedup(self, strategy: str, workers: int) -> str:
        """As "3.5x (3.4-3.6)"."""
        return times(self.basis.speedup(self.scaled(strategy, workers)))

    def chunksize(self, strategy: str, workers: int) -> str:
        """How many files are handed out together."""
        return str(self.cell(strategy, workers).chunksize)

    def against_loop(self) -> str:
        """Every step's speedup over the loop, by workers, and what can be said of it."""
        heads = (f"against the loop, {self.basis_words}", *(counted(count, "worker") for count in self.workers))
        return table(
            heads, [(STEPS[name], *(self._judged(name, count) for count in self.workers)) for name in self.steps]
        )

    def _judged(self, strategy: str, workers: int) -> str:
        cell = self.scaled(strategy, workers)
        word = "faster" if self.basis.faster_than_serial(cell) else "cannot tell"
        return f"{self.speedup(strategy, workers)}, {'slower' if self.basis.slower_than_serial(cell) else word}"

    def verdict(self, new: str, old: str, workers: int) -> str:
        """Whether a step is "faster" or "slower" than another with as many workers, or "equal": not told apart."""
        return self.basis.compare(self.scaled(new, workers), self.scaled(old, workers))

    def step(self, new: str, old: str, workers: int) -> str:
        """The same with its figure, as "measurably faster than the even split, 1.58x (1.52-1.63)"."""
        ratio = self.basis.ratio(self.scaled(new, workers), self.scaled(old, workers))
        judged = {
            "faster": "measurably faster than",
            "slower": "measurably slower than",
            "equal": "not measurably different from",
        }
        words = judged[self.verdict(new, old, workers)]
        return f"{words} {NOUNS[old]}, {times(ratio) if ratio else 'never in the same block'}"

    def share(self, strategy: str, workers: int, cause: str) -> float:
        """The share of the workers' time that a cause takes, all rounds pooled."""
        losses = self.judged.losses[self.cell(strategy, workers).cell_id]
        return losses.by_cause()[Cause(cause)] / losses.budget_ns

    def lost(self, strategy: str, workers: int, cause: str) -> str:
        """The same in words."""
        return percent(self.share(strategy, workers, cause))

    def largest(self, strategy: str, workers: int) -> str:
        """The cause that takes most."""
        losses = self.judged.losses[self.cell(strategy, workers).cell_id]
        return str(max(losses.by_cause().items(), key=lambda lost: lost[1])[0])

    def typical(self, strategy: str, workers: int) -> Round:
        """The round that is drawn: of median wall time. Raises ValueError where no ledger of the cell was kept."""
        found = round_to_draw(self.cell(strategy, workers), self.ledgers)
        if found is None:
            raise ValueError(f"no ledger of {strategy} with {workers} workers was kept beside the run")
        return found

    def ends(self, strategy: str, workers: int) -> tuple[str, str]:
        """When the first and the last worker of the typical round had done its last file."""
        found = self.typical(strategy, workers)
        lanes = lanes_of(found.workers, self.ledgers[found.ledger], workers)
        ends = [lane.last_end_ns - (found.t0_ns or 0) for lane in lanes if lane.last_end_ns is not None]
        return duration(min(ends) / NS_PER_S), duration(max(ends) / NS_PER_S)

    def longest(self, strategy: str, workers: int) -> str:
        """What the longest file of the typical round took."""
        return duration(self.typical(strategy, workers).longest_item_ns / NS_PER_S)

    @property
    def longest_alone(self) -> str:
        """What the longest file of the loop takes."""
        return duration(self.scaling.longest_item_s)

    def speedups(self) -> str:
        """Every step's speedup over the loop, by workers."""
        heads = (f"speedup over the loop, {self.basis_words}", *(counted(count, "worker") for count in self.workers))
        rows = [(STEPS[name], *(self.speedup(name, count) for count in self.workers)) for name in self.steps]
        return table(heads, rows)

    def losses(self, workers: int) -> str:
        """Where the workers' time went under every step, by cause; causes that take next to nothing left out."""
        by_step = [self.judged.losses[self.cell(name, workers).cell_id] for name in self.steps]
        rows = [("the work itself", *(percent(float(one.speedup) / workers) for one in by_step))]
        for cause in Cause:
            shares = [one.by_cause().get(cause, 0) / one.budget_ns for one in by_step]
            if any(abs(share) >= FLEETING for share in shares):
                rows.append((f"{cause}: {cause.meaning}", *map(_share, shares)))
        return table((f"of {counted(workers, 'worker')}' time", *(STEPS[name] for name in self.steps)), rows)


@dataclass(frozen=True)
class Story:
    """The saved run: files that are waited for, and files that are loaded into a database."""

    found: Results
    waiting: Told
    loading: Told

    @classmethod
    def load(cls, path: Path) -> Self:
        """The run saved at `path`, with the ledgers beside it."""
        found = results_json.load(path)
        tables = ledgers.load(results_json.beside(path, found.ledgers))
        told = {one.study.workload: Told(one, tables) for one in judge(found, tables)}
        return cls(found, told["sleep_io"], told["csv_to_db"])

    @property
    def cores(self) -> str:
        """How many cores the workers shared."""
        return f"{self.found.machine['usable_cpus']:g}"

    @property
    def machine(self) -> str:
        """Where it was measured."""
        facts = self.found.machine
        return f"{self.cores} cores ({facts['processor']}), Python {facts['python']}"


def code(strategy: str, *names: str) -> str:
    """These functions of a strategy's file as they stand there, without what registers them, as a block of code."""
    module = inspect.getmodule(strategies.find(strategy).run)
    functions = [inspect.getsource(getattr(module, name)).rstrip() for name in names]
    plain = [re.sub(r"\A@strategy\(.*?\)\n(?=def )", "", function, flags=re.DOTALL) for function in functions]
    return "```python\n" + "\n\n\n".join(plain) + "\n```"


def sure(claim: bool, words: str) -> str:
    """Nothing, where a claim that the text makes for good holds. Raises ValueError where it does not."""
    if not claim:
        raise ValueError(f"the saved run does not show that {words}: change the tutorial's text")
    return ""


def _share(share: float) -> str:
    return percent(share).replace("-0 %", "0 %")
