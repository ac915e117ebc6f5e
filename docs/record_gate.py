"""Simulate how often the gate errs: `python docs/record_gate.py`, then generate.py. Some minutes; nothing is measured.

Seeds are fixed, so that the same code gives the same figures.
"""

import sys
from dataclasses import replace
from pathlib import Path

from generating.gate import GATE, Case, text_of

sys.path.append(str(Path(__file__).parent.parent / "bench"))
from made_up_runs import STRICTEST, USUAL, failing

EQUAL = (  # 3 % of noise, as rounds have on rented machines
    *(Case(USUAL, 8, noise=0.03, two_speeds=two) for two in (False, True)),
    *(Case(STRICTEST, 8, noise=0.03, two_speeds=two) for two in (False, True)),
    *(Case(STRICTEST, 8, comparisons=1000, noise=0.03, two_speeds=two) for two in (False, True)),
    Case(STRICTEST, 50, noise=0.03),
)
SLOWER = (
    *(Case(USUAL, 8, noise=0.02, blocks=blocks, slower=1.1) for blocks in (6, 10)),
    *(Case(USUAL, cells, noise=0.03, slower=1.1) for cells in (1, 8, 24)),
    Case(USUAL, 100, comparisons=100, noise=0.03, slower=1.1),
    Case(USUAL, 8, noise=0.03, blocks=6, slower=1.1),
    Case(USUAL, 8, noise=0.03, blocks=20, slower=1.1),
    Case(USUAL, 8, noise=0.025, two_speeds=True, slower=1.1),
    *(Case(USUAL, cells, noise=0.04, slower=1.1) for cells in (1, 8, 24)),
    Case(USUAL, 8, noise=0.04, blocks=20, slower=1.1),
)


def recorded(case: Case) -> Case:
    """The case with what it came to, told on the way."""
    changed = case.slower if case.slower != 1 else None
    kind = {"noise": case.noise, "two_speeds": case.two_speeds, "blocks": case.blocks}
    found = replace(case, failed=failing(case.comparisons, case.conditions, case.cells, changed, **kind))
    print(found, file=sys.stderr)
    return found


if __name__ == "__main__":
    GATE.write_text(text_of(map(recorded, (*EQUAL, *SLOWER))))
