"""Plan all shapes of functions and items under every start method: `python docs/record_shapes.py`, then generate.py.

Some minutes. Fails where a plan ends in a traceback, or leaves anything behind.
"""

import sys
import tempfile
from pathlib import Path

from generating.shapes import SAVED, Case, cases, ended, lay_out, refusals, text_of


def main() -> None:
    """Write how each case ended to docs/example."""
    recorded: list[Case] = []
    for case in (*cases(), *refusals()):
        with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as kept:
            lay_out(Path(folder))
            last, wrong = ended(case, Path(folder), Path(kept))
        print(last, *wrong, file=sys.stderr)
        if wrong or last.exit not in (0, 1, 2):
            raise SystemExit(f"{last}: {', '.join(wrong)}")
        recorded.append(last)
    SAVED.write_text(text_of(recorded))


if __name__ == "__main__":
    main()
